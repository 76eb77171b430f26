"""The address of a server in the one form that all its spellings share."""

from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def address(url: str) -> str:
    """A URL in lower case where case does not count, and without what tells nothing or too much:
    the usual port, slashes at the end, the login, the query, which may hold a key, the fragment.

    Raises:
        ValueError: it is no URL.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"
