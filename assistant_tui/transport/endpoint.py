"""Where a server is and how to authenticate there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from assistant_tui.core.redaction import secrets_in


class KeySource(Protocol):
    """Gives the API key when it is needed, so that no other object has to hold it."""

    async def __call__(self, *, again: bool = False) -> str | None:
        """Return the key, None for a server without keys.

        With `again` the key given before was refused (401): it is to be fetched anew.
        """
        ...


@dataclass(frozen=True, repr=False)
class Endpoint:
    """One server as a profile describes it."""

    base_url: str
    """Used verbatim, with or without a trailing slash; may have a query of its own."""
    key: KeySource | None = None
    key_header: str = ""
    """The header that carries the bare key; empty for `Authorization: Bearer`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request; the headers that the API asks for win over them."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Added to the query of every request."""
    organization: str = ""
    project: str = ""
    timeout: float = 30.0
    """Seconds for each of connecting, sending, and waiting for the next part of the answer."""
    proxy: str = ""
    """Empty: what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say."""
    ca_file: str = ""
    """A PEM file with authorities that are trusted besides the usual ones."""
    client_cert: str = ""
    """A PEM file with a certificate and its key, not encrypted."""
    transport: httpx.AsyncBaseTransport | None = None
    """Takes the place of the network, e.g. an app in this process."""

    def __repr__(self) -> str:
        """Name the host alone: an address, a header or a proxy may hold a secret."""
        return f"Endpoint({self.host!r})"

    @property
    def secrets(self) -> frozenset[str]:
        """What no message may quote beside the key: servers say what they were sent."""
        return secrets_in(self.base_url, self.query, self.headers, self.proxy)

    @property
    def host(self) -> str:
        """The host, with its port where that is not the usual one; empty for no address."""
        try:
            return httpx.URL(self.base_url).netloc.decode("ascii", "replace")
        except Exception:  # httpx and idna: there is no list of what they raise
            return ""
