"""One attempt at one request: sent, its redirects followed, its answer read up to a limit."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from time import perf_counter
from typing import NamedTuple

import httpx

from assistant_tui.core.errors import ResponseTooLarge, ServiceError, Unreadable
from assistant_tui.core.redaction import redact
from assistant_tui.core.safe_text import one_line
from assistant_tui.transport.connection_pool import LOCATION, peer, request_url
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.http_errors import RequestContext, Response, http_error
from assistant_tui.transport.network_errors import network_error
from assistant_tui.transport.redirects import MOST_REDIRECTS, redirect_target
from assistant_tui.transport.response_body import read_body
from assistant_tui.transport.retries import FailedAttempt

_log = logging.getLogger("assistant_tui.transport")
LARGEST_ERROR_BODY = 64 * 1024
"""Bytes that are read of an answer that is no success; a few hundred of them are shown."""

_LONGEST_HEADER = 8_192
"""Characters of a header that are looked at, as of an address that a redirect names."""
_LONGEST_ID = 200
"""Characters of a request id; it is told behind each error."""


class Request(NamedTuple):
    """What is asked of the server."""

    method: str
    path: str
    """Below the base address, percent-encoded."""
    query: Mapping[str, str] = {}
    body: bytes | None = None
    names_object: bool = False
    """The path ends in the id of one assistant."""

    @property
    def writes(self) -> bool:
        """Whether it creates, changes or deletes something."""
        return self.method != "GET"


class ServerConnection:
    """The way to one server over a pool of connections."""

    def __init__(self, endpoint: Endpoint, pool: httpx.AsyncClient, largest_body: int) -> None:
        self._endpoint = endpoint
        self._pool = pool
        self._peer = peer(endpoint)
        self._largest_body = largest_body
        self._secrets = endpoint.secrets

    async def attempt(self, call: Request, headers: Mapping[str, str]) -> Response | FailedAttempt:
        """Send a call once, following redirects.

        Nothing but ServiceErrors leaves this method: no library names all that it raises, so
        whatever it is becomes one of them here and in `_send`, and nowhere else.

        Raises:
            Unreadable: a redirect that is not followed.
            Invalid: the id is too long for an address.
        """
        try:
            return await self._follow(call, headers)
        except ServiceError:
            raise
        except Exception as error:  # see above
            return network_error(error, self._peer)

    async def _follow(self, call: Request, headers: Mapping[str, str]) -> Response | FailedAttempt:
        url = request_url(self._endpoint, call.path, call.query)
        for _ in range(MOST_REDIRECTS + 1):
            outcome = await self._send(call, url, headers)
            if isinstance(outcome, FailedAttempt) or 200 <= outcome.status < 300:
                return outcome
            if not 300 <= outcome.status < 400:
                return http_error(outcome, self._asked(call, url))
            url = redirect_target(url, outcome, call.method)
        raise Unreadable(f"{self._peer.host} redirects in a circle")

    def _asked(self, call: Request, url: httpx.URL) -> RequestContext:
        cursor = "after" in call.query or "before" in call.query
        return RequestContext(call.method, self._peer.host, url.path, call.names_object, cursor)

    async def _send(
        self, call: Request, url: httpx.URL, headers: Mapping[str, str]
    ) -> Response | FailedAttempt:
        began = perf_counter()
        outcome: Response | FailedAttempt
        try:
            async with asyncio.timeout(self._peer.total):
                outcome = await self._transfer(call, url, headers)
        except Exception as error:  # whatever the HTTP library, TLS or the socket raises
            outcome = network_error(error, self._peer)
        _record(call, url, outcome, perf_counter() - began, self._hidden(headers))
        return outcome

    async def _transfer(
        self, call: Request, url: httpx.URL, headers: Mapping[str, str]
    ) -> Response | FailedAttempt:
        kind = {} if call.body is None else {"content-type": "application/json"}
        async with self._pool.stream(
            call.method, url, content=call.body, headers={**headers, **kind}
        ) as response:
            most = self._largest_body if response.is_success else LARGEST_ERROR_BODY
            try:
                text, whole = await read_body(response, most)
            except Exception as error:  # as in `_send`
                return network_error(error, self._peer, answering=True)
        if response.is_success and not whole:
            return self._too_large()
        if not response.is_success:
            # Before the words of a refusal are cut, which may go through the middle of a key.
            text = redact(text, self._hidden(headers))
        answered = {**response.headers, LOCATION: response.extensions[LOCATION]}
        return Response(response.status_code, _shown(answered, self._hidden(headers)), text)

    def _hidden(self, headers: Mapping[str, str]) -> list[str]:
        """What is neither told nor logged: the key in the headers that carry it, and the like."""
        return [*(value.removeprefix("Bearer ") for value in headers.values()), *self._secrets]

    def _too_large(self) -> FailedAttempt:
        limit = f"{self._largest_body / 1024 / 1024:g} MiB"
        message = f"the answer of {self._peer.host} is larger than {limit}"
        return FailedAttempt(ResponseTooLarge(message, may_have_arrived=True), permanent=True)


def _shown(answered: Mapping[str, str], hidden: Collection[str]) -> dict[str, str]:
    """The headers of an answer; in the request id, which is told and logged, without the key."""
    headers = {name.lower(): value[:_LONGEST_HEADER] for name, value in answered.items()}
    if "x-request-id" in headers:
        headers["x-request-id"] = redact(headers["x-request-id"], hidden)[:_LONGEST_ID]
    return headers


def _record(
    call: Request,
    url: httpx.URL,
    outcome: Response | FailedAttempt,
    seconds: float,
    keys: Collection[str],
) -> None:
    """Log an attempt; of the query only the names, since a profile may put anything into it."""
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    if isinstance(outcome, Response):
        came, request_id = str(outcome.status), outcome.request_id or "-"
    else:
        came, request_id = f"{outcome.error.title}: {outcome.error.message}", "-"
    _log.info(
        "%s %s %s %.0f ms %s",
        call.method,
        redact(path, keys),
        one_line(redact(came, keys)),
        seconds * 1000,
        one_line(request_id),
    )
