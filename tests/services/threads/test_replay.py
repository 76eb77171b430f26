"""What was said in a thread is said again: each message once, and known calls are answered."""

from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.objects import Message, Run
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.services.threads.replay import Replay
from tests.server.runs.support import ScriptedModel, calls, says
from tests.services.threads.support import World, told, world


async def send(conversation: Conversation, text: str, message: Message | None) -> Run:
    return await conversation.send(text, copy_of=message, overrides={"temperature": "0"})


async def original(here: World, *texts: str, output: str = "") -> Conversation:
    """A thread in which this was said, and in which calls were answered so."""
    conversation = here.threads.begin(here.assistant)
    for text in texts:
        run = await conversation.send(text)
        while run.status == "requires_action":
            waiting = conversation.transcript.waiting
            run = await conversation.answer({entry.key: output for entry in waiting})
    return conversation


async def said(here: World, conversation: Conversation) -> list[str]:
    """What the person said in a thread, as the server has it."""
    held = await here.api.messages(str(conversation.thread_id))
    return [each["content"][0]["text"]["value"] for each in held if each["role"] == "user"]


async def test_each_message_is_sent_once_to_a_new_thread(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("a"), says("b"), says("A"), says("B")]
    async with world(tmp_path, model) as here:
        first = await original(here, "one", "two")
        before = await here.api.messages(str(first.thread_id))
        again = here.threads.begin(here.assistant, origin=str(first.thread_id))
        replay = Replay(first.transcript, again, send)
        run = await replay.go_on()
        assert run is not None and run.status == "completed"
        assert (replay.sent, len(replay.turns)) == (2, 2)
        assert told(again.transcript) == [
            ("USER", "one"),
            ("ASSISTANT", "A"),
            ("USER", "two"),
            ("ASSISTANT", "B"),
        ]
        assert await said(here, again) == ["one", "two"]
        assert await here.api.messages(str(first.thread_id)) == before
        assert [request.temperature for request in model.requests[2:]] == [0, 0]
        origins = {thread.id: thread.origin for thread in await here.threads.known()}
        assert origins[str(again.thread_id)] == first.thread_id


async def test_the_same_call_gets_the_recorded_output(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [
        calls("find", arguments='{"id": 1}'),
        says("a"),
        calls("find", arguments='{"id":1}'),
        says("A"),
    ]
    async with world(tmp_path, model) as here:
        first = await original(here, "one", output="on its way")
        again = here.threads.begin(here.assistant)
        run = await Replay(first.transcript, again, send).go_on()
        assert run is not None and run.status == "completed"
        answered = [each.call for each in again.transcript.entries if each.call is not None]
        assert [call.output for call in answered] == ["on its way"]


async def test_another_call_waits_for_the_person_then_the_replay_goes_on(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [
        calls("find", arguments='{"id": 1}'),
        says("a"),
        says("b"),
        calls("find", arguments='{"id": 2}'),
        says("A"),
        says("B"),
    ]
    async with world(tmp_path, model) as here:
        first = await original(here, "one", "two", output="on its way")
        again = here.threads.begin(here.assistant)
        replay = Replay(first.transcript, again, send)
        run = await replay.go_on()
        assert run is not None and run.status == "requires_action"
        assert replay.outputs == {}
        (waiting,) = again.transcript.waiting
        await again.answer({waiting.key: "lost"})
        run = await replay.go_on()
        assert run is not None and run.status == "completed"
        assert await said(here, again) == ["one", "two"]


async def test_known_outputs_are_offered_beside_a_call_that_is_not_known(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [calls("find"), says("a"), calls("find", "tell")]
    async with world(tmp_path, model) as here:
        first = await original(here, "one", output="found")
        again = here.threads.begin(here.assistant)
        replay = Replay(first.transcript, again, send)
        await replay.go_on()
        known, _ = again.transcript.waiting
        assert replay.outputs == replay.outputs == {known.key: "found"}
        assert here.posts.count("submit_tool_outputs") == 1


async def test_a_run_that_fails_ends_it_with_the_rest_unsent(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("a"), says("b"), [RuntimeError("broken")]]
    async with world(tmp_path, model) as here:
        first = await original(here, "one", "two")
        again = here.threads.begin(here.assistant)
        replay = Replay(first.transcript, again, send)
        run = await replay.go_on()
        assert run is not None and run.status == "failed"
        assert replay.sent == 1
        assert await said(here, again) == ["one"]


async def test_a_message_that_was_not_sent_is_tried_once_more(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("a"), says("A")]
    async with world(tmp_path, model) as here:
        first = await original(here, "one")
        again = here.threads.begin(here.assistant)
        replay = Replay(first.transcript, again, send)
        here.server.deviations["messages"] = lambda request: (
            httpx.Response(503) if request.method == "POST" else None
        )
        with pytest.raises(ServiceError):
            await replay.go_on()
        del here.server.deviations["messages"]
        await replay.go_on()
        assert await said(here, again) == ["one"]


async def test_after_a_stop_nothing_more_is_sent(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("a"), says("b"), says("A")]
    async with world(tmp_path, model) as here:
        first = await original(here, "one", "two")
        again = here.threads.begin(here.assistant)
        replay = Replay(first.transcript, again, send)
        again.listen(lambda changes: replay.stop())
        await replay.go_on()
        assert await said(here, again) == ["one"]
