"""ASGI apps that a test writes part by part, on a real socket and in this process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from assistant_tui.server.http.serving import listen
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.in_process import Message, in_process
from assistant_tui.transport.transport import Transport

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Call:
    """One request to an app, and what the app does about it."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.client: tuple[str, int] = scope["client"]
        self.headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self._receive = receive
        self._send = send

    async def start(self, status: int = 200, **headers: str) -> None:
        """Send the head of the response."""
        pairs = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def send(self, part: bytes) -> None:
        """Send a part of its body."""
        await self._send({"type": "http.response.body", "body": part, "more_body": True})

    async def end(self, part: bytes = b"") -> None:
        """Send the last part."""
        await self._send({"type": "http.response.body", "body": part})

    async def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole response."""
        await self.start(status, **headers)
        await self.end(body)

    async def body(self) -> bytes:
        """Read the body of the request."""
        body, more = b"", True
        while more:
            message = await self._receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        return body

    async def disconnected(self) -> None:
        """Wait until nobody reads any more."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


class StreamingApp:
    """Deals with one request after the other, the last way for ever."""

    def __init__(self, *handlers: Callable[[Call], Awaitable[None]]) -> None:
        self._handlers = list(handlers)
        self.calls: list[Call] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        call = Call(scope, receive, send)
        self.calls.append(call)
        handler = self._handlers.pop(0) if len(self._handlers) > 1 else self._handlers[0]
        await handler(call)


def replying(status: int, body: bytes = b"", **headers: str) -> Callable[[Call], Awaitable[None]]:
    """A way to answer with a whole response."""
    return lambda call: call.answer(status, body, **headers)


@asynccontextmanager
async def on_socket(app: ASGIApp, **settings: Any) -> AsyncIterator[Endpoint]:
    """The endpoint of an app on a port of the loopback."""
    config = uvicorn.Config(
        app,
        interface="asgi3",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server, listener = uvicorn.Server(config), listen("127.0.0.1", 0)
    serving = asyncio.create_task(server._serve([listener]))
    try:
        yield Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", **settings)
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def in_this_process(app: StreamingApp, **settings: Any) -> AsyncIterator[Endpoint]:
    """The endpoint of an app in this process."""
    endpoint = in_process(app)
    yield Endpoint(endpoint.base_url, transport=endpoint.transport, **settings)


CONNECTIONS = {"socket": on_socket, "in-process": in_this_process}


@asynccontextmanager
async def transport_to(
    connection: str, app: StreamingApp, **settings: Any
) -> AsyncIterator[Transport]:
    """A transport before an app; it does not wait before it repeats a request."""

    async def sleep(seconds: float) -> None:
        pass

    largest = settings.pop("largest_body", 1_000_000)
    async with (
        CONNECTIONS[connection](app, **settings) as endpoint,
        Transport(endpoint, sleep=sleep, random=lambda: 0.0, largest_body=largest) as transport,
    ):
        yield transport
