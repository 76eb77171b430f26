"""A server on a socket that passes on what it is asked to a sound one, and bends it as told."""

import json
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx

from tests.limits import LIMIT

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    """Below the host, with the query."""
    body: bytes

    @property
    def part(self) -> str:
        """The part of the API: list, create, retrieve, modify, delete; else the path."""
        path = self.path.partition("?")[0]
        if path == "/v1/assistants":
            return {"GET": "list", "POST": "create"}[self.method]
        if path.startswith("/v1/assistants/"):
            return {"GET": "retrieve", "POST": "modify", "DELETE": "delete"}[self.method]
        return path

    @property
    def members(self) -> Json:
        """What the body says."""
        members: Json = json.loads(self.body)
        return members

    def saying(self, members: Json) -> "Asked":
        """The same request with another body."""
        return replace(self, body=json.dumps(members).encode())


class Answer(NamedTuple):
    """What goes back."""

    status: int
    body: bytes


Bend = Callable[[Asked], Answer | None]
"""Answers a request; None closes the connection without a byte of an answer."""


class BentServer:
    """A TCP server before the sound one at `behind`; what is in `bent` answers for its part."""

    def __init__(self, behind: str) -> None:
        self.requests: list[Asked] = []
        """All that arrived here, in its order."""
        self.bent: dict[str, Bend] = {}
        """What answers instead of the sound server, by the parts of the API."""
        self._behind = httpx.Client(base_url=behind.removesuffix("/v1"), timeout=LIMIT)
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        """The server itself; it is there already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, and say what went wrong here; the program must have been ended."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._behind.close()
        assert not self._server.faults, self._server.faults

    @property
    def writes(self) -> list[str]:
        """The parts of the API that change something, as they were asked for."""
        return [asked.part for asked in self.requests if asked.method != "GET"]

    @property
    def bodies(self) -> list[Json]:
        """What was sent to be written."""
        return [asked.members for asked in self.requests if asked.method == "POST"]

    def answer(self, asked: Asked) -> Answer | None:
        """Write a request down and answer it, or not."""
        self.requests.append(asked)
        return self.bent.get(asked.part, self.pass_on)(asked)

    def pass_on(self, asked: Asked) -> Answer:
        """Have a request carried out as it is."""
        kind = {"content-type": "application/json"}
        answer = self._behind.request(
            asked.method, asked.path, content=asked.body or None, headers=kind
        )
        return Answer(answer.status_code, answer.content)

    def pass_on_and_hang_up(self, asked: Asked) -> None:
        """Have a request carried out; its answer is lost."""
        self.pass_on(asked)

    def held(self) -> list[Json]:
        """What the sound server has, newest first."""
        found: list[Json] = self._elsewhere("GET", "").json()["data"]
        return found

    def make(self, name: str, **members: object) -> str:
        """Somebody else creates an assistant; its id."""
        made = self._elsewhere("POST", "", {"name": name, "model": "gpt-4o", **members}).json()
        return str(made["id"])

    def change(self, identity: str, **members: object) -> None:
        """Somebody else changes an assistant."""
        self._elsewhere("POST", f"/{identity}", members)

    def remove(self, identity: str) -> None:
        """Somebody else deletes an assistant."""
        self._elsewhere("DELETE", f"/{identity}")

    def _elsewhere(self, method: str, path: str, body: Json | None = None) -> httpx.Response:
        """Ask the sound server; what others ask is not written down."""
        return self._behind.request(method, f"/v1/assistants{path}", json=body).raise_for_status()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        """A handler that knows whose it is: the standard library makes one for each connection."""
        return type("Handler", (_Handler,), {"bent": self})


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
    bent: BentServer

    def do_GET(self) -> None:
        """Answer, or hang up instead."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        answer = self.bent.answer(Asked(self.command, self.path, body))
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests look at `requests`."""
