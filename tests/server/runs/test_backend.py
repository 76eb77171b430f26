"""A backend over HTTP: what it is sent, and how its answers are read."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from assistant_tui.server.runs import answer_events
from assistant_tui.server.runs import backend as backend_of_runs
from assistant_tui.server.runs.backend import Backend
from assistant_tui.server.runs.chat import ChatError, ChatResult, TextDelta
from tests.api.support import KEY, KeyRing
from tests.fakeserver.streaming_app import Call
from tests.limits import LIMIT
from tests.server.runs.fake_backend import (
    ANSWER,
    ASKED,
    SSE,
    FakeBackend,
    Handler,
    answer_of,
    backend_to,
    beginning,
    events_of,
    names_of,
    refusing,
    request,
    streaming,
)
from tests.server.runs.recorded import DONE, call, chunk, say

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
COMMENT = b": PROCESSING\n\n"
PLAIN = {
    "model": "m",
    "messages": [ASKED],
    "stream": True,
    "stream_options": {"include_usage": True},
}


async def failure_of(app: FakeBackend, asked: Any = None, **options: Any) -> ChatError:
    """How a turn fails."""
    async with asyncio.timeout(LIMIT), backend_to(app, **options) as backend:
        with pytest.raises(ChatError) as raised:
            await events_of(backend, asked or request())
    return raised.value


@pytest.mark.parametrize("connection", ["socket", "in-process"])
async def test_a_turn(connection: str) -> None:
    app = FakeBackend(streaming())
    async with backend_to(app, connection, key=KeyRing(KEY)) as backend:
        *deltas, result = await events_of(backend, request())
    assert deltas == [TextDelta("Good"), TextDelta(" day")]
    assert isinstance(result, ChatResult) and result.text == "Good day"
    assert app.asked == [PLAIN]
    headers = app.calls[0].headers
    assert (app.calls[0].method, app.calls[0].path[-17:]) == ("POST", "/chat/completions")
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["accept"].startswith(SSE) and "openai-beta" not in headers


async def test_only_what_was_set_is_sent_and_zero_is_set() -> None:
    app = FakeBackend(streaming())
    schema = {"type": "json_schema", "json_schema": {"name": "s", "schema": {}}}
    async with backend_to(app) as backend:
        await answer_of(
            backend,
            request(
                tools=[TOOL],
                tool_choice="none",
                parallel_tool_calls=False,
                temperature=0.0,
                top_p=0.0,
                max_completion_tokens=256,
                reasoning_effort="low",
            ),
        )
        await answer_of(
            backend,
            request(
                tool_choice="none",
                parallel_tool_calls=False,
                response_format={"type": "text"},
            ),
        )
        await answer_of(
            backend, request(tools=[TOOL], tool_choice="auto", parallel_tool_calls=True)
        )
        with pytest.raises(ChatError):
            await answer_of(backend, request(response_format=schema))
    assert app.asked == [
        PLAIN
        | {
            "tools": [TOOL],
            "tool_choice": "none",
            "parallel_tool_calls": False,
            "temperature": 0.0,
            "top_p": 0.0,
            "max_tokens": 256,
            "reasoning_effort": "low",
        },
        PLAIN,
        PLAIN | {"tools": [TOOL]},
        PLAIN | {"response_format": schema},
    ]


@pytest.mark.parametrize("content_type", ["application/json", SSE])
async def test_an_answer_that_is_not_streamed_is_read_whole(content_type: str) -> None:
    choice = {"message": {"content": "Good day"}, "finish_reason": None}
    body = json.dumps({"choices": [choice]}, indent=1).encode()
    async with backend_to(FakeBackend(streaming(b" \n" + body, content_type))) as backend:
        assert (await answer_of(backend, request())).text == "Good day"


async def test_a_stream_under_a_wrong_content_type_is_one() -> None:
    async with backend_to(FakeBackend(streaming(ANSWER, "application/json"))) as backend:
        assert (await answer_of(backend, request())).text == "Good day"


async def test_a_page_is_no_answer() -> None:
    error = await failure_of(FakeBackend(streaming(b"<html>Log in</html>", "text/html")))
    assert "not JSON" in error.message and not error.begun


async def endless(call: Call) -> None:
    await call.start()
    gone = asyncio.create_task(call.disconnected())
    await call.send(b"{")
    while not gone.done():
        await call.send(b" " * 1_000)
        await asyncio.sleep(0)


async def test_an_answer_without_end_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_events, "LARGEST_ANSWER", 100)
    error = await failure_of(FakeBackend(endless))
    assert "larger than 100 bytes" in error.message


async def test_leaving_a_turn_ends_the_request() -> None:
    begun, gone = asyncio.Event(), asyncio.Event()
    app = FakeBackend(beginning(say("Good"), begun, gone))
    async with asyncio.timeout(LIMIT), backend_to(app) as backend:
        async with aclosing(backend.chat(request())) as events:
            assert await anext(events) == TextDelta("Good")
        await gone.wait()


@pytest.mark.parametrize("stream", [b"", say("Good")], ids=["waiting", "begun"])
@pytest.mark.parametrize("connection", ["socket", "in-process"])
async def test_cancelling_a_turn_ends_the_request(connection: str, stream: bytes) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()
    app = FakeBackend(beginning(stream, begun, gone))
    async with asyncio.timeout(LIMIT), backend_to(app, connection) as backend:
        turn = asyncio.create_task(events_of(backend, request()))
        await begun.wait()
        turn.cancel()
        await gone.wait()
        with pytest.raises(asyncio.CancelledError):
            await turn


async def test_the_role_alone_is_no_delta_yet() -> None:
    more = asyncio.Event()

    async def talk(call: Call) -> None:
        await call.start(content_type=SSE)
        await call.send(chunk({"role": "assistant", "content": ""}))
        await asyncio.wait_for(more.wait(), LIMIT)
        await call.end(ANSWER)

    async with backend_to(FakeBackend(talk), idle=0.05, first_byte=LIMIT) as backend:
        asyncio.get_running_loop().call_later(0.2, more.set)
        assert (await answer_of(backend, request())).text == "Good day"


@pytest.mark.parametrize("breaks", [False, True])
async def test_an_answer_at_its_end_needs_no_more(breaks: bool) -> None:
    async def talk(call: Call) -> None:
        await call.start(content_type=SSE)
        await call.send(say("Good day") + chunk({}, "stop"))
        if breaks:
            raise RuntimeError("the backend breaks")
        await call.disconnected()

    async with asyncio.timeout(LIMIT), backend_to(FakeBackend(talk), idle=0.05) as backend:
        assert (await answer_of(backend, request())).text == "Good day"


async def test_a_long_answer_that_comes_at_once_lets_others_have_their_turns() -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    answer = say(*["word "] * 1_000) + chunk({}, "stop") + DONE
    async with backend_to(FakeBackend(streaming(answer))) as backend:
        other = asyncio.create_task(take_turns())
        assert (await answer_of(backend, request())).text == "word " * 1_000
        other.cancel()
    assert turns > 60


async def test_turns_share_a_connection() -> None:
    app = FakeBackend(streaming())
    async with backend_to(app, "socket") as backend:
        for _ in range(3):
            assert (await answer_of(backend, request())).text == "Good day"
    assert len(app.calls) == 3 and len({call.client for call in app.calls}) == 1


@pytest.mark.parametrize("rest", [b"", COMMENT, say("more")])
async def test_what_follows_the_end_of_an_answer_is_not_waited_for(
    rest: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend_of_runs, "AFTER_FINISH", LIMIT)

    async def talk(call: Call) -> None:
        await call.start(content_type=SSE)
        await call.send(ANSWER + rest)
        await call.disconnected()

    async with asyncio.timeout(LIMIT / 4), backend_to(FakeBackend(talk), idle=LIMIT) as backend:
        assert (await answer_of(backend, request())).text == "Good day"


FORCED = {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize(
    ("choice", "called", "words"),
    [
        (FORCED, "g", "did not call f"),
        (FORCED, "", "did not call f"),
        ("required", "", "called no function"),
        ("none", "g", "called g, though tool_choice is none"),
        ("none", "", ""),
        (FORCED, "f", ""),
        ("required", "g", ""),
        ("auto", "", ""),
    ],
)
async def test_a_forced_call_that_did_not_come(choice: Any, called: str, words: str) -> None:
    part = call(index=0, id="call_1", name=called, arguments="{}") if called else b""
    app = FakeBackend(streaming(say("Well,") + part + chunk({}, "stop") + DONE))
    asked = request(tools=[TOOL], tool_choice=choice)
    if words:
        error = await failure_of(app, asked)
        assert words in error.message and error.begun
    else:
        async with backend_to(app) as backend:
            await answer_of(backend, asked)


@pytest.mark.parametrize("kind", ["json_schema", "json_object"])
async def test_a_text_that_must_be_json_and_is_not(kind: str) -> None:
    asked = request(response_format={"type": kind, "json_schema": {"name": "s", "schema": {}}})
    error = await failure_of(FakeBackend(streaming()), asked)
    assert "not JSON" in error.message and error.begun
    for stream in (
        say('{"a": 1}') + chunk({}, "stop"),
        say('{"a": ') + chunk({}, "length"),
        chunk({"refusal": "No."}, "stop"),
        call(index=0, id="call_1", name="f", arguments="{}") + chunk({}, "stop"),
    ):
        async with backend_to(FakeBackend(streaming(stream))) as backend:
            await answer_of(backend, asked)


async def test_a_prompt_that_was_cut_is_told() -> None:
    def counting(tokens: int) -> Handler:
        usage = {"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1}
        return streaming(say("a") + chunk({}, "stop", usage=usage) + DONE)

    async def notes(backend: Backend, size: int) -> tuple[str, ...]:
        long = {"role": "user", "content": "x" * size}
        return (await answer_of(backend, request(messages=[long]))).notes

    async with backend_to(FakeBackend(counting(2_500), counting(2_048))) as backend:
        assert await notes(backend, 10_000) == ()
        [note] = await notes(backend, 40_000)
        assert "2,048 tokens of a prompt of about 9,9" in note
    async with backend_to(FakeBackend(counting(2_048))) as backend:
        assert "seems to have cut it" in (await notes(backend, 40_000))[0]


async def test_the_models_of_a_backend_in_each_form() -> None:
    forms = [
        {"object": "list", "data": [{"id": "a"}, {"id": "b"}, {"id": "a"}, {"x": 1}, 5]},
        [{"id": "a"}, {"id": "b"}],
        {"models": [{"model": "a"}, {"name": "b"}]},
        {"data": ["a", "b"]},
    ]
    for form in forms:
        async with backend_to(FakeBackend(refusing(200, form))) as backend:
            assert names_of(await backend.list_models()) == ["a", "b"]


async def test_what_a_backend_says_of_its_models_is_kept() -> None:
    told = [
        {"id": "a", "created": 1_700_000_000, "owned_by": "library"},
        {"id": "b", "created": "yesterday", "owned_by": None},
        {"id": "c", "created": True, "owned_by": ""},
        {"id": "d", "owned_by": "assistant-tui"},
    ]
    async with backend_to(FakeBackend(refusing(200, {"data": told}))) as backend:
        assert await backend.list_models() == [
            ("a", 1_700_000_000, "library"),
            ("b", 0, "local"),
            ("c", 0, "local"),
        ]
