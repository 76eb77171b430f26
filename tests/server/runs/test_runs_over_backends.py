"""Runs whose turns a backend answers: what reaches the store, the streams and the backend."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from assistant_tui.server.runs.backend import BackendOptions
from assistant_tui.server.runs.backends import Backends
from tests.fakeserver.streaming_app import CONNECTIONS
from tests.limits import LIMIT
from tests.server.runs.fake_backend import FakeBackend, Handler, beginning, refusing, streaming
from tests.server.runs.recorded import DONE, call, chunk, event, say
from tests.server.runs.support import Api, application
from tests.stores import SampleStore

FUNCTION = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
END = chunk({}, "stop", usage=USAGE) + DONE
SIGNED = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
CALLED = (
    chunk({"reasoning_content": "Hm"})
    + say("Let me ", "look.")
    + call(index=0, id="call_1", name="look_up", arguments="", **SIGNED)
    + call(index=0, arguments='{"a"')
    + call(index=0, arguments=": 1}")
    + END
)


@asynccontextmanager
async def served(
    *handlers: Handler, connection: str = "in-process"
) -> AsyncIterator[tuple[Api, FakeBackend]]:
    """An application before one backend."""
    app = FakeBackend(*handlers)
    async with asyncio.timeout(LIMIT), CONNECTIONS[connection](app) as endpoint:
        options = BackendOptions("local", replace(endpoint, openai_beta=""))
        async with (
            Backends([options]) as backends,
            application(SampleStore(0), backends) as api,
        ):
            yield api, app


@pytest.mark.parametrize("connection", ["socket", "in-process"])
async def test_calls_come_out_whole_and_go_back_with_what_the_backend_added(
    connection: str,
) -> None:
    async with served(
        streaming(CALLED), streaming(say("It is 2.") + END), connection=connection
    ) as (api, app):
        assistant, thread = await api.assistant(tools=[FUNCTION]), await api.thread("What is it?")
        events = await api.stream(f"/threads/{thread}/runs", {"assistant_id": assistant})
        parts = [
            part
            for each in events
            if each.event == "thread.run.step.delta"
            for part in json.loads(each.data)["delta"]["step_details"]["tool_calls"]
        ]
        assert parts[0]["id"] == "call_1" and {part["type"] for part in parts} == {"function"}
        assert "".join(part["function"]["arguments"] for part in parts) == '{"a": 1}'
        run = json.loads(events[-2].data)
        (pending,) = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        assert pending["function"] == {"name": "look_up", "arguments": '{"a": 1}'}
        path = f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs"
        await api.post(path, {"tool_outputs": [{"tool_call_id": "call_1", "output": "2"}]})
        run = await api.wait(run, "completed", "failed")
        assert run["usage"] == {name: 2 * count for name, count in USAGE.items()}
        texts = [each["content"][0]["text"]["value"] for each in await api.messages(thread)]
    assert texts == ["What is it?", "Let me look.", "It is 2."]
    made = {"id": "call_1", "type": "function", "function": pending["function"], **SIGNED}
    assert app.asked[1]["messages"] == [
        {"role": "user", "content": "What is it?"},
        {
            "role": "assistant",
            "content": "Let me look.",
            "reasoning_content": "Hm",
            "tool_calls": [made],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
    ]


async def test_what_was_left_out_is_told_in_the_run() -> None:
    refusal = refusing(400, "unknown field `reasoning_effort`")
    async with served(refusal, streaming(say("a") + END)) as (api, _):
        assistant, thread = await api.assistant(reasoning_effort="low"), await api.thread("hi")
        run = await api.wait(await api.run(thread, assistant), "completed", "failed")
    note = "The backend does not take reasoning_effort, so it was left out."
    assert (run["status"], run["notes"]) == ("completed", [note])


@pytest.mark.parametrize(
    "stream",
    [say("Half a"), say("Half a") + event({"error": {"message": "out of memory"}})],
    ids=["cut", "error"],
)
async def test_an_answer_that_breaks_off_fails_the_run_and_its_text_stays_once(
    stream: bytes,
) -> None:
    async with served(streaming(stream), streaming()) as (api, app):
        assistant, thread = await api.assistant(), await api.thread("hi")
        run = await api.wait(await api.run(thread, assistant), "completed", "failed")
        answer = (await api.messages(thread))[-1]
    assert (run["status"], run["last_error"]["code"]) == ("failed", "server_error")
    assert answer["content"][0]["text"]["value"] == "Half a"
    assert (answer["status"], answer["incomplete_details"]) == (
        "incomplete",
        {"reason": "run_failed"},
    )
    assert len(app.calls) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "rate_limit_exceeded"), (400, "invalid_prompt"), (500, "server_error")],
)
async def test_the_words_of_the_backend_are_the_error_of_the_run(status: int, code: str) -> None:
    error = {"error": {"message": "pay first", "code": "insufficient_quota"}}
    async with served(refusing(status, error)) as (api, _):
        assistant, thread = await api.assistant(), await api.thread("hi")
        run = await api.wait(await api.run(thread, assistant), "completed", "failed")
    assert run["last_error"]["code"] == code
    assert run["last_error"]["message"].startswith("local (http://localhost, model m): pay first")


async def test_a_thread_that_is_too_long_is_shortened_once_the_backend_tells_what_fits() -> None:
    words = "request ({} tokens) exceeds the available context size (100 tokens)"
    too_long = refusing(400, words.format(200))
    async with served(too_long, streaming(say("a") + END), too_long) as (api, app):
        assistant = await api.assistant()
        thread = await api.thread("x" * 300, "y" * 10)
        await api.post(f"/threads/{thread}/messages", {"role": "assistant", "content": "z"})
        await api.post(f"/threads/{thread}/messages", {"role": "user", "content": "Go on."})
        run = await api.wait(await api.run(thread, assistant), "completed", "failed")
        assert run["status"] == "completed"
        assert run["notes"] == ["The model takes 100 tokens, so older messages were left out."]
        assert [len(body["messages"]) for body in app.asked] == [3, 1]
        run = await api.wait(await api.run(thread, assistant), "completed", "failed")
        assert (run["status"], run["last_error"]["code"]) == ("failed", "invalid_prompt")
    assert len(app.asked) == 4


async def test_cancelling_a_run_ends_the_request_and_keeps_the_text() -> None:
    begun, gone = asyncio.Event(), asyncio.Event()
    async with served(beginning(say("Half a"), begun, gone)) as (api, _):
        assistant, thread = await api.assistant(), await api.thread("hi")
        run = await api.run(thread, assistant)
        await begun.wait()
        while (await api.messages(thread))[-1]["role"] != "assistant":
            await asyncio.sleep(0)
        await api.post(f"/threads/{thread}/runs/{run['id']}/cancel")
        await gone.wait()
        await api.wait(run, "cancelled")
        answer = (await api.messages(thread))[-1]
    assert (answer["status"], answer["content"][0]["text"]["value"]) == ("incomplete", "Half a")


async def test_without_a_backend_a_run_says_what_to_set() -> None:
    async with Backends(local_servers=()) as backends, application(SampleStore(0), backends) as api:
        assistant, thread = await api.assistant(), await api.thread("hi")
        run = await api.wait(await api.run(thread, assistant), "completed", "failed")
    assert "--backend URL" in run["last_error"]["message"]


async def test_zero_is_a_temperature_and_a_default_is_not_sent() -> None:
    async with served(streaming(say("a") + END)) as (api, app):
        thread = await api.thread("hi")
        for fields in ({"temperature": 0, "top_p": 0}, {}):
            run = await api.run(thread, await api.assistant(**fields))
            await api.wait(run, "completed", "failed")
    sent = [{name: body.get(name) for name in ("temperature", "top_p")} for body in app.asked]
    assert sent == [{"temperature": 0, "top_p": 0}, {"temperature": None, "top_p": None}]
