"""Two conversations at once: each message goes to both, and one answer serves for both."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx

from assistant_tui.core.threads.objects import Run
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.services.threads.pair import ConversationPair, Side
from tests.limits import LIMIT
from tests.server.runs.support import Pause, ScriptedModel, calls, says
from tests.services.threads.support import World, world


def side(conversation: Conversation) -> Side:
    async def send(text: str, attachments: Sequence[Path]) -> Run:
        return await conversation.send(text, attachments=attachments)

    return Side(conversation, send)


async def pair_of(here: World) -> tuple[ConversationPair, Conversation, Conversation]:
    """Two assistants that are told the same."""
    other = await here.api.assistant(name="Other")
    left, right = here.threads.begin(here.assistant), here.threads.begin(other)
    return ConversationPair(side(left), side(right)), left, right


async def test_both_run_at_the_same_time_each_in_its_own_thread(
    tmp_path: Path, model: ScriptedModel
) -> None:
    first, second = Pause(), Pause()
    model.turns = [[first, *says("a")], [second, *says("b")]]
    async with world(tmp_path, model) as here:
        pair, left, right = await pair_of(here)
        sending = asyncio.ensure_future(pair.send("Hello"))
        async with asyncio.timeout(LIMIT):
            await first.reached.wait()
            await second.reached.wait()
        first.go_on.set()
        second.go_on.set()
        assert await sending == (None, None)
        assert {left.transcript.last_text, right.transcript.last_text} == {"a", "b"}
        assert left.thread_id != right.thread_id
        for conversation in (left, right):
            held = await here.api.messages(str(conversation.thread_id))
            assert [each["role"] for each in held] == ["user", "assistant"]


async def test_what_fails_in_one_leaves_the_other_alone(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("a")]
    async with world(tmp_path, model) as here:
        pair, left, right = await pair_of(here)
        failing = right.assistant_id.encode()
        here.server.deviations["runs"] = lambda request: (
            httpx.Response(400, json={"error": {"message": "no"}})
            if request.method == "POST" and failing in request.content
            else None
        )
        worked, failed = await pair.send("Hello")
        assert worked is None
        assert failed is not None and failed.message == "no"
        assert left.transcript.last_text == "a"


async def test_the_same_call_of_both_is_answered_once_for_both(
    tmp_path: Path, model: ScriptedModel
) -> None:
    asked = calls("find", arguments='{"id": 1}')
    model.turns = [asked, asked, says("a"), says("a")]
    async with world(tmp_path, model) as here:
        pair, left, right = await pair_of(here)
        await pair.send("Hello")
        assert pair.required is not None
        (call,) = pair.required.calls
        await pair.answer({call.key: "found"}, {})
        assert here.posts.count("submit_tool_outputs") == 2
        for conversation in (left, right):
            outputs = [e.call.output for e in conversation.transcript.entries if e.call is not None]
            assert outputs == ["found"]
        assert pair.required is None


async def test_calls_of_one_alone_are_answered_there_alone(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model) as here:
        pair, left, right = await pair_of(here)
        model.turns = [calls("find"), says("found it")]
        await left.send("Hello")
        assert [each.keys for each in pair.shared] == [(left.transcript.waiting[0].key, None)]
        await pair.answer({left.transcript.waiting[0].key: "x"}, {})
        assert left.transcript.last_text == "found it"
        assert right.thread_id is None


async def test_a_stop_stops_both(tmp_path: Path, model: ScriptedModel) -> None:
    first, second = Pause(), Pause()
    model.turns = [[first, *says("a")], [second, *says("b")]]
    async with world(tmp_path, model) as here:
        pair, left, right = await pair_of(here)
        sending = asyncio.ensure_future(pair.send("Hello"))
        async with asyncio.timeout(LIMIT):
            await first.reached.wait()
            await second.reached.wait()
        assert await pair.cancel() == (None, None)
        await sending
        for conversation in (left, right):
            run = conversation.transcript.run
            assert run is not None and run.status == "cancelled"
            (held,) = (await here.api.get(f"/threads/{conversation.thread_id}/runs"))["data"]
            assert held["status"] == "cancelled"
