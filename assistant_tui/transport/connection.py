"""One attempt at one request: sent, its redirects followed, its answer read or left to be read."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from time import perf_counter
from typing import NamedTuple

import httpx

from assistant_tui.core.errors import ServiceError, Unreadable
from assistant_tui.core.redaction import redact
from assistant_tui.core.safe_text import one_line
from assistant_tui.transport.connection_pool import peer, request_url
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.http_errors import RequestContext, http_error
from assistant_tui.transport.messages import (
    FailedAttempt,
    Limits,
    Request,
    Response,
    StreamedBody,
)
from assistant_tui.transport.network_errors import network_error
from assistant_tui.transport.redirects import MOST_REDIRECTS, redirect_target
from assistant_tui.transport.response_stream import ResponseStream

_log = logging.getLogger("assistant_tui.transport")


class ServerConnection:
    """Sends requests to one server, each once, over a pool of connections.

    Nothing but ServiceErrors leaves `send` and `open`: no library names all that it raises, so
    whatever it is becomes one of them here and in `ResponseStream`, and nowhere else.
    """

    def __init__(self, endpoint: Endpoint, pool: httpx.AsyncClient) -> None:
        self._endpoint = endpoint
        self._pool = pool
        self._peer = peer(endpoint)

    async def send(
        self, request: Request, headers: Mapping[str, str], limits: Limits
    ) -> Response | FailedAttempt:
        """Send a request once and read its whole answer.

        Raises:
            Unreadable: a redirect that is not followed.
            Invalid: the id is too long for an address.
        """
        try:
            stream = await self._follow(request, headers, limits)
            return stream if isinstance(stream, FailedAttempt) else await _read(stream)
        except ServiceError:
            raise
        except Exception as error:  # see above
            return network_error(error, self._peer, limits)

    async def open(
        self, request: Request, headers: Mapping[str, str], limits: Limits
    ) -> ResponseStream | FailedAttempt:
        """Send a request once and return its answer of success (2xx) with the body to be read.

        Raises:
            Unreadable: a redirect that is not followed.
            Invalid: the id is too long for an address.
        """
        try:
            return await self._follow(request, headers, limits)
        except ServiceError:
            raise
        except Exception as error:  # see above
            return network_error(error, self._peer, limits)

    async def _follow(
        self, request: Request, headers: Mapping[str, str], limits: Limits
    ) -> ResponseStream | FailedAttempt:
        """Follow redirects up to an answer of success, or a failure."""
        url = request_url(self._endpoint, request.path, request.query)
        for _ in range(MOST_REDIRECTS + 1):
            stream = await self._send_once(request, url, headers, limits)
            if isinstance(stream, FailedAttempt) or stream.is_success:
                return stream
            response = await _read(stream)
            if isinstance(response, FailedAttempt):
                return response
            if not 300 <= response.status < 400:
                return http_error(response, self._context(request, url))
            url = redirect_target(url, response, request.method)
        raise Unreadable(f"{self._peer.host} redirects in a circle")

    def _context(self, request: Request, url: httpx.URL) -> RequestContext:
        cursor = "after" in request.query or "before" in request.query
        return RequestContext(
            request.method, self._peer.host, url.path, request.names_object, cursor
        )

    async def _send_once(
        self, request: Request, url: httpx.URL, headers: Mapping[str, str], limits: Limits
    ) -> ResponseStream | FailedAttempt:
        deadline = asyncio.get_running_loop().time() + limits.total
        secrets = self._secrets(headers)
        log = _AttemptLog(request.method, url, secrets, perf_counter())
        try:
            async with asyncio.timeout_at(deadline):
                sent = self._build(request, url, headers, limits)
                response = await self._pool.send(sent, stream=True)
        except Exception as error:  # whatever the HTTP library, TLS or the socket raises
            failed = network_error(error, self._peer, limits)
            log.write(None, None, failed.error)
            return failed
        return ResponseStream(response, limits, deadline, self._peer, secrets, log.write)

    def _build(
        self, request: Request, url: httpx.URL, headers: Mapping[str, str], limits: Limits
    ) -> httpx.Request:
        kind = {} if request.body is None else {"content-type": request.content_type}
        if request.last_event_id:
            kind["last-event-id"] = request.last_event_id
        content: bytes | AsyncIterator[bytes] | None
        if isinstance(request.body, StreamedBody):
            kind["content-length"] = str(request.body.size)
            content = request.body.parts()
        else:
            content = request.body
        return self._pool.build_request(
            request.method,
            url,
            content=content,
            headers={"accept": request.accept, **headers, **kind},
            timeout=httpx.Timeout(limits.connect, read=max(limits.first_byte, limits.idle)),
        )

    def _secrets(self, headers: Mapping[str, str]) -> list[str]:
        """What no message and no log may quote, such as the key in the headers that carry it."""
        keys = (value.removeprefix("Bearer ") for value in headers.values())
        return [*keys, *self._endpoint.secrets]


async def _read(stream: ResponseStream) -> Response | FailedAttempt:
    async with stream:
        return await stream.read()


class _AttemptLog(NamedTuple):
    """Logs one attempt; of the query nothing, since a profile may put anything into it."""

    method: str
    url: httpx.URL
    secrets: Collection[str]
    began: float

    def write(self, status: int | None, request_id: str | None, error: ServiceError | None) -> None:
        """Log how it ended, and after how many milliseconds."""
        path = self.url.raw_path.partition(b"?")[0].decode("ascii")
        outcome = f"{error.title}: {error.message}" if error else str(status)
        _log.info(
            "%s %s %s %.0f ms %s",
            self.method,
            redact(path, self.secrets),
            one_line(redact(outcome, self.secrets)),
            (perf_counter() - self.began) * 1000,
            one_line("-" if error else request_id or "-"),
        )
