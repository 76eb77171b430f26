"""Sends the client's requests to an ASGI app in this process, through the usual HTTP client.

httpx's own ASGITransport returns only when the application has returned; this one returns the
response when it starts, and passes its body on part by part.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import httpx

from assistant_tui.transport.endpoint import Endpoint

Message = MutableMapping[str, Any]
"""A message of ASGI, or the scope of a request."""
ASGIApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

TIMEOUT = 120.0
"""Seconds that one answer may take to begin: a disk that hangs is waited for, not given up."""


def in_process(app: ASGIApp) -> Endpoint:
    """Return the endpoint of an ASGI app that serves the API at its root."""
    return Endpoint(
        base_url="http://localhost", timeout=TIMEOUT, transport=ASGIStreamTransport(app)
    )


class ASGIStreamTransport(httpx.AsyncBaseTransport):
    """Calls an ASGI app for each request, in a task of its own, as a server on a socket does.

    A response that is closed before its end sends the app `http.disconnect`, and what the app
    sends from then on is dropped. An app that fails before it starts a response is answered with
    status 500; after that the response is cut off. Closing the transport cuts off all requests that
    are under way, as a server does that closes its connections.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Call the app, and return its response when it starts.

        Raises:
            httpx.ReadTimeout: it does not start within the read time-out of the request.
            httpx.RemoteProtocolError: the transport was closed before.
        """
        call = _AppCall(await request.aread())
        task = asyncio.create_task(call.run(self._app, _scope(request)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("read")) as limit:
                return await call.response()
        except BaseException as error:
            call.disconnect()
            if isinstance(error, TimeoutError) and limit.expired():
                raise httpx.ReadTimeout("the app started no response") from error
            raise

    async def aclose(self) -> None:
        """Cancel the calls that still run, and wait for their ends."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _AppCall(httpx.AsyncByteStream):
    """One request to an app and the response that it sends; the stream of the body, too.

    The app waits with a part until the one before was taken, so that a slow reader slows it.
    """

    def __init__(self, body: bytes) -> None:
        self._request: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._complete = False
        """The app has sent the end of the body."""
        self._cancelled = False
        """The transport was closed before the app returned."""
        self._ended = asyncio.Event()
        """The body is complete, the reader has gone, or the app has returned."""
        self._changed = asyncio.Event()
        """Something arrived for the reader, or nothing more will."""
        self._taken = asyncio.Event()
        """The reader waits for more, or has gone."""

    async def run(self, app: ASGIApp, scope: Message) -> None:
        """Call the app; what it raises is answered as a failure of the server."""
        try:
            await app(scope, self._receive, self._send)
        except Exception:  # whatever the app raises
            if self._start is None:
                self._start = {"status": 500, "headers": []}
                self._complete = True
        except asyncio.CancelledError:
            self._cancelled = True
            raise
        finally:
            self._end()

    async def _receive(self) -> Message:
        if self._request is not None and not self._ended.is_set():
            request, self._request = self._request, None
            return request
        await self._ended.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._ended.is_set():
            await asyncio.sleep(0)  # an app that does not listen must not hold up the others
        elif message["type"] == "http.response.start":
            self._start = message
            self._changed.set()
        elif message["type"] == "http.response.body":
            await self._send_body(message.get("body", b""), message.get("more_body", False))

    async def _send_body(self, part: bytes, more: bool) -> None:
        if part:
            self._parts.append(part)
            self._taken.clear()
        if not more:
            self._complete = True
            self._end()
        elif part:
            self._changed.set()
            await self._taken.wait()

    def _end(self) -> None:
        self._ended.set()
        self._changed.set()

    def disconnect(self) -> None:
        """Tell the app that nobody reads what it sends."""
        self._end()
        self._taken.set()

    async def response(self) -> httpx.Response:
        """Return the head of the response, when it is there, with the body to come."""
        while self._start is None:
            if self._cancelled:
                raise httpx.RemoteProtocolError("the server was closed before its response")
            if self._ended.is_set():
                self._start = {"status": 500, "headers": []}
                self._complete = True
                break
            await self._wait()
        return httpx.Response(
            self._start["status"], headers=self._start.get("headers", []), stream=self
        )

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            if self._parts:
                parts, self._parts = self._parts, []
                yield b"".join(parts)
            elif self._complete:
                return
            elif self._ended.is_set():
                raise httpx.RemoteProtocolError("the app returned before the end of its response")
            else:
                self._taken.set()
                await self._wait()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def aclose(self) -> None:
        """Close the response; an app that has not sent all of it gets a disconnect."""
        self.disconnect()


def _scope(request: httpx.Request) -> Message:
    return {
        "type": "http",
        # As of this version apps listen for `http.disconnect`, and `send` does not raise after it.
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
