"""Serves the application on a socket until a signal ends it, and thins out its log meanwhile."""

import asyncio
import errno
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.server import ServerState

from assistant_tui.server.errors import envelope
from assistant_tui.server.http.connections import Connection, Connections, connection_limit

_log = logging.getLogger(__name__)

GRACE_SECONDS = 0.8
"""At the end, for requests that are being answered; their connections are closed then."""
_LAST_SECONDS = 0.2
"""At the end, for tasks whose connections were dropped."""
_TICK_SECONDS = 0.1
_ACCEPT_PAUSES = {True: 0.02, False: 0.5}
"""Seconds after the system had no descriptor or memory for a connection, by whether one was
dropped for it."""
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes a free one. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def origin(host: str, listener: socket.socket) -> str:
    """`http://host:port` with the port that was really taken; an IPv6 host in brackets."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


def serve(app: Starlette, listener: socket.socket, ready: Callable[[], None]) -> int:
    """Answer requests until SIGINT, SIGTERM or SIGHUP; returns 128 + the signal.

    `ready` is called once, when requests are answered and signals are caught. Requests under
    way have GRACE_SECONDS to end; a second signal ends the process at once. Must run in the main
    thread.
    """
    server = Server(app, listener, ready)
    with _caught(server.stop) as signals:
        asyncio.run(server.run())
    return 128 + signals[0] if signals else 0


class Server:
    """Accepts connections on a listening socket, and keeps them within their budgets."""

    def __init__(
        self, app: Starlette, listener: socket.socket, ready: Callable[[], None] = lambda: None
    ) -> None:
        self._app = app
        self._config = uvicorn.Config(
            app,
            http="h11",  # Connection is made of it, whatever else is installed
            ws="none",
            lifespan="off",
            log_config=None,
            # uvicorn would log what clients do; the application logs its own faults.
            log_level="critical",
            access_log=False,
            server_header=False,
        )
        self._config.load()
        self._state = ServerState()
        self._listener = listener
        self._ready = ready
        self._connections = Connections(connection_limit())
        self._stopped = False
        self._wake: Callable[[], object] = lambda: None

    def stop(self) -> None:
        """Make :meth:`run` return soon; can be called from a signal handler, also before it."""
        self._stopped = True
        self._wake()

    async def run(self) -> None:
        """Answer requests until :meth:`stop` is called; the listening socket is closed then."""
        loop = asyncio.get_running_loop()
        stopping = asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(stopping.set)
        self._listener.setblocking(False)
        self._tick()
        # What the application does by itself ends first: streams wait for its runs.
        async with self._app.router.lifespan_context(self._app):
            self._listen()
            self._ready()
            while not (self._stopped or stopping.is_set()):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK_SECONDS):
                        await stopping.wait()
                self._tick()
            self._stopped = True
            loop.remove_reader(self._listener)
            self._listener.close()
        await self._close()

    def _tick(self) -> None:
        date = formatdate(usegmt=True).encode()
        self._state.default_headers = [(b"date", date), *self._config.encoded_headers]
        self._connections.check()

    def _listen(self) -> None:
        if not self._stopped:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        """Take one connection; the loop calls again for the next."""
        loop = asyncio.get_running_loop()
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            if error.errno not in _EXHAUSTED:
                raise
            _log.warning("cannot accept a connection: %s", error.strerror)
            # The loop would call again at once, for ever.
            loop.remove_reader(self._listener)
            loop.call_later(_ACCEPT_PAUSES[self._connections.drop_one()], self._listen)
            return
        connection.setblocking(False)
        if self._connections.make_room():
            task = loop.create_task(self._connect(connection))
            self._state.tasks.add(task)
            task.add_done_callback(self._state.tasks.discard)
        else:
            _turn_away(connection)

    async def _connect(self, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: Connection(self._config, self._state, self._connections), connection
            )
        except OSError:  # it is gone already
            connection.close()

    async def _close(self) -> None:
        """Let requests under way end, for a while, and drop the rest."""
        for connection in self._connections:
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self._connections.emptied()
        for connection in self._connections:
            connection.drop()
        if self._state.tasks:
            await asyncio.wait(self._state.tasks, timeout=_LAST_SECONDS)


def _turn_away(connection: socket.socket) -> None:
    """Answer that there are too many connections; a client that still sends may not read it."""
    body = json.dumps(envelope("Too many connections are open.", kind="server_error")).encode()
    head = (
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nretry-after: 1\r\nconnection: close\r\n\r\n"
    )
    with connection, suppress(OSError):
        connection.send(head.encode() + body)


@contextmanager
def _caught(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Signals call `stop` and are written down; the second one ends the process at once.

    What was acknowledged is on disk, and what was not is undone when the database is next opened.
    """
    caught: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        if len(caught) > 1:
            os._exit(128 + number)
        stop()

    before = {number: signal.getsignal(number) for number in _stopping()}
    for number in before:
        signal.signal(number, handle)
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopping() -> list[signal.Signals]:
    """The signals that end the server; a hang-up only where `nohup` has not said otherwise."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    with suppress(AttributeError):  # Windows has no SIGHUP
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
    return numbers


SAME_LINE_SECONDS = 60.0
"""The same line is written at most so often."""
MOST_LINES = 30
"""Different lines in SAME_LINE_SECONDS; more are only counted."""


class RepeatedLineFilter(logging.Filter):
    """Lets a line through once in a while, and counts what it held back meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._begun = clock()
        self._seen: set[str] = set()
        self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write this record."""
        if self._clock() - self._begun >= SAME_LINE_SECONDS:
            self._begun = self._clock()
            self._seen.clear()
        if isinstance(record.msg, str) and self._is_known(record):
            self._held_back += 1
            return False
        if self._held_back:
            record.msg = f"({self._held_back} lines like those before left out) {record.msg}"
            self._held_back = 0
        return True

    def _is_known(self, record: logging.LogRecord) -> bool:
        # Of a fault the place in the code is the same, and the request id is not.
        line = record.getMessage() if record.exc_info is None else str(record.msg)
        if line in self._seen or len(self._seen) >= MOST_LINES:
            return True
        self._seen.add(line)
        return False


@contextmanager
def log_to_stderr() -> Iterator[None]:
    """While it is open, warnings and errors of all loggers go to stderr, sparingly."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.addFilter(RepeatedLineFilter())
    handler.setFormatter(logging.Formatter("assistant-tui: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
