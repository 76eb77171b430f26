"""Servers on real sockets of the loopback, and clients before them that never sleep."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from assistant_tui.api.client import AssistantsClient
from assistant_tui.transport.endpoint import Endpoint

ConnectionHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LIST = b'{"data": [{"id": "a"}]}'


def answer(body: bytes, headers: bytes = b"", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (headers, size, body)


@asynccontextmanager
async def serving(
    reply: bytes | ConnectionHandler, context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server on a free port of the loopback that gives one answer to each connection."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def client(base_url: str, **settings: Any) -> AsyncIterator[AssistantsClient]:
    async def sleep(seconds: float) -> None:
        pass

    largest = settings.pop("largest_body", 1_000_000)
    endpoint = Endpoint(base_url, **settings)
    async with AssistantsClient(endpoint, sleep=sleep, largest_body=largest) as opened:
        yield opened


async def refused_port() -> int:
    async with serving(b"") as port:
        return port


@asynccontextmanager
async def facing(
    reply: bytes | ConnectionHandler, context: ssl.SSLContext | None = None, **settings: Any
) -> AsyncIterator[AssistantsClient]:
    """A server and a client of it, over TLS if there is a context."""
    async with serving(reply, context) as port:
        address = f"https://localhost:{port}" if context else f"http://127.0.0.1:{port}"
        async with client(address, **settings) as opened:
            yield opened
