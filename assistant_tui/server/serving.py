"""Puts the application on a socket and keeps it there until a signal says otherwise."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from assistant_tui.server.patience import PatientProtocol

_GRACE_SECONDS = 5


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
    """``http://host:port`` with the port that was really taken; an IPv6 host in brackets."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


def serve(app: Starlette, listener: socket.socket, ready: Callable[[], None]) -> int:
    """Answer requests until SIGINT, SIGTERM or SIGHUP; returns 128 + the signal.

    ``ready`` is called once, when requests are answered and signals are caught. Must run in the
    main thread.
    """
    server = _Server(configuration(app), ready)
    with _caught(server) as signals:
        server.run(sockets=[listener])
    return 128 + signals[0] if signals else 0


def configuration(app: Starlette) -> uvicorn.Config:
    """How uvicorn is to serve: quietly, and with an end to its patience."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Uvicorn that says when it has started."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()


@contextmanager
def _caught(server: uvicorn.Server) -> Iterator[list[int]]:
    """Signals end the server instead of the process, and are written down.

    Uvicorn raises the ones it caught itself once more after it has stopped, with these handlers in
    place (uvicorn.Server.capture_signals).
    """
    caught: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        server.should_exit = True

    before = {number: signal.getsignal(number) for number in _stopping()}
    for number in before:
        signal.signal(number, stop)
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopping() -> list[signal.Signals]:
    """The signals that end the server; a hang-up only where ``nohup`` has not said otherwise."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    with suppress(AttributeError):  # Windows has no SIGHUP
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
    return numbers
