"""On each known server: a person talks, answers a call, stops, forks; nothing is sent twice."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import NotServed
from assistant_tui.core.threads.phase import phase_of
from assistant_tui.core.threads.transcript import EntryKind
from assistant_tui.services.threads import following
from tests.deviations.conversations import ANSWER, ASKED, held, seen, threads_of
from tests.deviations.thread_servers import THREAD_SERVERS
from tests.fakeserver.deviations import refusal
from tests.fakeserver.server import ANY
from tests.fakeserver.thread_rules import Event, ThreadRules
from tests.fakeserver.threads import ThreadServer
from tests.limits import LIMIT

pytestmark = pytest.mark.usefixtures("soon")
on_each_server = pytest.mark.parametrize("name", THREAD_SERVERS)


@on_each_server
async def test_a_message_is_answered_and_sent_once(name: str, tmp_path: Path) -> None:
    server = ThreadServer(ANSWER, rules=THREAD_SERVERS[name])
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        run = await conversation.send(ASKED)
        assert run.status == "completed"
        assert seen(conversation) == held(server) == [ASKED, ANSWER]
        assert len(server.runs) == len(server.threads) == 1
        assert all(entry.complete for entry in conversation.transcript.entries)
        said = phase_of(conversation.transcript, 0.0, conversation.progress).words
        assert said.startswith("done (10 tokens, ")
        assert (await threads.known("asst_1"))[0].status == "completed"


@on_each_server
async def test_two_messages_are_in_their_order(name: str, tmp_path: Path) -> None:
    server = ThreadServer(ANSWER, "Yes.", rules=THREAD_SERVERS[name])
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        await conversation.send(ASKED)
        await conversation.send("Really?")
        assert seen(conversation) == [ASKED, ANSWER, "Really?", "Yes."]
        assert conversation.thread_id is not None
        opened = await threads.open(conversation.thread_id)
        assert seen(opened) == seen(conversation)
        assert len(server.runs) == 2


@on_each_server
async def test_calls_are_answered_once_and_together(name: str, tmp_path: Path) -> None:
    calls = [("get_order", '{"id": 7}'), ("get_order", '{"id": 8}')]
    server = ThreadServer(calls, ANSWER, rules=THREAD_SERVERS[name])
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        run = await conversation.send(ASKED)
        assert run.status == "requires_action", "it waits, whatever its stream has said"
        first, second = conversation.transcript.waiting
        assert (first.text, second.text) == ('{"id": 7}', '{"id": 8}')
        ended = await conversation.answer({first.key: "sent", second.key: "lost"})
        assert ended.status == "completed"
        (body,) = server.outputs
        assert [each["output"] for each in body["tool_outputs"]] == ["sent", "lost"]
        assert seen(conversation) == [ASKED, ANSWER]
        outputs = [each.call.output for each in conversation.transcript.entries if each.call]
        assert outputs == ["sent", "lost"]


NO_STATE = ("LeapfrogAI", "LiteLLM")
"""A run is stored as ended there before it has begun, or is not shown."""


@pytest.mark.parametrize("name", [each for each in THREAD_SERVERS if each not in NO_STATE])
async def test_a_run_that_never_ends_is_stopped_or_it_is_told_why_not(
    name: str, tmp_path: Path
) -> None:
    rules = THREAD_SERVERS[name]
    server = ThreadServer(None, rules=rules)
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        sending = asyncio.ensure_future(conversation.send(ASKED))
        while not server.runs or conversation.transcript.run is None:
            await asyncio.sleep(0.01)
        if "cancel" in rules.absent:
            for _ in range(2):
                with pytest.raises(NotServed, match=r"was not stopped|cannot cancel"):
                    await conversation.cancel()
            assert not conversation.progress.stopping
            (run,) = server.runs.values()
            run["status"] = "completed"  # by itself
            assert (await sending).status == "completed"
            assert server.count("cancel") == 1, "it is asked once"
        else:
            await conversation.cancel()
            assert (await sending).status == "cancelled"
            assert conversation.transcript.entries[-1].text == "stopped"


@on_each_server
async def test_a_fork_begins_as_the_other_thread_did(name: str, tmp_path: Path) -> None:
    server = ThreadServer(ANSWER, "Otherwise.", rules=THREAD_SERVERS[name])
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        await conversation.send(ASKED)
        first = conversation.transcript.entries[0]
        forked = await threads.fork(conversation, first.key, "Who are you?")
        await forked.run()
        assert seen(forked) == ["Who are you?", "Otherwise."]
        assert seen(conversation) == [ASKED, ANSWER]
        assert len(server.threads) == 2 and len(server.runs) == 2


async def test_thoughts_are_shown_and_stay(tmp_path: Path) -> None:
    server = ThreadServer(ANSWER, rules=THREAD_SERVERS["Bella"])
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        await conversation.send(ASKED)
        entries = conversation.transcript.entries
        assert [each.kind.name for each in entries] == ["USER", "REASONING", "ASSISTANT"]
        assert entries[1].text == "Let me think."


async def test_calls_of_a_server_want_an_approval(tmp_path: Path) -> None:
    rules = replace(THREAD_SERVERS["Foundry"], required="submit_tool_approval")
    server = ThreadServer([("delete", "{}"), ("list", "{}")], ANSWER, rules=rules)
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        await conversation.send(ASKED)
        run = conversation.transcript.run
        assert run is not None and run.required is not None
        assert run.required.kind == "submit_tool_approval"
        delete, show = conversation.transcript.waiting
        assert (
            await conversation.answer({}, {delete.key: False, show.key: True})
        ).status == "completed"
        (body,) = server.outputs
        assert [each["approve"] for each in body["tool_approvals"]] == [False, True]
        kinds = [each.kind for each in conversation.transcript.entries]
        assert EntryKind.STEP in kinds, "a step of an unknown kind is shown"


async def test_a_server_without_threads_says_so_and_the_journal_is_there_all_the_same(
    tmp_path: Path,
) -> None:
    server = ThreadServer()
    server.deviations["threads"] = lambda request: refusal(404, "Not Found")
    async with threads_of(server, tmp_path) as threads:
        with pytest.raises(NotServed, match="does not serve POST"):
            await threads.begin("asst_1").send(ASKED)
        assert await threads.known() == []
        assert not server.threads


async def test_an_error_in_a_stream_gives_way_to_what_the_run_says(tmp_path: Path) -> None:
    def fails(events: list[Event]) -> Iterator[Event]:
        (run,) = server.runs.values()
        error = {"code": "rate_limit_exceeded", "message": "Try again in 60 seconds."}
        run |= {"status": "failed", "last_error": error}
        yield from events[:3]
        yield "error", {"error": {"message": "something is wrong"}}
        yield "done", "[DONE]"

    server = ThreadServer(None, rules=ThreadRules(bend=fails))
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        run = await conversation.send(ASKED)
        said = "failed: Try again in 60 seconds. (rate_limit_exceeded)"
        assert run.status == "failed"
        assert [each.text for each in conversation.transcript.entries] == [ASKED, said]
        phase = phase_of(conversation.transcript, 0.0, conversation.progress)
        assert (phase.words, phase.tone) == (said, "bad")


async def test_the_runs_of_other_threads_are_not_of_this_one(tmp_path: Path) -> None:
    server = ThreadServer("One.", "Two.", rules=THREAD_SERVERS["Astra"])
    async with threads_of(server, tmp_path) as threads:
        one, two = threads.begin("asst_1"), threads.begin("asst_1")
        await one.send(ASKED)
        await two.send(ASKED)
        assert one.thread_id is not None
        assert len((await threads.open(one.thread_id)).transcript.runs) == 1


async def test_a_run_that_is_stored_as_ended_has_time_for_its_first_word(tmp_path: Path) -> None:
    """Its state tells nothing there, however long the model needs."""
    server = ThreadServer(ANSWER, rules=replace(THREAD_SERVERS["LeapfrogAI"], pause=0.3))
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        pieces: list[str] = []
        conversation.listen(lambda changes: pieces.append(conversation.transcript.last_text))
        await conversation.send(ASKED)
        assert "It is on" in pieces, "the stream was read to its end"


async def test_a_run_is_looked_at_as_often_as_its_server_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "POLL_SECONDS", 10 * LIMIT)
    server = ThreadServer(None, rules=ThreadRules(streams=False))

    def looked_at(request: httpx.Request) -> httpx.Response | None:
        if not (server.runs and request.url.path.endswith(next(iter(server.runs)))):
            return None
        (run,) = server.runs.values()
        if server.count(run["id"]) == 3:
            run["status"] = "completed"
        answer = server.answer(request)
        answer.headers["openai-poll-after-ms"] = "5"
        return answer

    server.deviations[ANY] = looked_at
    async with threads_of(server, tmp_path) as threads:
        assert (await threads.begin("asst_1").send(ASKED)).status == "completed"
