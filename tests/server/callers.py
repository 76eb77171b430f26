"""Servers on sockets, and requests to them with whatever headers a browser would send."""

import json
import socket
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from tests.limits import LIMIT
from tests.server.support import serving

PAGE = "https://app.example"
"""The web client that the servers of this module allow."""


FOREIGN = "https://evil.example"


KEY = "sk-local-key"


BODY = b'{"model": "m"}'


class Answer(NamedTuple):
    """What came back over the socket."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def words(self) -> str:
        """The sentence inside the error envelope, which must be there."""
        error = json.loads(self.body)["error"]
        assert error.keys() == {"message", "type", "param", "code"}
        return str(error["message"])


class Server(NamedTuple):
    """A server in a process of its own."""

    url: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.url).port or 0

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send exactly these headers (and the length of a body), as a browser would."""
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
        if body:
            lines.append(f"content-length: {len(body)}")
        head = "\r\n".join([*lines, "connection: close", "", ""])
        return answer_to(self.port, head.encode("latin-1") + body)

    def listed(self) -> int:
        """How many assistants it has."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return len(httpx.get(f"{self.url}/assistants?limit=100", headers=headers).json()["data"])


def answer_to(port: int, request: bytes) -> Answer:
    """Send these bytes, and read until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as connection:
        connection.sendall(request)
        received = b""
        while data := connection.recv(65536):
            received += data
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = httpx.Headers([(name, value.strip()) for name, _, value in _split(lines)])
    return Answer(int(status.split()[1]), headers, body)


def _split(lines: list[str]) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in lines]


@pytest.fixture(scope="module")
def keyless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Without a key, for one web client."""
    database = tmp_path_factory.mktemp("keyless") / "assistants.db"
    with serving(database, allow_origins=[PAGE]) as (url, _):
        httpx.post(f"{url}/assistants", json={"model": "m"}).raise_for_status()
        yield Server(url)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With a key, for one web client."""
    database = tmp_path_factory.mktemp("keyed") / "assistants.db"
    with serving(database, api_key=KEY, allow_origins=[PAGE]) as (url, _):
        yield Server(url)
