"""How runs end that do not complete: cancelled, failed, cut off, expired, with their thread."""

import asyncio
from pathlib import Path

import pytest

from assistant_tui.server.runs.chat import ChatError, TextDelta
from assistant_tui.server.runs.objects import LIFETIME
from tests.limits import LIMIT
from tests.server.runs.support import (
    FUNCTION,
    Api,
    Pause,
    ScriptedModel,
    calls,
    names,
    says,
    server,
    text_of,
    told_text,
)


async def test_cancelling_ends_the_request_at_once_and_keeps_the_text(
    api: Api, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [[TextDelta("so "), TextDelta("far"), pause]]
    assistant, thread = await api.assistant(), await api.thread("hi")
    run = await api.run(thread, assistant)
    async with asyncio.timeout(LIMIT):
        await pause.reached.wait()
        answer = await api.post(f"/threads/{thread}/runs/{run['id']}/cancel")
        assert answer["status"] == "cancelling"
        await pause.closed.wait()
    ended = await api.wait(run, "cancelled")
    assert ended["status"] == "cancelled" and ended["cancelled_at"] and not ended["expires_at"]
    _, message = await api.messages(thread)
    assert text_of(message) == "so far" and message["status"] == "incomplete"
    assert message["incomplete_details"] == {"reason": "run_cancelled"}
    assert [each["status"] for each in await api.steps(run)] == ["cancelled"]
    events = [each async for each in api.follow(f"/threads/{thread}/runs/{run['id']}")]
    assert names(events)[-5:] == [
        "thread.run.cancelling",
        "thread.message.incomplete",
        "thread.run.step.cancelled",
        "thread.run.cancelled",
        "done",
    ]
    assert told_text(events) == "so far"
    refused = await api.post(f"/threads/{thread}/runs/{run['id']}/cancel", status=400)
    assert refused["error"]["message"] == "Cannot cancel run with status 'cancelled'."


async def test_a_run_that_waits_for_outputs_or_for_its_turn_can_be_cancelled(
    api: Api, model: ScriptedModel
) -> None:
    pause, model.concurrency = Pause(), 1
    model.turns = [calls("look_up"), [pause, *says("first")]]
    assistant = await api.assistant(tools=[FUNCTION])
    waiting = await api.run(await api.thread("hi"), assistant)
    await api.wait(waiting, "requires_action")
    first = await api.run(await api.thread("hi"), assistant)
    queued = await api.run(await api.thread("hi"), assistant)
    for run in (waiting, queued):
        await api.post(f"/threads/{run['thread_id']}/runs/{run['id']}/cancel")
        assert (await api.wait(run, "cancelled"))["status"] == "cancelled"
        assert {each["status"] for each in await api.steps(run)} <= {"cancelled"}
        await api.post(f"/threads/{run['thread_id']}/messages", {"role": "user", "content": "x"})
    pause.go_on.set()
    assert (await api.wait(first, "completed"))["status"] == "completed"
    assert len(model.requests) == 2


@pytest.mark.parametrize("begun", [False, True], ids=["nothing", "some text"])
async def test_a_model_that_fails_fails_the_run_and_what_it_said_is_kept(
    api: Api, model: ScriptedModel, begun: bool
) -> None:
    error = ChatError("Slow down.", code="rate_limit_exceeded", begun=begun)
    model.turns = [[*([TextDelta("Well")] if begun else []), error]]
    thread = await api.thread("hi")
    run = await api.wait(await api.run(thread, await api.assistant()), "failed")
    assert run["last_error"] == {"code": "rate_limit_exceeded", "message": "Slow down."}
    assert run["failed_at"] and run["usage"] is None
    message = (await api.messages(thread))[1:]
    assert [(text_of(each), each["incomplete_details"]) for each in message] == (
        [("Well", {"reason": "run_failed"})] if begun else []
    )
    assert [each["last_error"] for each in await api.steps(run)] == (
        [run["last_error"]] if begun else []
    )


async def test_a_fault_of_the_server_fails_the_run(
    api: Api, model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    model.turns = [[TextDelta("x"), ValueError("of this test")]]
    run = await api.wait(await api.run(await api.thread("hi"), await api.assistant()), "failed")
    assert run["last_error"]["code"] == "server_error"
    assert "of this test" not in run["last_error"]["message"] and "of this test" in caplog.text


async def test_a_model_that_is_not_there_fails_the_run(api: Api) -> None:
    run = await api.run(await api.thread("hi"), await api.assistant(), model="none")
    assert (await api.wait(run, "failed"))["last_error"]["message"] == "There is no such model."


async def test_an_answer_that_was_cut_off_is_incomplete(api: Api, model: ScriptedModel) -> None:
    model.turns = [says("too lo", reason="length")]
    thread = await api.thread("hi")
    run = await api.run(thread, await api.assistant(), max_completion_tokens=256)
    run = await api.wait(run, "incomplete")
    assert run["incomplete_details"] == {"reason": "max_completion_tokens"}
    assert (await api.messages(thread))[1]["incomplete_details"] == {"reason": "max_tokens"}
    assert model.requests[0].max_completion_tokens == 256


async def test_a_run_without_end_is_stopped_by_turns_without_calls(
    api: Api, model: ScriptedModel
) -> None:
    model.turns = [*(calls("look_up") for _ in range(24)), says("enough")]
    thread = await api.thread("hi")
    run = await api.run(thread, await api.assistant(tools=[FUNCTION]))
    path = f"/threads/{thread}/runs/{run['id']}"
    last = 0
    for _ in range(24):
        async with asyncio.timeout(LIMIT):
            last = [int(each.id) async for each in api.follow(path, last)][-1]
        output = [{"tool_call_id": "call_look_up", "output": "no"}]
        await api.post(f"{path}/submit_tool_outputs", {"tool_outputs": output})
    assert (await api.wait(run, "completed"))["status"] == "completed"
    assert [request.tool_choice for request in model.requests] == ["auto", *[None] * 23, "none"]


async def test_a_deleted_thread_takes_all_with_it_and_ends_its_run(
    api: Api, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns = [[TextDelta("so far"), pause]]
    thread = await api.thread("hi")
    run = await api.run(thread, await api.assistant())
    async with asyncio.timeout(LIMIT):
        await pause.reached.wait()
        gone = await api.http.delete(f"/threads/{thread}")
        assert gone.json() == {"id": thread, "object": "thread.deleted", "deleted": True}
        await pause.closed.wait()
    for path in ("", "/messages", "/runs", f"/runs/{run['id']}", f"/runs/{run['id']}/steps"):
        await api.get(f"/threads/{thread}{path}", status=404)


async def test_a_run_ends_when_its_time_is_over(tmp_path: Path, model: ScriptedModel) -> None:
    pause = Pause()
    model.turns = [calls("look_up"), [TextDelta("so far"), pause]]
    now = [1_800_000_000.0]
    async with server(tmp_path / "store.db", model, clock=lambda: now[0]) as api:
        assistant = await api.assistant(tools=[FUNCTION])
        waiting = await api.run(await api.thread("hi"), assistant)
        await api.wait(waiting, "requires_action")
        now[0] = waiting["created_at"] + LIFETIME + 1.0
        ended = await api.wait(waiting, "expired")
        assert ended["status"] == "expired" and ended["expired_at"]
        assert [each["status"] for each in await api.steps(waiting)] == ["expired"]
        running = await api.run(await api.thread("hi"), assistant)
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
        now[0] += LIFETIME + 1.0
        await api.wait(running, "expired")
        _, message = await api.messages(running["thread_id"])
        assert text_of(message) == "so far"
        assert message["incomplete_details"] == {"reason": "run_expired"}
        assert pause.closed.is_set()
