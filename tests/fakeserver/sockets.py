"""Puts whatever answers requests on a socket of the loopback, in threads of its own."""

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.fakeserver.server import FakeServer
from tests.limits import LIMIT


@contextmanager
def serving(fake: FakeServer) -> Iterator[str]:
    """Serve for clients in this process or another one; yields `http://127.0.0.1:PORT`.

    Each connection has a thread, and an event loop for each of its requests. Where the fake server
    raises an error of httpx, the connection is closed without a byte of an answer. At its end it
    waits for the connections, whose clients must have ended, and fails if the server did.
    """
    handler = type("Handler", (_Handler,), {"fake": fake})
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
    fake: FakeServer

    def do_GET(self) -> None:
        """Answer, or hang up instead."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = httpx.URL("http://fake.test").copy_with(raw_path=self.path.encode("latin-1"))
        headers = [(name, value.encode("latin-1")) for name, value in self.headers.items()]
        request = httpx.Request(
            self.command,
            url,
            headers=[(name.encode(), value) for name, value in headers],
            content=body,
        )
        try:
            answer = asyncio.run(self.fake.respond(request))
        except httpx.TransportError:
            self.close_connection = True
            return
        self.send_response_only(answer.status_code)
        for name, value in answer.headers.raw:
            if name.lower() != b"content-length":
                self.send_header(name.decode("latin-1"), value.decode("latin-1"))
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests look at what was asked."""
