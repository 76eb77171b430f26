"""Puts whatever answers requests on a socket of the loopback, in threads of its own."""

import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.limits import LIMIT


class Request(NamedTuple):
    """What arrived."""

    method: str
    path: str
    """Below the host, with the query."""
    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes


class Answer(NamedTuple):
    """What goes back."""

    status: int
    body: bytes
    headers: Iterable[tuple[bytes, bytes]] = ()
    """Those beside the type, which is JSON, and the length."""


Respond = Callable[[Request], Answer | None]
"""Answers a request; None closes the connection without a byte of an answer."""


@contextmanager
def on_a_socket(respond: Respond) -> Iterator[str]:
    """Serve for clients in this process or another one; yields `http://127.0.0.1:PORT`.

    At its end it waits for the connections, whose clients must have ended, and fails if
    `respond` did.
    """
    handler = type("Handler", (_Handler,), {"respond": staticmethod(respond)})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not server.faults, server.faults


class _Server(ThreadingHTTPServer):
    """Keeps what goes wrong in a connection, and waits for the connections when it is closed."""

    daemon_threads = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.faults: list[BaseException | None] = []

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], _: Any) -> None:
        """Write it down, but for what comes of a program that is killed."""
        fault = sys.exception()
        if not isinstance(fault, ConnectionError):
            self.faults.append(fault)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    timeout = LIMIT
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    respond: Respond

    def do_GET(self) -> None:
        """Answer, or hang up instead."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.respond(Request(self.command, self.path, headers, body))
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in ((b"content-type", b"application/json"), *answer.headers):
            self.send_header(name.decode("latin-1"), value.decode("latin-1"))
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests look at what was asked."""
