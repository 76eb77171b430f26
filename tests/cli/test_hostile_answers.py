"""What a hostile or broken server sends ends a command in one sentence, at a bounded cost."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.cli.conftest import Run

MEBIBYTE = 1024 * 1024


@contextmanager
def saying(answer: bytes | Callable[[str], bytes]) -> Iterator[str]:
    """A server that gives the same bytes to every request, or those for its method.

    Yields its base address.
    """

    class Handler(socketserver.StreamRequestHandler):
        timeout = 10

        def handle(self) -> None:
            method = self.rfile.readline().partition(b" ")[0].decode()
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            self.wfile.write(answer if isinstance(answer, bytes) else answer(method))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("location", [b"javascript:x", b"http://xn--/", b"mailto:a@b", b"\xff"])
@pytest.mark.parametrize("verb", ["get", "list", "delete"])
def test_an_odd_redirect_is_told(run: Run, location: bytes, verb: str) -> None:
    arguments = {"get": ["a"], "delete": ["a", "--yes"]}.get(verb, [])
    head = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    with saying(head) as url:
        done = run(verb, "--base-url", url, *arguments)
    assert (done.code, done.out) == (1, b"")
    assert "Unreadable answer: 127.0.0.1 answered 302 without a usable address" in done.err
    assert "Traceback" not in done.err


def test_the_answer_to_a_deletion_may_cost_no_more_than_another(run: Run) -> None:
    bodies = {
        "GET": b'{"id": "a", "object": "assistant", "model": "m"}',
        "DELETE": b'{"id": "a", "deleted": true, "x": [' + b"1," * 3_000_000 + b"1]}",
    }

    def answer(method: str) -> bytes:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        return head % len(bodies[method]) + bodies[method]

    with saying(answer) as url:
        done = run("delete", "--base-url", url, "a", "--yes")
    assert (done.code, done.out) == (1, b"")
    (line,) = done.err.splitlines()
    assert "it is still there: the answer has more than 2,000,000 values" in line
