"""A field that a backend refuses by its name is renamed or left out, once, and that is told."""

from typing import Any

import pytest

from assistant_tui.server.runs.chat import ChatError, ChatRequest
from tests.server.runs.fake_backend import (
    ASKED,
    FakeBackend,
    Handler,
    answer_of,
    backend_to,
    refusing,
    request,
    streaming,
)
from tests.server.runs.recorded import DONE, Json, chunk, event, say

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}
OBJECT = {"type": "json_object"}


def left_out(name: str) -> str:
    """The note on a field that was left out."""
    return f"The backend does not take {name}, so it was left out."


@pytest.mark.parametrize(
    ("refusal", "asked", "name"),
    [
        (
            refusing(400, "Unrecognized request argument: reasoning_effort"),
            {"reasoning_effort": "low"},
            "reasoning_effort",
        ),
        (
            refusing(
                400, {"error": {"message": "Only the default is supported", "param": "temperature"}}
            ),
            {"temperature": 0.2},
            "temperature",
        ),
        (
            refusing(
                422,
                {
                    "detail": [
                        {
                            "type": "extra_forbidden",
                            "loc": ["body", "stream_options"],
                            "msg": "Extra inputs are not permitted",
                        }
                    ]
                },
            ),
            {},
            "stream_options",
        ),
        (
            refusing(
                422,
                {
                    "object": "error",
                    "message": {
                        "detail": [
                            {
                                "type": "extra_forbidden",
                                "loc": ["body", "top_p"],
                                "msg": "Extra inputs are not permitted",
                            }
                        ]
                    },
                },
            ),
            {"top_p": 0.5},
            "top_p",
        ),
        (
            refusing(400, "unknown field `parallel_tool_calls`"),
            {"tools": [TOOL], "parallel_tool_calls": False},
            "parallel_tool_calls",
        ),
        (
            streaming(event({"error": {"message": "top_p is not supported", "code": 400}})),
            {"top_p": 0.5},
            "top_p",
        ),
    ],
    ids=["words", "param", "fastapi", "mistral", "quoted", "in-stream"],
)
async def test_a_refused_field_is_left_out_from_then_on(
    refusal: Handler, asked: dict[str, Any], name: str
) -> None:
    app = FakeBackend(refusal, streaming())
    async with backend_to(app) as backend:
        result = await answer_of(backend, request(**asked))
        assert result.notes == (left_out(name),)
        assert name in app.asked[0] and app.asked[1] == {
            key: value for key, value in app.asked[0].items() if key != name
        }
        again = await answer_of(backend, request(**asked))
        assert again.notes == (left_out(name),) and app.asked[2] == app.asked[1]
        await answer_of(backend, request(**asked, model="other"))
        assert name in app.asked[3]


async def test_the_limit_is_sent_under_its_other_name_before_it_is_left_out() -> None:
    newer = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    app = FakeBackend(
        refusing(400, newer), streaming(), refusing(400, "max_completion_tokens?"), streaming()
    )
    async with backend_to(app) as backend:
        first = await answer_of(backend, request(max_completion_tokens=300))
        second = await answer_of(backend, request(max_completion_tokens=300))
    sent = [{name: value for name, value in body.items() if "tokens" in name} for body in app.asked]
    assert sent == [
        {"max_tokens": 300},
        {"max_completion_tokens": 300},
        {"max_completion_tokens": 300},
        {},
    ]
    assert (first.notes, second.notes) == ((), (left_out("max_completion_tokens"),))


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        (SCHEMA, [OBJECT, None]),
        (
            OBJECT,
            [
                {
                    "type": "json_schema",
                    "json_schema": {"name": "object", "schema": {"type": "object"}},
                },
                None,
            ],
        ),
    ],
)
async def test_another_response_format_is_sent_before_it_is_left_out(
    asked: Json, others: list[Json | None]
) -> None:
    refusal = refusing(400, {"error": "'response_format.type' must be something else"})
    fits = streaming(say("{}") + chunk({}, "stop") + DONE)
    app = FakeBackend(refusal, fits, refusal, fits)
    async with backend_to(app) as backend:
        notes = [(await answer_of(backend, request(response_format=asked))).notes for _ in range(2)]
    sent = [body.get("response_format") for body in app.asked]
    assert sent == [asked, others[0], others[0], others[1]]
    assert notes == [
        ("The backend does not take this response_format, so another was sent.",),
        (left_out("response_format"),),
    ]


async def test_a_choice_by_name_becomes_required() -> None:
    refusal = refusing(400, "tool_choice: expected a string")
    called = chunk({"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]})
    app = FakeBackend(refusal, streaming(called + DONE))
    choice = {"type": "function", "function": {"name": "f"}}
    async with backend_to(app) as backend:
        result = await answer_of(backend, request(tools=[TOOL], tool_choice=choice))
    assert [body["tool_choice"] for body in app.asked] == [choice, "required"]
    assert result.notes == ("The backend does not take this tool_choice, so another was sent.",)


async def test_what_a_function_leaves_open_is_not_sent_and_what_is_refused_is_left_out() -> None:
    function: Json = {"name": "f", "description": None, "strict": True, "parameters": {}}
    place = ["body", "tools", 0, "function", "strict"]
    refusal = {"detail": [{"type": "extra_forbidden", "loc": place, "msg": "Extra inputs"}]}
    app = FakeBackend(refusing(422, refusal), streaming())
    async with backend_to(app) as backend:
        tools = [{"type": "function", "function": function}]
        result = await answer_of(backend, request(tools=tools))
    assert [body["tools"][0]["function"] for body in app.asked] == [
        {"name": "f", "strict": True, "parameters": {}},
        {"name": "f", "parameters": {}},
    ]
    assert result.notes == (left_out("strict"),)


@pytest.mark.parametrize("words", ["messages: wrong", "model m is unknown", "tools are off", "no"])
async def test_what_must_be_sent_is_not_left_out(words: str) -> None:
    app = FakeBackend(refusing(400, words))
    async with backend_to(app) as backend:
        with pytest.raises(ChatError, match=words):
            await answer_of(backend, request(tools=[TOOL]))
    assert len(app.asked) == 1


async def test_a_backend_that_refuses_everything_is_believed() -> None:
    names = ("temperature", "top_p", "reasoning_effort", "stream_options", "max_tokens")
    app = FakeBackend(refusing(400, ", ".join(names)))
    asked = request(temperature=0.0, top_p=0.0, reasoning_effort="low", max_completion_tokens=300)
    async with backend_to(app) as backend:
        with pytest.raises(ChatError) as raised:
            await answer_of(backend, asked)
    assert len(app.asked) <= 9
    assert left_out("temperature") in raised.value.notes


def called(reasoning: str, **extra: Any) -> list[Json]:
    """A message with a call, and its output."""
    function = {"name": "f", "arguments": "{}"}
    calls = [{"id": "c", "type": "function", "function": function, **extra}]
    return [
        {"role": "assistant", "content": None, "tool_calls": calls, "reasoning": reasoning},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
    ]


def history() -> ChatRequest:
    """A turn in the middle of a run, behind an older run that had a call, too."""
    old = [ASKED, *called("old"), {"role": "assistant", "content": "1", "reasoning": "older"}]
    return request(messages=[*old, ASKED, *called("new")])


def reasoning_in(body: Json) -> list[dict[str, str]]:
    """What of the reasoning each message of the assistant carries."""
    return [
        {name: value for name, value in message.items() if "reasoning" in name}
        for message in body["messages"]
        if message["role"] == "assistant"
    ]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_reasoning_goes_back_with_open_calls_under_its_own_name(name: str) -> None:
    app = FakeBackend(streaming(chunk({name: "Hm"}) + say("a") + DONE))
    async with backend_to(app) as backend:
        await answer_of(backend, history())
        await answer_of(backend, history())
    assert reasoning_in(app.asked[0]) == [{}, {}, {}]
    assert reasoning_in(app.asked[1]) == [{}, {}, {name: "new"}]
    assert [
        message.get("content") for message in app.asked[0]["messages"] if "tool_calls" in message
    ] == ["", ""]


async def test_reasoning_between_tags_stays_here() -> None:
    app = FakeBackend(streaming(say("<think>Hm</think>a") + DONE))
    async with backend_to(app) as backend:
        await answer_of(backend, history())
        await answer_of(backend, history())
    assert reasoning_in(app.asked[1]) == [{}, {}, {}]


async def test_reasoning_that_a_backend_demands_goes_back_with_every_call() -> None:
    demand = "The `reasoning_content` in the thinking mode must be passed back to the API."
    app = FakeBackend(refusing(400, demand), streaming())
    async with backend_to(app) as backend:
        await answer_of(backend, history())
    assert reasoning_in(app.asked[1]) == [
        {"reasoning_content": "old"},
        {},
        {"reasoning_content": "new"},
    ]


async def test_reasoning_that_a_backend_refuses_stays_here() -> None:
    place = ["body", "messages", 5, "assistant", "reasoning_content"]
    refusal = {"detail": [{"type": "extra_forbidden", "loc": place, "msg": "Extra inputs"}]}
    thinking = streaming(chunk({"reasoning_content": "Hm"}) + say("a") + DONE)
    app = FakeBackend(thinking, refusing(422, refusal), thinking)
    async with backend_to(app) as backend:
        for _ in range(3):
            await answer_of(backend, history())
    assert [any(reasoning_in(body)) for body in app.asked] == [False, True, False, False]


async def test_further_fields_of_a_call_go_back_unless_they_are_refused() -> None:
    signed = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
    asked = request(messages=[ASKED, *called("", **signed)])
    app = FakeBackend(streaming(), refusing(400, "extra_content: not permitted"), streaming())
    async with backend_to(app) as backend:
        notes = [(await answer_of(backend, asked)).notes for _ in range(2)]
    assert notes == [(), (left_out("extra_content"),)]
    calls = [body["messages"][1]["tool_calls"][0] for body in app.asked]
    assert ["extra_content" in each for each in calls] == [True, True, False]
    assert calls[0]["extra_content"] == signed["extra_content"]
