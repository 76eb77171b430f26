"""The canned model of a demo: it can be taken for nothing else, and uses what an assistant has."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from assistant_tui.server.runs.canned import CannedModel, CannedModels
from assistant_tui.server.runs.chat import ChatRequest, ChatResult, TextDelta
from assistant_tui.server.sample_store import SampleStore
from tests.server.runs.support import Api, application, text_of


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """The demo: samples, and a model without pauses."""
    async with application(SampleStore(3), CannedModels(pause=0.0)) as api:
        yield api


async def result_of(**request: Any) -> tuple[str, ChatResult]:
    """The text as it was streamed, and the result."""
    events = [event async for event in CannedModel(pause=0.0).chat(ChatRequest("m", **request))]
    result = events.pop()
    assert isinstance(result, ChatResult)
    return "".join(event.text for event in events if isinstance(event, TextDelta)), result


async def test_it_says_what_it_is_and_what_it_heard() -> None:
    streamed, result = await result_of(messages=[{"role": "user", "content": "Grüß Gott"}])
    assert streamed == result.text and len(streamed.split()) > 5
    assert "no real model" in streamed and "Grüß Gott" in streamed
    assert (result.finish_reason, result.usage) == ("stop", None)


async def test_it_calls_each_function_with_arguments_that_fit() -> None:
    properties = {
        "city": {"type": "string"},
        "unit": {"enum": ["C", "F"]},
        "days": {"type": "integer"},
        "exact": {"type": "boolean"},
        "query": {"type": "string"},
    }
    tools = [
        {
            "type": "function",
            "function": {"name": "a", "parameters": {"type": "object", "properties": properties}},
        },
        {"type": "function", "function": {"name": "b"}},
    ]
    asked = [{"role": "user", "content": "rain?"}]
    _, result = await result_of(messages=asked, tools=tools)
    assert [call.name for call in result.calls] == ["a", "b"]
    assert json.loads(result.calls[0].arguments) == {
        "city": "example",
        "unit": "C",
        "days": 1,
        "exact": True,
        "query": "rain?",
    }
    assert result.finish_reason == "tool_calls"
    _, result = await result_of(messages=asked, tools=tools, tool_choice="none")
    assert result.calls == ()


async def test_a_sample_of_the_demo_can_be_run(api: Api) -> None:
    sample = (await api.get("/assistants?limit=1"))["data"][0]
    thread = await api.thread("What can you do?")
    run = await api.run(thread, sample["id"], tools=[{"type": "file_search"}])
    run = await api.wait(run, "completed")
    answer = (await api.messages(thread))[-1]
    assert "canned model" in text_of(answer)
    assert [step["type"] for step in await api.steps(run)] == ["tool_calls", "message_creation"]
