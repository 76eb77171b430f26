"""`ask`, `threads` and `eval` on each known server that keeps threads in a way of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant_tui.services.threads import following
from tests.cli.conftest import Done, Run
from tests.cli.talking import events, python
from tests.deviations.thread_servers import THREAD_SERVERS
from tests.fakeserver.sockets import serving
from tests.fakeserver.thread_rules import Turn
from tests.fakeserver.threads import ThreadServer

ASKED, ANSWER = "Where is my order?", "It is on its way."


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for by the clock comes sooner."""
    monkeypatch.setattr(following, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(following, "SETTLED_SECONDS", 0.05)
    monkeypatch.setattr(following, "QUIET_SECONDS", 0.1)


class WholeAnswers(ThreadServer):
    """Gives its streams at once; of one that breaks, the beginning."""

    async def respond(self, request: httpx.Request) -> httpx.Response:
        """Read what is streamed."""
        response = await super().respond(request)
        pieces = []
        try:
            async for piece in response.aiter_bytes():
                pieces.append(piece)
        except httpx.ReadError:
            pass  # what came before is what a client sees
        kind = response.headers.get("content-type", "application/json")
        return httpx.Response(
            response.status_code, headers={"content-type": kind}, content=b"".join(pieces)
        )


class Known:
    """A known server, and the program before it."""

    def __init__(self, name: str, run: Run) -> None:
        self.server = WholeAnswers(rules=THREAD_SERVERS[name])
        self.url = ""
        self._run = run

    def __call__(self, *words: str, turns: list[Turn]) -> Done:
        """Run the program while the server has these turns to give."""
        self.server.turns = turns
        return self._run(*words, "--base-url", self.url)


@pytest.fixture(params=THREAD_SERVERS)
def known(request: pytest.FixtureRequest, run: Run) -> Iterator[Known]:
    """Each of them."""
    known = Known(request.param, run)
    with serving(known.server) as url:
        known.url = f"{url}/v1"
        yield known


def test_the_answer_is_printed_once(known: Known) -> None:
    done = known("ask", "asst_1", ASKED, turns=[ANSWER])
    assert (done.code, done.out.decode()) == (0, f"{ANSWER}\n"), done.err
    (thread,) = known.server.threads
    done = known("ask", "asst_1", "Really?", "--thread", thread, turns=["Yes."])
    assert (done.code, done.out) == (0, b"Yes.\n"), done.err
    assert len(known.server.runs) == 2 and len(known.server.messages[thread]) == 4


def test_the_events_end_with_the_message_and_the_run(known: Known) -> None:
    done = known("ask", "asst_1", ASKED, "--json", turns=[ANSWER])
    found = events(done.out)
    assert done.code == 0, done.err
    assert found[-1][0] == "thread.run.completed"
    whole = [data for name, data in found if name == "thread.message.completed"]
    assert ANSWER in json.dumps(whole)


def test_calls_are_answered_by_commands(known: Known) -> None:
    calls: Turn = [("get_order", '{"id": 7}'), ("get_order", '{"id": 8}')]
    echo = f"get_order={python('import sys; print(sys.stdin.read())')}"
    words = ["ask", "asst_1", ASKED, "--function", echo]
    done = known(*words, turns=[calls, ANSWER])
    assert (done.code, done.out.decode()) == (0, f"{ANSWER}\n"), done.err
    (body,) = known.server.outputs
    assert [each["output"] for each in body["tool_outputs"]] == ['{"id": 7}', '{"id": 8}']


def test_a_thread_leaves_as_it_is_and_comes_back(known: Known, tmp_path: Path) -> None:
    known("ask", "asst_1", ASKED, turns=[ANSWER])
    (thread,) = known.server.threads
    done = known("threads", "get", thread, "--json", turns=[])
    assert done.code == 0, done.err
    found = json.loads(done.out)
    sent = [*map(known.server.rules.message, known.server.messages[thread])]
    assert found["messages"] == sent
    words = ["--format", "json", "--output", str(tmp_path)]
    (path,) = known("threads", "export", thread, *words, turns=[]).lines
    done = known("threads", "import", path, turns=[])
    assert done.code == 0, done.err
    made = [
        [part["text"]["value"] for each in messages for part in each["content"]]
        for messages in known.server.messages.values()
    ]
    assert made == [[ASKED, ANSWER], [ASKED, ANSWER]]


def test_cases_are_tried_and_their_threads_deleted(known: Known, tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text(json.dumps({"prompt": ASKED, "expected": ANSWER}))
    done = known("eval", "asst_1", "--cases", str(tmp_path / "cases.jsonl"), turns=[ANSWER])
    assert done.code == 0, done.out + done.err.encode()
    can_delete = "delete" not in known.server.rules.absent
    assert bool(known.server.threads) is not can_delete
    assert ("was left behind: " in done.err) is not can_delete
