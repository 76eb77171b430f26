"""Threads that are opened, left, and taken up again, also while others run on them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import Conflict
from assistant_tui.services.threads.conversation import Conversation
from tests.fakeserver.deviations import refusing
from tests.limits import LIMIT
from tests.server.runs.support import Pause, ScriptedModel, calls, says
from tests.services.threads.support import told, world


async def test_whoever_leaves_stops_nothing(tmp_path: Path, model: ScriptedModel) -> None:
    pause = Pause()
    model.turns = [[pause, *says("Here.")]]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        sending = asyncio.ensure_future(conversation.send("Hello"))
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
            sending.cancel()
            await asyncio.wait((sending,))
            assert conversation.thread_id is not None
            assert await here.threads.open(conversation.thread_id) is conversation
            pause.go_on.set()
            await conversation.ended()
        assert conversation.transcript.last_text == "Here." and conversation.trouble == ""
        assert "cancel" not in here.posts
        assert here.service.writes.under_way == 0


async def test_a_run_under_way_is_taken_up_at_the_next_start(
    tmp_path: Path, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [[*says("Half ")[:1], pause, *says("whole.")]]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        sending = asyncio.ensure_future(conversation.send("Where is it?"))
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
            sending.cancel()
            await asyncio.wait((sending,))
            conversation.leave()  # as at the end of the program
            await conversation.ended()
            (known,) = await here.threads.known(here.assistant)
            assert (known.title, known.status) == ("Where is it?", "queued")
            taken_up = await here.threads.open(known.id)
            assert taken_up is not conversation and taken_up.is_under_way
            while not taken_up.transcript.last_text:
                await asyncio.sleep(0)
            assert taken_up.transcript.last_text == "Half ", "the text goes on"
            pause.go_on.set()
            await taken_up.ended()
        assert told(taken_up.transcript)[-1] == ("ASSISTANT", "Half whole.")
        assert here.posts.count("runs") == here.posts.count("messages") == 1
        (known,) = await here.threads.known(here.assistant)
        assert known.status == "completed"


async def test_a_thread_that_is_opened_shows_all_of_it(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [calls("f"), says("One."), says("Two.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("First")
        await conversation.answer({conversation.transcript.waiting[0].key: "out"})
        await conversation.send("Second")
        assert conversation.thread_id is not None
        opened = await here.threads.open(conversation.thread_id)
        assert told(opened.transcript) == told(conversation.transcript)
        assert opened.title == "First" and opened.assistant_id == here.assistant
        call = opened.transcript.entries[1].call
        assert call is not None and call.output == "out"


async def test_a_run_that_waits_is_answered_after_a_start(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [calls("f"), says("Done.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        run = await conversation.send("Hello")
        opened = await here.threads.open(run.thread_id)
        (entry,) = opened.transcript.waiting
        assert not opened.is_under_way
        assert (await opened.answer({entry.key: "x"})).status == "completed"


async def test_another_run_of_the_thread_is_waited_for(
    tmp_path: Path, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [says("One."), [pause, *says("Elsewhere.")], says("Two.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("First")
        assert conversation.thread_id is not None
        await here.api.run(conversation.thread_id, here.assistant)
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
            sending = asyncio.ensure_future(conversation.send("Second"))
            while here.posts.count("messages") < 2:
                await asyncio.sleep(0)
            pause.go_on.set()
            assert (await sending).status == "completed"
        texts = [text for _, text in told(conversation.transcript)]
        assert texts == ["First", "One.", "Elsewhere.", "Second", "Two."]
        assert len(await here.api.messages(conversation.thread_id)) == 5


async def test_a_run_elsewhere_that_waits_is_told(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("One."), calls("f")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("First")
        assert conversation.thread_id is not None
        other = await here.api.run(conversation.thread_id, here.assistant)
        await here.api.wait(other, "requires_action")
        with pytest.raises(Conflict, match="waits for outputs"):
            await conversation.send("Second")
        assert [entry.call and entry.call.name for entry in conversation.transcript.waiting] == [
            "f"
        ]
        assert len(await here.api.messages(conversation.thread_id)) == 2


async def test_one_thing_at_a_time(tmp_path: Path, model: ScriptedModel) -> None:
    pause = Pause()
    model.turns = [[pause, *says("One.")]]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        sending = asyncio.ensure_future(conversation.send("First"))
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
            with pytest.raises(Conflict, match="under way"):
                await conversation.send("Second")
            pause.go_on.set()
            await sending
        assert here.posts.count("messages") == 1


async def test_the_newest_messages_are_shown_before_the_others(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model) as here:
        thread = await here.api.thread(*(f"Message {at}" for at in range(32)))
        for at in range(32, 120):
            await here.api.post(
                f"/threads/{thread}/messages", {"role": "user", "content": f"Message {at}"}
            )
        conversation = Conversation(
            here.threads._client, here.service.journal.threads, here.threads._gate, "", thread
        )
        shown: list[list[str]] = []
        conversation.listen(
            lambda changes: shown.append([text for _, text in told(conversation.transcript)])
        )
        await conversation.load()
        assert shown[0] == [f"Message {at}" for at in range(20, 120)]
        assert shown[-1] == [f"Message {at}" for at in range(120)]


async def test_a_thread_is_shown_whose_runs_cannot_be_had(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model) as here:
        thread = await here.api.thread("Hello")
        here.server.deviations["runs"] = refusing(500, "out of order")
        opened = await here.threads.open(thread)
        (message, note) = told(opened.transcript)
        assert message == ("USER", "Hello")
        assert note[0] == "NOTE" and "out of order" in note[1]


async def test_a_run_elsewhere_that_has_just_ended_is_in_nobodys_way(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("One."), says("Two.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("First")
        refused = [refusing(400, "Can't add messages while a run run_x is active.")]
        here.server.deviations["messages"] = lambda request: (
            refused.pop()(request) if request.method == "POST" and refused else None
        )
        assert (await conversation.send("Second")).status == "completed"
        assert len(await here.api.messages(conversation.thread_id or "")) == 4


async def test_a_stream_that_broke_is_taken_up_where_it_broke(
    tmp_path: Path, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [[*says("Half ")[:1], pause, *says("whole.")]]
    async with world(tmp_path, model) as here:

        async def breaks(request: httpx.Request) -> httpx.Response:
            answer = await here.server.carry_out(request)
            return httpx.Response(200, headers=answer.headers, stream=_BrokenStream(answer))

        here.server.deviations["runs"] = lambda request: (
            breaks(request) if request.method == "POST" else None
        )
        conversation = here.threads.begin(here.assistant)
        names: list[str] = []
        conversation.on_event(lambda event: names.append(event.name))
        sending = asyncio.ensure_future(conversation.send("Hello"))
        async with asyncio.timeout(LIMIT):
            while here.server.requests[-1:] == [] or not _taken_up(here.server.requests[-1]):
                await asyncio.sleep(0.01)
            assert here.server.requests[-1].headers["last-event-id"].isdecimal()
            assert conversation.transcript.last_text == "Half "
            pause.go_on.set()
            await sending
        assert names.count("thread.message.delta") == 2, "each piece came once"
        assert told(conversation.transcript) == [("USER", "Hello"), ("ASSISTANT", "Half whole.")]


def _taken_up(request: httpx.Request) -> bool:
    return "last-event-id" in request.headers


class _BrokenStream(httpx.AsyncByteStream):
    """A stream that breaks behind the first piece of text."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._answer.stream, httpx.AsyncByteStream)
        async for part in self._answer.stream:
            yield part
            if b"thread.message.delta" in part:
                raise httpx.ReadError("lost")

    async def aclose(self) -> None:
        await self._answer.aclose()


async def test_closing_waits_for_what_is_being_sent_and_for_no_other_write(
    tmp_path: Path, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [[pause, *says("One.")]]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        here.server.hold = lambda method, path: path.endswith("/messages")
        sending = asyncio.ensure_future(conversation.send("Hello"))
        async with asyncio.timeout(LIMIT):
            await here.server.arrived.wait()
            sending.cancel()
            closing = asyncio.ensure_future(here.threads.close())
            await asyncio.sleep(0.01)
            assert not closing.done()
            here.server.opened.set()
            with here.service.writes.counting():  # another write of the profile
                await closing
        assert conversation.thread_id is not None
        assert len(await here.api.messages(conversation.thread_id)) == 1
