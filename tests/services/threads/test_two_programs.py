"""Two programs, or two people, at one thread: nothing is lost, and nothing of the other stopped."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import Conflict, ServiceError
from tests.fakeserver.deviations import refusal
from tests.limits import LIMIT
from tests.server.runs.support import Pause, ScriptedModel, calls, says
from tests.services.threads.support import World, told, world


@pytest.fixture
async def here(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[World]:
    """The program with a journal, and the server."""
    async with world(tmp_path, model) as here:
        yield here


async def test_a_run_that_has_ended_since_it_was_in_the_way_is_not(
    here: World, model: ScriptedModel
) -> None:
    model.turns = [says("One.")]
    refusals = [refusal(400, "Can't add messages to thread_1 while a run run_1 is active.")]
    here.server.deviations["messages"] = lambda request: (
        refusals.pop() if request.method == "POST" and refusals else None
    )
    run = await here.threads.begin(here.assistant).send("Hello")
    assert run.status == "completed"
    assert len(await here.api.messages(run.thread_id)) == 2


async def test_a_server_that_always_names_another_run_is_asked_a_few_times(here: World) -> None:
    def refuse(request: httpx.Request) -> httpx.Response | None:
        return refusal(400, "already has an active run") if request.method == "POST" else None

    here.server.deviations["messages"] = refuse
    with pytest.raises(ServiceError, match="already has an active run"):
        await here.threads.begin(here.assistant).send("Hello")
    assert here.posts.count("messages") < 10


async def test_who_stops_while_another_run_is_waited_for_sends_nothing_and_stops_nothing(
    here: World, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [says("One."), [pause, *says("Elsewhere.")]]
    conversation = here.threads.begin(here.assistant)
    await conversation.send("First")
    assert conversation.thread_id is not None
    other = await here.api.run(conversation.thread_id, here.assistant)
    async with asyncio.timeout(LIMIT):
        await pause.reached.wait()
        sending = asyncio.ensure_future(conversation.send("Second"))
        while conversation.transcript.run is None or conversation.transcript.run.is_final:
            await asyncio.sleep(0)
        await conversation.cancel()
        with pytest.raises(Conflict, match="stopped before it was sent"):
            await sending
        assert "cancel" not in here.posts
        pause.go_on.set()
        await here.api.wait(other, "completed")
    assert len(await here.api.messages(conversation.thread_id)) == 3


async def test_calls_that_were_answered_elsewhere_wait_no_more(
    here: World, model: ScriptedModel
) -> None:
    model.turns = [calls("f"), says("Done.")]
    conversation = here.threads.begin(here.assistant)
    run = await conversation.send("Hello")
    (entry,) = conversation.transcript.waiting
    elsewhere = await here.threads.open(run.thread_id)
    assert (await elsewhere.answer({entry.key: "theirs"})).status == "completed"
    with pytest.raises(ServiceError):
        await conversation.answer({entry.key: "mine"})
    assert conversation.transcript.waiting == ()
    assert told(conversation.transcript)[-1] == ("ASSISTANT", "Done.")


async def test_calls_of_a_run_that_has_expired_wait_no_more(
    here: World, model: ScriptedModel
) -> None:
    model.turns = [calls("f")]
    conversation = here.threads.begin(here.assistant)
    run = await conversation.send("Hello")
    (entry,) = conversation.transcript.waiting
    await here.api.post(f"/threads/{run.thread_id}/runs/{run.id}/cancel", {})
    await here.api.wait(run.raw, "cancelled")
    with pytest.raises(ServiceError):
        await conversation.answer({entry.key: "late"})
    assert conversation.transcript.waiting == ()
    assert told(conversation.transcript)[-1] == ("NOTE", "stopped")
