"""Runs from their creation to their end: states, events in their order, steps, messages."""

import json

from assistant_tui.server.runs.chat import ChatResult, RefusalDelta, TextDelta
from tests.server.runs.support import (
    FUNCTION,
    USAGE,
    Api,
    ScriptedModel,
    calls,
    names,
    says,
    text_of,
    told_text,
)

BEGINNING = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]

MESSAGE_BEGINS = [
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
]

MESSAGE_ENDS = ["thread.message.completed", "thread.run.step.completed"]


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
