"""A backend over HTTP: what it is sent, when it is asked again, and how its failures are told."""

import asyncio
import json
import logging
import re
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from assistant_tui.server.runs import answer_events
from assistant_tui.server.runs import backend as backend_of_runs
from assistant_tui.server.runs.backend import Backend, BackendOptions
from assistant_tui.server.runs.chat import ChatError, ChatResult, TextDelta
from tests.api.support import KEY, KeyRing
from tests.fakeserver.streaming_app import Call, on_socket
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
from tests.server.runs.recorded import DONE, call, chunk, event, say

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
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


def repeating(part: bytes, first: bytes = b"") -> Handler:
    """A way to send the same again and again."""

    async def talk(call: Call) -> None:
        await call.start(content_type=SSE)
        gone = asyncio.create_task(call.disconnected())
        await call.send(first + part)
        while not gone.done():
            await call.send(part)
            await asyncio.wait([gone], timeout=0.01)

    return talk


COMMENT = b": PROCESSING\n\n"


async def silent(call: Call) -> None:
    await call.disconnected()


@pytest.mark.parametrize(
    ("talk", "options", "words", "begun"),
    [
        (silent, {"first_byte": 0.05, "idle": 0.01}, r"no answer from .* within 0\.05 s", False),
        (
            repeating(COMMENT),
            {"first_byte": 0.05},
            r"nothing of the answer came within 0\.05 s",
            False,
        ),
        (
            repeating(COMMENT, say("Good")),
            {"idle": 0.05},
            r"nothing of the answer came within 0\.05 s",
            True,
        ),
        (repeating(say("a")), {"timeout": 0.2}, r"no whole answer from .* within 0\.\d+ s", True),
    ],
    ids=["no-head", "comments", "idle", "total"],
)
async def test_each_time_out_ends_a_turn_and_comments_are_no_progress(
    talk: Handler, options: dict[str, float], words: str, begun: bool
) -> None:
    app = FakeBackend(talk)
    error = await failure_of(app, **options)
    assert re.search(words, error.message)
    assert (error.code, error.begun, len(app.calls)) == ("server_error", begun, 1)


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


async def test_a_fault_after_the_first_delta_is_not_tried_again() -> None:
    async def talk(call: Call) -> None:
        await call.start(content_type=SSE)
        await call.send(say("Good"))
        raise RuntimeError("the backend breaks")

    reported = streaming(say("Good") + event({"error": {"message": "busy", "code": 429}}))
    for app in (FakeBackend(talk), FakeBackend(reported), FakeBackend(streaming(say("Good")))):
        error = await failure_of(app)
        assert error.begun and len(app.calls) == 1


@pytest.mark.parametrize(
    ("refusal", "waits"),
    [
        (refusing(408, "too slow"), [1.0]),
        (refusing(429, "slow down", retry_after="7"), [7.0]),
        (refusing(503, "busy", retry_after="7"), [7.0]),
        (refusing(503, "busy"), [1.0]),
        (streaming(event({"error": {"message": "slow down", "code": 429}})), [1.0]),
        (streaming(event({"error": {"message": "all busy", "type": "overloaded_error"}})), [1.0]),
    ],
    ids=["408", "429", "503-after", "503", "429-in-stream", "overloaded-in-stream"],
)
async def test_what_passes_is_waited_for(refusal: Handler, waits: list[float]) -> None:
    app, waited = FakeBackend(refusal, streaming()), list[float]()
    async with backend_to(app, waits=waited) as backend:
        assert (await answer_of(backend, request())).text == "Good day"
    assert (waited, len(app.calls)) == (waits, 2)


async def test_a_model_that_is_loaded_is_waited_for() -> None:
    loading = refusing(503, {"error": {"message": "Loading model", "code": 503}})
    app = FakeBackend(*[loading] * 20, streaming())
    async with backend_to(app) as backend:
        assert (await answer_of(backend, request())).text == "Good day"
    app = FakeBackend(loading)
    assert "Loading model" in (await failure_of(app, timeout=1.0)).message


async def test_what_does_not_pass_is_asked_three_times() -> None:
    for status, code in ((429, "rate_limit_exceeded"), (503, "server_error")):
        app = FakeBackend(refusing(status, "busy"))
        error = await failure_of(app)
        assert (error.code, "busy" in error.message) == (code, True)
        assert len(app.calls) == 3


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (500, "broken", "server_error"),
        (502, "<html>", "server_error"),
        (401, "who are you", "server_error"),
        (404, {"error": {"message": "model 'm' not found", "type": "not_found"}}, "server_error"),
        (400, "messages are wrong", "invalid_prompt"),
        (422, {"detail": [{"loc": ["body", "messages"], "msg": "wrong"}]}, "invalid_prompt"),
        (413, "too large", "invalid_prompt"),
        (429, {"error": {"message": "pay", "type": "insufficient_quota"}}, "rate_limit_exceeded"),
        (500, "image input is not supported - hint: you may need the mmproj", "invalid_prompt"),
        (400, '"auto" tool choice requires --enable-auto-tool-choice to be set', "invalid_prompt"),
        (500, "tools param requires --jinja flag", "server_error"),
    ],
)
async def test_what_cannot_pass_is_told_once(status: int, error: Any, code: str) -> None:
    app = FakeBackend(refusing(status, error))
    failure = await failure_of(app, request(tools=[TOOL]))
    words = error if isinstance(error, str) else ""
    assert (failure.code, failure.begun, len(app.calls)) == (code, False, 1)
    assert (
        failure.message.startswith("local (http://localhost, model m): ")
        and words in failure.message
    )


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no room"}},
        {"error": "no room"},
        {"object": "error", "message": "no room", "code": 40001},
        [{"error": {"code": 400, "message": "no room", "status": "INVALID_ARGUMENT"}}],
        {"object": "error", "message": {"detail": [{"loc": ["body", "x"], "msg": "no room"}]}},
        {"message": [{"msg": "no room"}]},
        {"detail": "no room"},
    ],
    ids=["usual", "lm-studio", "vllm", "google", "mistral", "mistral-list", "fastapi"],
)
async def test_the_words_of_a_refusal_in_each_of_its_shapes(body: Any) -> None:
    for handler in (refusing(400, body), streaming(event(body))):
        assert "no room" in (await failure_of(FakeBackend(handler))).message


MOST = "maximum context length is"


@pytest.mark.parametrize(
    ("message", "size", "counted"),
    [
        ("request (500 tokens) exceeds the available context size (409 tokens)", 409, 500),
        (f"This model's {MOST} 8,192 tokens. However, you requested 9,000 tokens", 8192, 9_000),
        (f"{MOST} 512 tokens. However, your messages resulted in 600 tokens.", 512, 600),
        (f"too large: 5000. {MOST} 4096 tokens and your request has 3000", 4096, 3_000),
        ("the request exceeds the available context size, try increasing it", None, None),
        (f"{MOST} 4096 tokens", 4096, None),
    ],
)
async def test_a_prompt_that_is_too_long_tells_what_fits(
    message: str, size: int | None, counted: int | None
) -> None:
    app = FakeBackend(refusing(400, message + "; max_tokens"))
    long = [{"role": "user", "content": "x" * 984}]
    async with backend_to(app) as backend:
        with pytest.raises(ChatError) as raised:
            await answer_of(backend, request(messages=long, max_completion_tokens=256))
        estimate = backend.estimate("m")
        assert estimate.context_size == size
        assert estimate.tokens(long) == (counted or 300)
    assert (raised.value.code, raised.value.context_size) == ("invalid_prompt", size)
    assert len(app.calls) == 1


async def test_no_key_is_told_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for handler in (
        refusing(400, f"{KEY} is wrong"),
        streaming(event({"error": {"message": f"{KEY} is wrong"}})),
    ):
        error = await failure_of(FakeBackend(handler), key=KeyRing(KEY))
        assert "is wrong" in error.message
        assert KEY not in error.message and KEY not in repr(error)
    assert KEY not in caplog.text and "/chat/completions" in caplog.text


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


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (refusing(500, "broken"), "broken (status 500)"),
        (streaming(event({"error": {"message": "no room"}})), "no room"),
        (streaming(say("Half a")), "was cut off"),
        (streaming(b"data: {half\n\n"), "not JSON"),
        (streaming(chunk({}, "error") + DONE), "broke its answer off"),
    ],
)
async def test_an_error_names_the_backend_its_address_and_the_model(
    handler: Handler, words: str
) -> None:
    async with on_socket(FakeBackend(handler)) as endpoint:
        url = f"{endpoint.base_url}/v1"
        secret = url.replace("//", "//person:secret@") + "?sig=0123456789"
        options = BackendOptions("local", replace(endpoint, base_url=secret, openai_beta=""))
        async with Backend(options) as backend:
            with pytest.raises(ChatError) as failed:
                await events_of(backend, request())
    assert failed.value.message.startswith(f"local ({url}, model m): ")
    assert words in failed.value.message and "secret" not in failed.value.message
