"""What a backend refuses or fails at: what is tried again, what is told, and in which words."""

import asyncio
import logging
import re
from dataclasses import replace
from typing import Any

import pytest

from assistant_tui.server.runs.backend import Backend, BackendOptions
from assistant_tui.server.runs.chat import ChatError
from tests.api.support import KEY, KeyRing
from tests.fakeserver.streaming_app import Call, on_socket
from tests.server.runs.fake_backend import (
    SSE,
    FakeBackend,
    Handler,
    answer_of,
    backend_to,
    events_of,
    refusing,
    request,
    streaming,
)
from tests.server.runs.recorded import DONE, chunk, event, say
from tests.server.runs.test_backend import COMMENT, TOOL, failure_of


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
