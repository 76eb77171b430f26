"""The open connections of a server: how many there may be, and what each may cost.

A connection waits for its client to send a request, to send the rest of one, or to take an answer.
Each wait has an end, and the connections that wait longest make room when there are too many, or
when too much output is held in memory.
"""

import asyncio
import json
import resource
from collections.abc import Iterator
from enum import Enum

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from assistant_tui.server.errors import envelope

HEAD_SECONDS = 20.0
"""From the first moment of a connection, or the end of an answer, to the end of the headers of a
request; likewise for the rest of a request that was answered already."""
WRITE_SECONDS = 10.0
"""Without one byte taken by the client; then the connection is dropped."""
LINGER_SECONDS = 1.0
"""For a client to read why it is refused, before the connection is dropped."""
SILENT_SECONDS = 1.0
"""A client with a request under way that is silent for so long can be dropped to make room."""
OUTPUT_BYTES = 32 * 1024 * 1024
"""Held for all clients together until they take it; the answer that passes it, not counted."""
MOST_CONNECTIONS = 1_000
_RESERVE = 64
"""Descriptors for all else: streams, the event loop, listening, and SQLite's files."""


def connection_limit() -> int:
    """How many connections fit into the descriptors that this process may open."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, max(descriptors - _RESERVE, descriptors // 4))


class Wait(Enum):
    """What a connection waits for."""

    REQUEST = "the client, to send the head of a request"
    BODY = "the client, to send the rest of a request"
    REMAINDER = "the client, to send the rest of a request that is answered already"
    READER = "the client, to take what it was answered"
    ANSWER = "this program"


class Connections:
    """All open connections, and the budgets that they share."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: dict[Connection, None] = {}
        """In the order in which they came."""
        self._emptied = asyncio.Event()
        self._emptied.set()

    def __iter__(self) -> Iterator["Connection"]:
        return iter([*self._open])

    def add(self, connection: "Connection") -> None:
        """Count it, from its first moment on."""
        self._open[connection] = None
        self._emptied.clear()

    def discard(self, connection: "Connection") -> None:
        """Count it no more: it is closed."""
        self._open.pop(connection, None)
        if not self._open:
            self._emptied.set()

    async def emptied(self) -> None:
        """Wait until no connection is open."""
        await self._emptied.wait()

    def make_room(self) -> bool:
        """Whether one more is allowed, if need be in the place of one that waits for its client."""
        return len(self._open) < self._limit or self.drop_one()

    def drop_one(self) -> bool:
        """Drop the connection that has waited longest for a request, else the most silent one."""
        idle = [each for each in self._open if each.wait is Wait.REQUEST]
        silent = [
            each
            for each in self._open
            if each.wait is not Wait.ANSWER and each.silence > SILENT_SECONDS
        ]
        if not (idle or silent):
            return False
        max(idle or silent, key=lambda each: each.silence).drop()
        return True

    def spare_memory(self, newest: "Connection") -> None:
        """Drop those that take their answers slowest until the rest fits into OUTPUT_BYTES."""
        holding = [each for each in self._open if each is not newest and each.unsent]
        holding.sort(key=lambda each: each.silence)
        while holding and sum(each.unsent for each in holding) > OUTPUT_BYTES:
            holding.pop().drop()

    def check(self) -> None:
        """End all waits that have lasted long enough; to be called several times a second."""
        for connection in self:
            connection.check()


class Connection(H11Protocol):
    """One connection: uvicorn's HTTP/1.1, with an end to every wait for the client."""

    def __init__(self, config: Config, state: ServerState, connections: Connections) -> None:
        super().__init__(config, state, app_state={})
        self._all = connections
        self._since = self.loop.time()
        """When the client last did what was waited for."""
        self._unsent = 0
        self._refused = False
        """An answer was sent that ends the connection; what still arrives is thrown away."""

    @property
    def wait(self) -> Wait:
        """What is waited for."""
        if self._refused or self.flow.write_paused or self.transport.is_closing():
            return Wait.READER
        if self.conn.their_state is h11.IDLE:
            return Wait.REQUEST
        if self.conn.their_state is not h11.SEND_BODY:
            return Wait.ANSWER
        return Wait.BODY if self.conn.our_state is h11.SEND_RESPONSE else Wait.REMAINDER

    @property
    def silence(self) -> float:
        """Seconds since the client last did what was waited for."""
        return self.loop.time() - self._since

    @property
    def unsent(self) -> int:
        """Bytes that the client has not taken, beyond those in the system's own buffers."""
        return self.transport.get_write_buffer_size()

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]  # as uvicorn types it
    ) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        # Writing is paused whenever anything is left unsent, and resumed when all is sent.
        transport.set_write_buffer_limits(high=0)
        self._all.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._all.discard(self)
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; in the head of a request more bytes give no more time."""
        if self._refused:
            return
        waited = self.wait
        super().data_received(data)
        if waited is Wait.BODY or self.wait is not waited:
            self._since = self.loop.time()

    def handle_events(self) -> None:
        """Answer what was asked, but only once the answer before it was taken."""
        if self.flow.write_paused and self.conn.their_state is h11.IDLE:
            self.flow.pause_reading()
        else:
            super().handle_events()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begin to wait until the client takes its answer."""
        super().pause_writing()
        self._since, self._unsent = self.loop.time(), self.unsent
        self._all.spare_memory(self)

    def resume_writing(self) -> None:
        """Go on with what was sent in the meantime."""
        super().resume_writing()
        self._since = self.loop.time()
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.flow.resume_reading()
            self.handle_events()

    def check(self) -> None:
        """End a wait that has lasted long enough."""
        wait = self.wait
        if wait is Wait.READER:
            if self.unsent < self._unsent:
                self._since, self._unsent = self.loop.time(), self.unsent
            if self.silence > (LINGER_SECONDS if self._refused else WRITE_SECONDS):
                self.drop()
        elif wait is Wait.REQUEST and self.silence > HEAD_SECONDS:
            self._refuse(408, "The request did not arrive in time.")
        elif wait is Wait.REMAINDER and self.silence > HEAD_SECONDS:
            self.drop()

    def drop(self) -> None:
        """Close at once, whatever was not sent."""
        self._all.discard(self)
        self.transport.abort()

    def shutdown(self) -> None:
        """Close now, or as soon as the request under way is answered."""
        states = (self.conn.our_state, self.conn.their_state)
        if self._refused or h11.ERROR in states:
            self.transport.close()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; uvicorn's own words are plain text."""
        self._refuse(400, "This is no valid HTTP/1.1 request, or its head is longer than 16 KiB.")

    def _refuse(self, status: int, message: str) -> None:
        """Answer and hang up; only hang up where an answer has begun already."""
        if self.cycle is not None and not self.cycle.response_complete:
            # The handler of the request in it gets a disconnect: nobody waits for the answer.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = json.dumps(envelope(message)).encode()
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ]
            for event in (
                h11.Response(status_code=status, headers=headers),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self._linger()

    def _linger(self) -> None:
        """Close for writing, and go on reading: a client that still sends would lose the answer."""
        self._refused, self._since = True, self.loop.time()
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        else:
            self.transport.close()
