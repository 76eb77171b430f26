"""Runs over LLMock, a chat-completions server of another maker, which also judges its client."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from llmock.main import create_app
from llmock.scenarios import Behavior, Fail, Reply, StreamFault, ToolCall, ToolFault
from llmock.simulation import MockResponseSettings
from llmock.state import LLMockState
from llmock.verdict import judge

from assistant_tui.server.runs.backend import BackendOptions
from assistant_tui.server.runs.backends import Backends
from tests.fakeserver.streaming_app import on_socket
from tests.limits import LIMIT
from tests.server.runs.support import Api, Json, application, text_of
from tests.server.runs.test_file_search import helper, upload
from tests.stores import SampleStore

MODEL = "gpt-4o"
HELLO = "Hello! This is a mock response from gpt-4o."
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": CITY}}
ENDS = ("completed", "failed", "incomplete", "requires_action")


Backed = tuple[Api, LLMockState]


@pytest.fixture
async def llmock() -> AsyncIterator[Backed]:
    """An application before LLMock on a socket, and what LLMock is told to do."""
    app = create_app(responses=MockResponseSettings(response_style="hello"))
    async with on_socket(app) as endpoint:
        url = f"{endpoint.base_url}/v1"
        options = BackendOptions("llmock", replace(endpoint, base_url=url, openai_beta=""))
        async with Backends([options]) as backends, application(SampleStore(0), backends) as api:
            yield api, app.state.llmock


async def ended(api: Api, **fields: Any) -> Json:
    """A run of a new thread, once it has ended or waits."""
    run = await api.run(await api.thread("hello"), await api.assistant(model=MODEL, **fields))
    return await api.wait(run, *ENDS)


async def answer_to(api: Api, run: Json) -> Json:
    """The message that a run has written."""
    _, answer = await api.messages(run["thread_id"])
    return answer


async def test_a_run_is_answered_polled_and_streamed(llmock: Backed) -> None:
    api, _ = llmock
    polled = await ended(api, instructions="Be brief.", temperature=0)
    assert polled["status"] == "completed" and "notes" not in polled
    assert polled["usage"]["total_tokens"] > polled["usage"]["completion_tokens"] > 0
    assert text_of(await answer_to(api, polled)) == HELLO
    thread, assistant = await api.thread("hello"), await api.assistant(model=MODEL)
    events = await api.stream(f"/threads/{thread}/runs", {"assistant_id": assistant})
    deltas = [json.loads(each.data) for each in events if each.event == "thread.message.delta"]
    texts = [part["text"]["value"] for each in deltas for part in each["delta"]["content"]]
    assert "".join(texts) == HELLO
    assert [each.event for each in events[-2:]] == ["thread.run.completed", "done"]
    assert MODEL in [each["id"] for each in (await api.get("/models"))["data"]]


async def test_a_function_is_called_and_its_output_answered(llmock: Backed) -> None:
    api, _ = llmock
    run = await ended(api, tools=[WEATHER])
    (call,) = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert call["function"]["name"] == "weather"
    assert json.loads(call["function"]["arguments"]).keys() == {"city"}
    path = f"/threads/{run['thread_id']}/runs/{run['id']}/submit_tool_outputs"
    outputs = [{"tool_call_id": call["id"], "output": "sunny"}]
    events = await api.stream(path, {"tool_outputs": outputs})
    assert events[-2].event == "thread.run.completed"
    assert text_of(await answer_to(api, run))


async def test_two_calls_of_one_turn_stay_apart(llmock: Backed) -> None:
    api, state = llmock
    cities = [ToolCall("weather", {"city": city}) for city in ("Paris", "Reykjavík")]
    state.scenarios.add(Reply(text="Let me see.", tool_calls=tuple(cities)))
    run = await ended(api, tools=[WEATHER])
    asked = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    arguments = [json.loads(each["function"]["arguments"]) for each in asked]
    assert arguments == [{"city": "Paris"}, {"city": "Reykjavík"}]
    assert len({each["id"] for each in asked}) == 2
    assert text_of(await answer_to(api, run)) == "Let me see."


async def test_it_searches_in_files_and_its_answer_cites_them(llmock: Backed) -> None:
    api, state = llmock
    search = ToolCall("file_search", {"query": "vacation"})
    state.scenarios.add(Reply(tool_calls=(search,)), Reply(text="28 days 【1:0†rules.md】"))
    file_id = await upload(api, "rules.md", "There are 28 days of vacation.")
    run = await api.run(await api.thread("How many?"), await helper(api, file_id))
    assert (await api.wait(run, *ENDS))["status"] == "completed"
    (annotation,) = (await answer_to(api, run))["content"][0]["text"]["annotations"]
    assert annotation["file_citation"] == {"file_id": file_id}


@pytest.mark.parametrize("passing", [Fail(429, retry_after=0.01), Fail(503, retry_after=0.01)])
async def test_what_passes_is_waited_for(llmock: Backed, passing: Fail) -> None:
    api, state = llmock
    state.scenarios.add(passing)
    assert (await ended(api))["status"] == "completed"
    verdict = judge(requests := state.journal.records(wait=LIMIT))
    assert len(requests) == 2 and not verdict.findings, verdict.render()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fail(400, times=None), "invalid_prompt"),
        (Fail(429, code="insufficient_quota", times=None), "rate_limit_exceeded"),
        (Fail(500, times=None), "server_error"),
        (StreamFault("disconnect", after_chunks=3), "server_error"),
        (StreamFault("truncate", after_chunks=3), "server_error"),
        (StreamFault("malformed", after_chunks=3), "server_error"),
    ],
)
async def test_a_fault_fails_the_run_once_and_keeps_what_came(
    llmock: Backed, fault: Behavior, code: str
) -> None:
    api, state = llmock
    state.scenarios.add(fault)
    run = await ended(api)
    assert (run["status"], run["last_error"]["code"]) == ("failed", code)
    assert len(state.journal.records(wait=LIMIT)) == 1
    answers = (await api.messages(run["thread_id"]))[1:]
    begun = isinstance(fault, StreamFault)
    assert [text_of(each) for each in answers] == (["Hello! This "] if begun else [])


async def test_calls_that_are_broken_come_out_as_they_are(llmock: Backed) -> None:
    api, state = llmock
    state.scenarios.add(ToolFault("unknown_tool"))
    run = await ended(api, tools=[WEATHER])
    (call,) = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert call["function"]["name"] == "llmock_unknown_tool"


async def test_an_answer_that_was_cut_for_length_is_incomplete(llmock: Backed) -> None:
    api, state = llmock
    state.scenarios.add(Reply(text="Half", finish_reason="length"))
    run = await ended(api)
    assert run["incomplete_details"] == {"reason": "max_completion_tokens"}
    assert text_of(await answer_to(api, run)) == "Half"
