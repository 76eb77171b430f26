"""A chat-completions backend whose answers a test writes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from assistant_tui.server.runs.backend import Backend, BackendOptions
from assistant_tui.server.runs.chat import ChatEvent, ChatRequest, ChatResult
from assistant_tui.server.runs.models import ListedModel
from tests.fakeserver.streaming_app import CONNECTIONS, Call, StreamingApp
from tests.server.runs.recorded import DONE, Json, chunk, say

Handler = Callable[[Call], Awaitable[None]]
ASKED: Json = {"role": "user", "content": "Hello"}
ANSWER = say("Good", " day") + chunk({}, "stop") + DONE
SSE = "text/event-stream"


class FakeBackend(StreamingApp):
    """Answers one request after the other as written, and keeps what it was asked."""

    def __init__(self, *handlers: Handler) -> None:
        super().__init__(*handlers)
        self.asked: list[Json] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the request before it is dealt with."""
        message = await receive()
        if message.get("body"):
            self.asked.append(json.loads(message["body"]))
        await super().__call__(scope, receive, send)


def streaming(stream: bytes = ANSWER, content_type: str = SSE) -> Handler:
    """A way to answer with a stream that ends."""
    return lambda call: call.answer(200, stream, content_type=content_type)


def refusing(status: int, error: Any, **headers: str) -> Handler:
    """A way to answer with an error; a text is the message of one in the usual shape."""
    body = {"error": {"message": error}} if isinstance(error, str) else error
    return lambda call: call.answer(status, json.dumps(body).encode(), **headers)


def beginning(stream: bytes, begun: asyncio.Event, gone: asyncio.Event) -> Handler:
    """A way to answer with the beginning of a stream, and to wait until nobody reads it."""

    async def talk(call: Call) -> None:
        await call.start(content_type=SSE)
        if stream:
            await call.send(stream)
        begun.set()
        await call.disconnected()
        gone.set()

    return talk


@asynccontextmanager
async def backend_to(
    app: StreamingApp,
    connection: str = "in-process",
    *,
    waits: list[float] | None = None,
    **options: Any,
) -> AsyncIterator[Backend]:
    """A backend before an app; it notes what it would wait before it repeats a request."""
    noted = waits if waits is not None else []

    async def sleep(seconds: float) -> None:
        noted.append(seconds)
        await asyncio.sleep(0)

    settings = {name: options.pop(name) for name in ("key", "headers") if name in options}
    async with CONNECTIONS[connection](app, **settings) as endpoint:
        endpoint = replace(endpoint, openai_beta="")
        async with Backend(BackendOptions("local", endpoint, **options), sleep) as backend:
            yield backend


def request(**fields: Any) -> ChatRequest:
    """A request with one message, and whatever a test sets."""
    return ChatRequest(**{"model": "m", "messages": [ASKED], **fields})


async def events_of(backend: Backend, asked: ChatRequest) -> list[ChatEvent]:
    """All that a turn gives."""
    return [event async for event in backend.chat(asked)]


def names_of(models: Sequence[ListedModel]) -> list[str]:
    """The names of models."""
    return [model.name for model in models]


async def answer_of(backend: Backend, asked: ChatRequest) -> ChatResult:
    """The result of a turn."""
    *_, result = await events_of(backend, asked)
    assert isinstance(result, ChatResult)
    return result
