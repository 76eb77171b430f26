"""Which request bodies the API takes."""
