"""What a hostile or broken server sends ends a command in one sentence, at a bounded cost."""

import pytest

from tests.cli.conftest import Run
from tests.fakeserver.deviations import answer
from tests.fakeserver.server import FakeServer
from tests.fakeserver.sockets import serving

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize("location", [b"javascript:x", b"http://xn--/", b"mailto:a@b", b"\xff"])
@pytest.mark.parametrize("verb", ["get", "list", "delete"])
def test_an_odd_redirect_is_told(run: Run, location: bytes, verb: str) -> None:
    arguments = {"get": ["a"], "delete": ["a", "--yes"]}.get(verb, [])
    found = answer(b"", 302, [(b"location", location)])
    with serving(FakeServer(lambda request: found)) as url:
        done = run(verb, "--base-url", url, *arguments)
    assert (done.code, done.out) == (1, b"")
    assert "Unreadable answer: 127.0.0.1 answered 302 without a usable address" in done.err
    assert "Traceback" not in done.err


def test_the_answer_to_a_deletion_may_cost_no_more_than_another(run: Run) -> None:
    bodies = {
        "GET": b'{"id": "a", "object": "assistant", "model": "m"}',
        "DELETE": b'{"id": "a", "deleted": true, "x": [' + b"1," * 3_000_000 + b"1]}",
    }
    with serving(FakeServer(lambda request: answer(bodies[request.method]))) as url:
        done = run("delete", "--base-url", url, "a", "--yes")
    assert (done.code, done.out) == (1, b"")
    (line,) = done.err.splitlines()
    assert "it is still there: the answer has more than 2,000,000 values" in line
