"""The HTTP client: the one room that speaks to servers, and the only importer of httpx."""
