"""Runs from their creation to their end: states, events in their order, steps, messages."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.server.runs import event_log
from assistant_tui.server.runs.chat import ChatError, ChatResult, RefusalDelta, TextDelta
from assistant_tui.server.runs.objects import LIFETIME
from assistant_tui.server.sample_store import SampleStore
from assistant_tui.server.store.interface import ObjectWriter
from assistant_tui.transport.sse import ServerSentEvent
from tests.limits import LIMIT
from tests.server.runs.support import (
    POLL_SECONDS,
    USAGE,
    Api,
    Pause,
    ScriptedModel,
    application,
    calls,
    says,
    server,
)

FUNCTION = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
BEGINNING = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]
MESSAGE_BEGINS = [
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
]
MESSAGE_ENDS = ["thread.message.completed", "thread.run.step.completed"]


def names(events: list[ServerSentEvent]) -> list[str]:
    """The names of events; deltas that follow one another count as one."""
    told = [event.event for event in events]
    return [
        name
        for before, name in zip(["", *told], told, strict=False)
        if name != before or not name.endswith(".delta")
    ]


def text_of(message: dict[str, Any]) -> str:
    """The text of a message with one part."""
    (part,) = message["content"]
    return str(part["text"]["value"])


def told_text(events: list[ServerSentEvent]) -> str:
    """What the deltas of a stream say."""
    deltas = [json.loads(each.data) for each in events if each.event == "thread.message.delta"]
    return "".join(each["delta"]["content"][0]["text"]["value"] for each in deltas)


async def test_a_plain_answer_is_told_in_the_order_of_the_api(
    api: Api, model: ScriptedModel
) -> None:
    model.turns = [says("Hel", "lo ", "wörld")]
    assistant, thread = await api.assistant(instructions="Be kind."), await api.thread("hi")
    events = await api.stream(f"/threads/{thread}/runs", {"assistant_id": assistant})
    assert names(events) == [
        *BEGINNING,
        *MESSAGE_BEGINS,
        "thread.message.delta",
        *MESSAGE_ENDS,
        "thread.run.completed",
        "done",
    ]
    assert events[-1].data == "[DONE]" and told_text(events) == "Hello wörld"
    run = json.loads(events[-2].data)
    assert run == await api.get(f"/threads/{thread}/runs/{run['id']}")
    assert run["usage"] == USAGE and run["completed_at"] and run["started_at"]
    asked, answer = await api.messages(thread)
    assert (text_of(asked), asked["run_id"]) == ("hi", None)
    assert text_of(answer) == "Hello wörld" and answer["status"] == "completed"
    assert (answer["run_id"], answer["assistant_id"]) == (run["id"], assistant)
    (step,) = await api.steps(run)
    assert step["step_details"]["message_creation"]["message_id"] == answer["id"]
    assert step["status"] == "completed" and step["usage"] == USAGE
    (request,) = model.requests
    assert [*request.messages] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "hi"},
    ]
    assert (request.temperature, request.top_p, request.tools) == (None, None, [])


async def test_a_thread_that_is_made_with_its_run_is_told_first(
    api: Api, model: ScriptedModel
) -> None:
    model.turns = [says("yes")]
    body = {
        "assistant_id": await api.assistant(),
        "thread": {"messages": [{"role": "user", "content": "hi"}], "metadata": {"a": "b"}},
    }
    events = await api.stream("/threads/runs", body)
    assert names(events)[:2] == ["thread.created", "thread.run.created"]
    thread = json.loads(events[0].data)
    assert await api.get(f"/threads/{thread['id']}") == thread
    assert [text_of(each) for each in await api.messages(thread["id"])] == ["hi", "yes"]


async def test_a_call_waits_for_its_output_and_the_run_goes_on(
    api: Api, model: ScriptedModel
) -> None:
    model.turns = [calls("look_up", arguments='{"x": 1}'), says("found")]
    assistant, thread = await api.assistant(tools=[FUNCTION]), await api.thread("hi")
    events = await api.stream(f"/threads/{thread}/runs", {"assistant_id": assistant})
    assert names(events) == [
        *BEGINNING,
        "thread.run.step.created",
        "thread.run.step.in_progress",
        "thread.run.step.delta",
        "thread.run.requires_action",
        "done",
    ]
    run = json.loads(events[-2].data)
    assert run["required_action"]["submit_tool_outputs"]["tool_calls"] == [
        {
            "id": "call_look_up",
            "type": "function",
            "function": {"name": "look_up", "arguments": '{"x": 1}'},
        }
    ]
    path = f"/threads/{thread}/runs/{run['id']}"
    outputs = [{"tool_call_id": "call_look_up", "output": "42"}]
    events = await api.stream(f"{path}/submit_tool_outputs", {"tool_outputs": outputs})
    assert names(events) == [
        "thread.run.step.completed",
        "thread.run.queued",
        "thread.run.in_progress",
        *MESSAGE_BEGINS,
        "thread.message.delta",
        *MESSAGE_ENDS,
        "thread.run.completed",
        "done",
    ]
    run = await api.get(path)
    assert run["usage"] == {name: 2 * count for name, count in USAGE.items()}
    tool_step, message_step = await api.steps(run)
    assert tool_step["step_details"]["tool_calls"][0]["function"]["output"] == "42"
    assert tool_step["status"] == message_step["status"] == "completed"
    assert [*model.requests[1].messages][1:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "call_look_up",
                    "type": "function",
                    "function": {"name": "look_up", "arguments": '{"x": 1}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_look_up", "content": "42"},
    ]


async def test_outputs_must_be_those_of_all_waiting_calls(api: Api, model: ScriptedModel) -> None:
    model.turns = [calls("one", "two"), says("done")]
    assistant, thread = await api.assistant(tools=[FUNCTION]), await api.thread("hi")
    run = await api.wait(await api.run(thread, assistant), "requires_action")
    path = f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs"
    one, two = ({"tool_call_id": f"call_{name}", "output": name} for name in ("one", "two"))
    for wrong in ([], [one], [one, one], [one, two, {"tool_call_id": "x", "output": ""}]):
        error = (await api.post(path, {"tool_outputs": wrong}, status=400))["error"]
        assert error["code"] == "invalid_value" and "call_one" in error["message"]
    assert (await api.get(path.removesuffix("/submit_tool_outputs"))) == run
    await api.post(path, {"tool_outputs": [two, one]})
    await api.wait(run, "completed")
    assert (await api.post(path, {"tool_outputs": [one, two]}, status=400))["error"]["code"] is None


async def test_a_thread_has_one_active_run_and_takes_no_messages_meanwhile(
    api: Api, model: ScriptedModel
) -> None:
    model.turns = [calls("look_up"), says("done"), says("again")]
    assistant, thread = await api.assistant(tools=[FUNCTION]), await api.thread("hi")
    run = await api.wait(await api.run(thread, assistant), "requires_action")
    refused = await api.post(f"/threads/{thread}/runs", {"assistant_id": assistant}, status=400)
    assert refused["error"]["message"] == (
        f"Thread {thread} already has an active run {run['id']}."
    )
    message = {"role": "user", "content": "and?"}
    refused = await api.post(f"/threads/{thread}/messages", message, status=400)
    assert refused["error"]["message"] == (
        f"Can't add messages to {thread} while a run {run['id']} is active."
    )
    path = f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs"
    await api.post(path, {"tool_outputs": [{"tool_call_id": "call_look_up", "output": ""}]})
    await api.wait(run, "completed")
    await api.post(f"/threads/{thread}/messages", message)
    again = await api.run(thread, assistant, additional_messages=[message])
    await api.wait(again, "completed")
    assert [text_of(each) for each in await api.messages(thread)] == [
        "hi",
        "done",
        "and?",
        "and?",
        "again",
    ]


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


async def test_runs_beyond_what_a_backend_takes_wait_in_their_order(
    api: Api, model: ScriptedModel
) -> None:
    pause, model.concurrency = Pause(), 1
    model.turns = [[pause, *says("0")], says("1"), says("2")]
    assistant = await api.assistant()
    runs = [await api.run(await api.thread(str(number)), assistant) for number in range(3)]
    async with asyncio.timeout(LIMIT):
        await pause.reached.wait()
    assert [
        (await api.get(f"/threads/{run['thread_id']}/runs/{run['id']}"))["status"] for run in runs
    ] == ["in_progress", "queued", "queued"]
    pause.go_on.set()
    await api.wait(runs[2], "completed")
    assert [request.messages[0]["content"] for request in model.requests] == ["0", "1", "2"]


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


async def test_a_refusal_is_a_part_of_its_own(api: Api, model: ScriptedModel) -> None:
    model.turns = [[RefusalDelta("No"), RefusalDelta("."), ChatResult("", "No.", "", (), "stop")]]
    thread = await api.thread("hi")
    run = await api.wait(await api.run(thread, await api.assistant()), "completed")
    assert (await api.messages(thread))[1]["content"] == [{"type": "refusal", "refusal": "No."}]
    assert run["usage"] is None


async def test_white_space_before_calls_is_no_message(api: Api, model: ScriptedModel) -> None:
    model.turns = [[TextDelta("\n"), TextDelta(" "), *calls("look_up")]]
    thread = await api.thread("hi")
    run = await api.run(thread, await api.assistant(tools=[FUNCTION]))
    await api.wait(run, "requires_action")
    assert [each["type"] for each in await api.steps(run)] == ["tool_calls"]
    assert len(await api.messages(thread)) == 1


async def test_text_before_calls_is_kept_as_a_message(api: Api, model: ScriptedModel) -> None:
    model.turns = [[TextDelta("Let me see."), *calls("look_up")]]
    thread = await api.thread("hi")
    run = await api.run(thread, await api.assistant(tools=[FUNCTION]))
    await api.wait(run, "requires_action")
    assert text_of((await api.messages(thread))[1]) == "Let me see."
    assert [(each["type"], each["status"]) for each in await api.steps(run)] == [
        ("message_creation", "completed"),
        ("tool_calls", "in_progress"),
    ]


async def test_settings_of_a_run_win_and_zero_is_a_value(api: Api, model: ScriptedModel) -> None:
    model.turns = [says("yes")]
    assistant = await api.assistant(instructions="A", temperature=1.5, tools=[FUNCTION])
    run = await api.run(
        await api.thread("hi"),
        assistant,
        additional_instructions="B",
        temperature=0,
        top_p=0.5,
        tool_choice="required",
        parallel_tool_calls=False,
        response_format={"type": "json_object"},
        reasoning_effort="low",
    )
    await api.post(f"/assistants/{assistant}", {"instructions": "changed meanwhile", "tools": []})
    await api.wait(run, "completed")
    (request,) = model.requests
    assert request.messages[0] == {"role": "system", "content": "A\n\nB"}
    assert (request.temperature, request.top_p) == (0, 0.5)
    assert (request.tool_choice, request.parallel_tool_calls) == ("required", False)
    assert request.response_format == {"type": "json_object"}
    assert (request.reasoning_effort, request.tools) == ("low", [FUNCTION])


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


async def test_what_cannot_be_run_here_is_refused_before_anything_is_made(api: Api) -> None:
    thread = await api.thread("hi")
    assistant = await api.assistant(tools=[{"type": "code_interpreter"}])
    body = {"assistant_id": assistant, "additional_messages": [{"role": "user", "content": "x"}]}
    error = (await api.post(f"/threads/{thread}/runs", body, status=400))["error"]
    assert (error["code"], error["param"]) == ("unsupported_tool", "tools")
    assert "does not run code" in error["message"]
    missing = await api.post(f"/threads/{thread}/runs", {"assistant_id": "asst_x"}, status=404)
    assert missing["error"]["message"] == "No assistant found with id 'asst_x'."
    await api.post("/threads/thread_x/runs", {"assistant_id": assistant}, status=404)
    assert (await api.get(f"/threads/{thread}/runs"))["data"] == []
    assert len(await api.messages(thread)) == 1


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


class NotingStore(SampleStore):
    """Notes for each kind of event whether its transaction was a durable one."""

    def __init__(self) -> None:
        super().__init__(0)
        self.durable: dict[str, bool] = {}

    def write(self, change: Callable[[ObjectWriter], Any], *, durable: bool = True) -> Any:
        """As the store does."""
        result = super().write(change, durable=durable)
        for _, _, events in result if isinstance(result, list) else ():
            self.durable |= {event.name: durable for event in events}
        return result


async def test_the_disk_is_waited_for_where_a_run_begins_and_ends_and_not_for_each_word() -> None:
    store, pause = NotingStore(), Pause()
    async with application(store, ScriptedModel([[TextDelta("so"), pause, *says(" far")]])) as api:
        run = await api.run(await api.thread("hi"), await api.assistant())
        await pause.reached.wait()
        while "thread.message.delta" not in store.durable:
            await asyncio.sleep(POLL_SECONDS)
        between = dict(store.durable)
        pause.go_on.set()
        await api.wait(run, "completed")
    assert between["thread.run.created"]
    assert not between["thread.run.in_progress"] and not between["thread.message.delta"]
    assert store.durable["thread.message.completed"] and store.durable["thread.run.completed"]


async def test_first_words_and_ends_do_not_wait_for_other_runs(
    api: Api, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "_PAUSE_FOR_EACH", LIMIT)
    monkeypatch.setattr(event_log, "_LONGEST_PAUSE", LIMIT)
    pauses = (Pause(), Pause()), (Pause(), Pause())
    model.turns = [[TextDelta("a"), one, TextDelta("b"), two, *says("c")] for one, two in pauses]
    assistant = await api.assistant()
    async with asyncio.timeout(LIMIT / 4):
        runs = [await api.run(await api.thread("hi"), assistant) for _ in pauses]
        for run in runs:
            path = f"/threads/{run['thread_id']}/runs/{run['id']}"
            async for event in api.follow(path):
                if event.event == "thread.message.delta":
                    break
        for run, (one, two) in zip(runs, pauses, strict=True):
            one.go_on.set()
            await two.reached.wait()
            await asyncio.sleep(POLL_SECONDS)  # what was told last begins to wait
            two.go_on.set()
            await api.wait(run, "completed")
            assert text_of((await api.messages(run["thread_id"]))[-1]) == "abc"
