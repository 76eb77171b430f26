"""A person talks to an assistant on the embedded server; counted is what the server holds."""

import asyncio
from pathlib import Path

import pytest

from assistant_tui.core.errors import Forbidden, Invalid, NotFound
from assistant_tui.core.threads.phase import phase_of
from assistant_tui.core.threads.transcript import Change, ChangeKind
from assistant_tui.server.runs.chat import ChatError
from tests.limits import LIMIT
from tests.server.runs.support import Pause, ScriptedModel, calls, says
from tests.services.threads.support import told, world


async def test_a_message_is_answered(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("It is ", "on its way.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        assert conversation.thread_id is None
        changes: list[Change] = []
        conversation.listen(changes.extend)
        run = await conversation.send("Where is my order?")
        assert run.status == "completed" and run.usage is not None
        assert told(conversation.transcript) == [
            ("USER", "Where is my order?"),
            ("ASSISTANT", "It is on its way."),
        ]
        pieces = [change.text for change in changes if change.kind is ChangeKind.APPENDED]
        assert "".join(pieces) in ("on its way.", ""), "the text was streamed"
        phase = phase_of(conversation.transcript, 0.0, conversation.progress)
        assert phase.words.startswith("done (10 tokens, ")
        assert conversation.thread_id is not None
        held = await here.api.messages(conversation.thread_id)
        assert [each["role"] for each in held] == ["user", "assistant"]
        runs = await here.api.get(f"/threads/{conversation.thread_id}/runs")
        assert len(runs["data"]) == 1
        assert here.posts == ["threads", "messages", "runs"]


async def test_the_text_is_told_while_it_comes(tmp_path: Path, model: ScriptedModel) -> None:
    pause = Pause()
    model.turns = [[*says("Half ")[:1], pause, *says("whole.")]]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        seen = asyncio.Event()
        conversation.listen(
            lambda changes: seen.set() if conversation.transcript.last_text else None
        )
        sending = asyncio.ensure_future(conversation.send("Hello"))
        async with asyncio.timeout(LIMIT):
            await seen.wait()
        assert conversation.transcript.last_text == "Half "
        phase = phase_of(conversation.transcript, 0.0, conversation.progress)
        assert phase.words.startswith("writing")
        pause.go_on.set()
        await sending
        assert conversation.transcript.last_text == "Half whole."


async def test_a_call_is_answered_once_all_answers_are_there(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [calls("get_order", "get_time", arguments='{"id": 7}'), says("Sent at noon.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        run = await conversation.send("Where is it?")
        assert run.status == "requires_action"
        phase = phase_of(conversation.transcript, 0.0, conversation.progress)
        assert phase.words == "waiting for you (2 calls)"
        order, clock = conversation.transcript.waiting
        assert order.call is not None and order.call.name == "get_order"
        with pytest.raises(Invalid, match="1 of 2 calls"):
            await conversation.answer({order.key: "sent"})
        assert here.posts.count("submit_tool_outputs") == 0
        ended = await conversation.answer({order.key: "sent", clock.key: "noon"})
        assert ended.status == "completed"
        assert told(conversation.transcript)[1:] == [
            ("CALL", '{"id": 7}'),
            ("CALL", '{"id": 7}'),
            ("ASSISTANT", "Sent at noon."),
        ]
        assert order.call is not None and order.call.output == "sent"
        assert conversation.transcript.entries[1] is order, "what is read stays the same"
        (step, _) = await here.api.steps({"thread_id": run.thread_id, "id": run.id})
        given = [call["function"]["output"] for call in step["step_details"]["tool_calls"]]
        assert given == ["sent", "noon"]
        (last,) = await here.threads.last_outputs("get_order", '{"id":7}')
        assert last.text == "sent"
        with pytest.raises(Invalid, match="no call waits"):
            await conversation.answer({order.key: "again"})


async def test_a_run_is_stopped_and_what_it_wrote_stays(
    tmp_path: Path, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [[*says("Half ")[:1], pause, *says("whole.")]]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        sending = asyncio.ensure_future(conversation.send("Hello"))
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
            while not conversation.transcript.last_text:
                await asyncio.sleep(0)
        await conversation.cancel()
        run = await sending
        assert run.status == "cancelled"
        assert told(conversation.transcript)[1:] == [("ASSISTANT", "Half "), ("NOTE", "stopped")]
        assert (await here.api.get(f"/threads/{run.thread_id}/runs/{run.id}"))[
            "status"
        ] == "cancelled"


async def test_a_run_that_waits_is_stopped(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [calls("f"), says("Next.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("Hello")
        await conversation.cancel()
        assert conversation.transcript.run is not None
        assert conversation.transcript.run.status == "cancelled"
        assert (await conversation.send("Go on")).status == "completed"


async def test_a_run_is_stopped_as_soon_as_its_id_is_known(
    tmp_path: Path, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [[pause, *says("Too late.")]]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        here.server.hold = lambda method, path: path.endswith("/runs")
        sending = asyncio.ensure_future(conversation.send("Hello"))
        async with asyncio.timeout(LIMIT):
            await here.server.arrived.wait()
            await conversation.cancel()
            here.server.hold = lambda method, path: False
            here.server.opened.set()
            run = await sending
        assert run.status == "cancelled"
        assert here.posts.count("cancel") == 1


async def test_a_failed_run_says_why(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [[ChatError("Try again in 60 seconds.", code="rate_limit_exceeded")]]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        run = await conversation.send("Hello")
        assert run.status == "failed" and "Try again in 60 seconds." in run.error
        assert told(conversation.transcript)[-1] == ("NOTE", f"failed: {run.error}")


async def test_a_profile_that_is_read_only_sends_nothing(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model, read_only=True) as here:
        thread = await here.api.thread("Hello")
        opened = await here.threads.open(thread)
        assert told(opened.transcript) == [("USER", "Hello")]
        for attempt in (
            opened.send("More"),
            opened.run(),
            opened.cancel(),
            here.threads.fork(opened, opened.transcript.entries[0].key),
            here.threads.delete(thread),
            here.threads.begin(here.assistant).send("New"),
        ):
            with pytest.raises(Forbidden, match="read-only"):
                await attempt
        assert here.posts == []


async def test_overrides_are_of_one_run(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("One."), says("Two.")]
    async with world(tmp_path, model) as here:
        other = await here.api.assistant(name="Other")
        conversation = here.threads.begin(here.assistant)
        overrides = {"assistant_id": f'"{other}"', "instructions": '"Be short."'}
        run = await conversation.send("First", overrides=overrides)
        assert (run.assistant_id, run.raw["instructions"]) == (other, "Be short.")
        run = await conversation.send("Second")
        assert run.assistant_id == here.assistant and not run.raw["instructions"]
        (known,) = await here.threads.known()
        assert known.assistant_id == here.assistant


async def test_events_are_given_as_they_come(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("One.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        names: list[str] = []
        conversation.on_event(lambda event: names.append(event.name))
        await conversation.send("First")
        assert names[0] == "thread.run.created" and names[-1] == "done"
        assert "thread.message.delta" in names


async def test_a_thread_that_is_not_there(tmp_path: Path, model: ScriptedModel) -> None:
    async with world(tmp_path, model) as here:
        with pytest.raises(NotFound):
            await here.threads.open("thread_nowhere")


@pytest.mark.parametrize("text", ["", " \n "])
async def test_nothing_is_not_sent(tmp_path: Path, model: ScriptedModel, text: str) -> None:
    async with world(tmp_path, model) as here:
        with pytest.raises(Invalid, match="nothing to send"):
            await here.threads.begin(here.assistant).send(text)
        assert here.posts == []
