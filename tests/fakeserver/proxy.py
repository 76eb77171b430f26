"""A TCP proxy before a sound server, which breaks connections and answers as a test says."""

import asyncio
import socket
import ssl
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import NamedTuple, Self

import httpx

from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.requests import part_of

_RESET = struct.pack("ii", 1, 0)
"""To linger for no time: the kernel resets a connection that is closed so."""


class Reply(NamedTuple):
    """An answer of the sound server, byte for byte."""

    head: bytes
    """With the empty line at its end."""
    body: bytes


class Exchange:
    """One request on a connection, of which so far only the first line was read."""

    def __init__(
        self,
        line: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        proxy: "Proxy",
    ) -> None:
        method, path, _ = line.decode("ascii").split()
        self.request = httpx.Request(method, f"http://fake.test{path}")
        self.over = False
        """The connection cannot be used any more."""
        self._raw = line
        self._reader = reader
        self._writer = writer
        self._proxy = proxy

    async def receive(self) -> None:
        """Read the rest of the request."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        body = await self._reader.readexactly(_length(head))
        self._raw += head + body
        self.request = httpx.Request(self.request.method, self.request.url, content=body)
        self._proxy.requests.append(self.request)

    async def carry_out(self) -> Reply:
        """Have the sound server do what is asked."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self._proxy.embedded_server.port
        )
        try:
            writer.write(self._raw)
            head = await reader.readuntil(b"\r\n\r\n")
            return Reply(head, await reader.readexactly(_length(head)))
        finally:
            writer.close()

    async def send(self, data: bytes) -> None:
        """Write to the client."""
        self._writer.write(data)
        await self._writer.drain()

    def close(self) -> None:
        """Say no more: the client reads to the end of what was sent."""
        self.over = True
        self._writer.close()

    def reset(self) -> None:
        """Break the connection off, whatever of it was not read yet."""
        self.over = True
        reset(self._writer)

    async def ends(self) -> None:
        """Wait until the client gives up."""
        self.over = True
        await self._reader.read()


Fault = Callable[[Exchange], Awaitable[None]]


async def sound(exchange: Exchange) -> None:
    """No fault at all."""
    await exchange.receive()
    head, body = await exchange.carry_out()
    await exchange.send(head + body)


class Proxy:
    """Listens on a port of its own; what `choose` returns for a part of the API is done to it.

    The parts are those of `part_of`; "arrival" is that of a connection, which is then reset.
    """

    def __init__(
        self, embedded_server: EmbeddedServer, context: ssl.SSLContext | None = None
    ) -> None:
        self.embedded_server = embedded_server
        self.requests: list[httpx.Request] = []
        """The requests that were read to their end, in their order."""
        self.connections = 0
        """How many there were."""
        self.choose: Callable[[str], Fault | None] = self._planned
        self._once: dict[str, deque[Fault]] = {}
        self._always: dict[str, Fault] = {}
        self._context = context
        self._open: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        """Listen."""
        self.embedded_server.do(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the port and of all connections."""
        self.embedded_server.do(self._stop())

    @property
    def url(self) -> str:
        """The base address of the API here."""
        scheme = "https" if self._context else "http"
        return f"{scheme}://{'localhost' if self._context else '127.0.0.1'}:{self.port}/v1"

    def once(self, part: str, *faults: Fault) -> None:
        """Spoil the next requests of a part of the API, one fault each."""
        self._once.setdefault(part, deque()).extend(faults)

    def always(self, fault: Fault, *parts: str) -> None:
        """Spoil all further requests of some parts of the API."""
        self._always.update(dict.fromkeys(parts, fault))

    def mend(self) -> None:
        """Spoil nothing any more."""
        self._once.clear()
        self._always.clear()
        self.choose = self._planned

    def count(self, part: str) -> int:
        """How often a part of the API was asked for."""
        return [part_of(request) for request in self.requests].count(part)

    def _planned(self, part: str) -> Fault | None:
        if faults := self._once.get(part):
            return faults.popleft()
        return self._always.get(part)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _stop(self) -> None:
        self._server.close()
        for connection in self._open:
            connection.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self.connections += 1
        self._open.add(connection)
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # The client is gone, or the test has ended.
        finally:
            self._open.discard(connection)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.choose("arrival"):
            reset(writer)
            return
        if self._context is not None:
            await writer.start_tls(self._context)
        while line := await reader.readline():
            if not line.endswith(b" HTTP/1.1\r\n"):
                writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
                return
            exchange = Exchange(line, reader, writer, self)
            await (self.choose(part_of(exchange.request)) or sound)(exchange)
            if exchange.over:
                return


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with a reset."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


def _length(head: bytes) -> int:
    """The length of the body that a head announces."""
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0
