"""Where a server is and how to authenticate there: the key, from its source to the header."""

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import httpx

from assistant_tui.core.errors import ServiceError, Unauthorized
from assistant_tui.core.redaction import redact, secrets_in


class KeySource(Protocol):
    """Gives the API key when it is needed, so that no other object has to hold it."""

    async def __call__(self, *, again: bool = False) -> str | None:
        """Return the key, None for a server without keys.

        With `again` the key given before was refused (401): it has to be fetched anew.
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
    openai_beta: str = "assistants=v2"
    """What the header OpenAI-Beta says; empty where the server is to be sent none."""
    organization: str = ""
    project: str = ""
    timeout: float = 30.0
    """Seconds for each of connecting, sending, and waiting for the next part of the answer."""
    keep_alive: float = 30.0
    """Seconds that an idle connection is kept: long enough for a person between two keys."""
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
        """What no message may quote besides the key: servers quote what they were sent."""
        return secrets_in(self.base_url, self.query, self.headers, self.proxy)

    @property
    def address(self) -> str:
        """The address as a person may read it: without login, query and fragment."""
        try:
            scheme, netloc, path, _, _ = urlsplit(self.base_url)
        except ValueError:
            return ""
        return urlunsplit((scheme, netloc.rpartition("@")[2], path, "", ""))

    @property
    def host(self) -> str:
        """The host, with its port where that is not the usual one; empty for no address."""
        try:
            return httpx.URL(self.base_url).netloc.decode("ascii", "replace")
        except Exception:  # httpx and idna: there is no list of what they raise
            return ""


_VALUE = re.compile(r"[\x20-\x7e]*")


class Credentials:
    """Asks an endpoint's source for the key, and anew where a server refused it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._source = endpoint.key
        self._header = endpoint.key_header
        self._renewing = asyncio.Lock()
        self.secrets = endpoint.secrets
        """What no error may quote besides the key."""

    async def current(self) -> str | None:
        """Return the key; None for a server without keys."""
        return await self._ask(again=False)

    async def renew(self, refused: str | None) -> str | None:
        """Return the key to try after one was refused; the same if there is no other.

        Requests that were refused side by side fetch a new one once.
        """
        async with self._renewing:
            key = await self.current()
            return key if key != refused else await self._ask(again=True)

    async def _ask(self, *, again: bool) -> str | None:
        try:
            key = await self._source(again=again) if self._source else None
        except ServiceError:
            raise
        except Exception as error:  # a file, a program, a keyring: whatever they raise
            raise Unauthorized(f"the key cannot be had ({type(error).__name__})") from None
        return key.strip() or None if key else None

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the header that carries the key, if there is one.

        Raises:
            Unauthorized: no header can carry it. The key itself is not in the message.
        """
        if key is None:
            return {}
        if not _VALUE.fullmatch(key):
            raise Unauthorized("the key holds characters that no HTTP header may carry")
        return {self._header: key} if self._header else {"Authorization": f"Bearer {key}"}


def redact_error(error: ServiceError, keys: Collection[str]) -> ServiceError:
    """Take keys and other secrets out of an error: some servers quote them in their refusals."""
    error.message = redact(error.message, keys)
    error.args = (error.message,)
    error.param = error.param and redact(error.param, keys)
    error.code = error.code and redact(error.code, keys)
    error.request_id = error.request_id and redact(error.request_id, keys)
    return error
