"""An application whose model says what a test wants, and the clients that speak to it."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from assistant_tui.server.app import create_app
from assistant_tui.server.runs.chat import (
    CallDelta,
    ChatCall,
    ChatError,
    ChatEvent,
    ChatRequest,
    ChatResult,
    TextDelta,
)
from assistant_tui.server.runs.models import ChatModels, ChosenModel, ListedModel
from assistant_tui.server.store.interface import Store
from assistant_tui.server.store.sqlite_store import SQLiteStore
from assistant_tui.transport.in_process import ASGIStreamTransport
from assistant_tui.transport.sse import ServerSentEvent, read_events
from tests.limits import LIMIT

Json = dict[str, Any]
POLL_SECONDS = 0.02
"""Between two looks at a run: the server tells nothing to a client that does not ask."""
FUNCTION = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


class Pause:
    """A turn stops here until it is told to go on, or is closed."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()
        self.closed = asyncio.Event()


Turn = Sequence[ChatEvent | Pause | Exception]


def says(*words: str, usage: Json | None = USAGE, reason: Any = "stop") -> Turn:
    """A turn that answers in words."""
    text = "".join(words)
    return [*map(TextDelta, words), ChatResult(text, "", "", (), reason, usage)]


def calls(*names: str, arguments: str = "{}", usage: Json | None = USAGE) -> Turn:
    """A turn that calls functions; the ids are `call_` and their names."""
    made = tuple(ChatCall(f"call_{name}", name, arguments) for name in names)
    deltas = [
        CallDelta(index, call.call_id, call.name, call.arguments) for index, call in enumerate(made)
    ]
    return [*deltas, ChatResult("", "", "", made, "tool_calls", usage)]


@dataclass
class ScriptedModel:
    """Gives the turns of a script, one after the other; it is its own list of models, too."""

    turns: list[Turn] = field(default_factory=list)
    concurrency: int = 8
    requests: list[ChatRequest] = field(default_factory=list)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """The next turn."""
        self.requests.append(request)
        for event in self.turns.pop(0):
            if isinstance(event, Exception):
                raise event
            if not isinstance(event, Pause):
                yield event
                continue
            event.reached.set()
            try:
                await event.go_on.wait()
            except BaseException:
                event.closed.set()
                raise

    async def choose(self, model: str) -> ChosenModel:
        """Itself, whatever is asked for but `none`."""
        if model == "none":
            raise ChatError("There is no such model.")
        return ChosenModel(self, model, "scripted", self.concurrency, "scripted")

    async def list_models(self) -> Sequence[ListedModel]:
        """One."""
        return [ListedModel("scripted")]

    async def aclose(self) -> None:
        """Nothing is open."""


class Api:
    """Speaks to an application in this process."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, path: str, body: Json | None = None, status: int = 200) -> Json:
        """The answer to a POST, which must have this status."""
        response = await self.http.post(path, json={} if body is None else body)
        assert response.status_code == status, response.text
        answer: Json = response.json()
        return answer

    async def get(self, path: str, status: int = 200) -> Json:
        """The answer to a GET, which must have this status."""
        response = await self.http.get(path)
        assert response.status_code == status, response.text
        answer: Json = response.json()
        return answer

    async def assistant(self, **fields: Any) -> str:
        """The id of a new assistant."""
        return str((await self.post("/assistants", {"model": "m", **fields}))["id"])

    async def thread(self, *texts: str) -> str:
        """The id of a new thread with messages of a user."""
        messages = [{"role": "user", "content": text} for text in texts]
        return str((await self.post("/threads", {"messages": messages}))["id"])

    async def run(self, thread: str, assistant: str, **fields: Any) -> Json:
        """A new run."""
        return await self.post(f"/threads/{thread}/runs", {"assistant_id": assistant, **fields})

    async def wait(self, run: Json, *statuses: str) -> Json:
        """The run once it is in one of these states."""
        path = f"/threads/{run['thread_id']}/runs/{run['id']}"
        async with asyncio.timeout(LIMIT):
            while (run := await self.get(path))["status"] not in statuses:
                await asyncio.sleep(POLL_SECONDS)
        return run

    async def follow(self, path: str, last: int = 0) -> AsyncIterator[ServerSentEvent]:
        """The events of a run, those that were told before included."""
        headers = {"last-event-id": str(last)}
        async with self.http.stream("GET", f"{path}?stream=true", headers=headers) as response:
            assert response.status_code == 200
            async for event in read_events(response.aiter_raw()):
                yield event

    async def stream(self, path: str, body: Json) -> list[ServerSentEvent]:
        """All events of the stream that a POST opens."""
        async with (
            asyncio.timeout(LIMIT),
            self.http.stream("POST", path, json={**body, "stream": True}) as response,
        ):
            assert response.status_code == 200, await response.aread()
            assert response.headers["content-type"].startswith("text/event-stream")
            return [event async for event in read_events(response.aiter_raw())]

    async def messages(self, thread: str) -> list[Json]:
        """The messages of a thread, oldest first."""
        page = await self.get(f"/threads/{thread}/messages?order=asc")
        data: list[Json] = page["data"]
        return data

    async def steps(self, run: Json) -> list[Json]:
        """The steps of a run, oldest first."""
        path = f"/threads/{run['thread_id']}/runs/{run['id']}/steps?order=asc"
        data: list[Json] = (await self.get(path))["data"]
        return data


@asynccontextmanager
async def application(store: Store, model: ChatModels, **options: Any) -> AsyncIterator[Api]:
    """An application over a store, as one process has it."""
    app = create_app(store, models=["m"], make_chat_models=lambda: model, **options)
    async with httpx.AsyncClient(
        transport=ASGIStreamTransport(app), base_url="http://local", timeout=LIMIT
    ) as http:
        yield Api(http)
    await app.state.close()


@asynccontextmanager
async def server(path: Path, model: ScriptedModel, **options: Any) -> AsyncIterator[Api]:
    """An application over a file, with a connection of its own."""
    with SQLiteStore(path) as store:
        async with application(store, model, **options) as api:
            yield api


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
