"""A server whose model says what a test wants, and a look at what it holds."""

import asyncio
import json
import shlex
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import httpx

from assistant_tui.server.runs.chat import ChatEvent, ChatRequest
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.server.threads import THREAD
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.relay import RelayServer
from tests.fakeserver.server import Deviation
from tests.limits import LIMIT
from tests.server.runs.support import Pause, ScriptedModel, Turn

Json = dict[str, Any]


class AnsweringModel(ScriptedModel):
    """Gives the turns of a script, or makes one of each request."""

    answer: Callable[[ChatRequest], Turn] | None = None

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """The next turn."""
        if self.answer is not None:
            self.turns.insert(0, self.answer(request))
        async with aclosing(super().chat(request)) as events:
            async for event in events:
                yield event


class TalkingServer:
    """The embedded server with a model; asks it behind the program's back."""

    def __init__(self, server: EmbeddedServer, http: httpx.Client) -> None:
        self.url = server.url
        self.model = AnsweringModel()
        self._http = http
        self._server = server
        server.talk(self.model)

    def get(self, path: str) -> Json:
        """The answer to a GET."""
        found: Json = self._http.get(f"{self.url}{path}").raise_for_status().json()
        return found

    def post(self, path: str, body: Json) -> Json:
        """The answer to a POST."""
        made: Json = self._http.post(f"{self.url}{path}", json=body).raise_for_status().json()
        return made

    def assistant(self, **fields: Any) -> str:
        """The id of a new assistant."""
        return str(self.post("/assistants", {"model": "gpt-4o", **fields})["id"])

    def thread(self, *texts: str, **fields: Any) -> str:
        """The id of a new thread with messages of a user."""
        messages = [{"role": "user", "content": text} for text in texts]
        return str(self.post("/threads", {"messages": messages, **fields})["id"])

    def said(self, thread: str) -> list[tuple[str, str]]:
        """Roles and texts of the messages of a thread, oldest first."""
        listed = self.get(f"/threads/{thread}/messages?order=asc&limit=100")["data"]
        return [(each["role"], each["content"][0]["text"]["value"]) for each in listed]

    def runs(self, thread: str) -> list[Json]:
        """The runs of a thread, oldest first."""
        found: list[Json] = self.get(f"/threads/{thread}/runs?order=asc")["data"]
        return found

    def outputs(self, thread: str) -> list[str | None]:
        """The outputs of the calls of a thread's runs."""
        steps = [
            step
            for run in self.runs(thread)
            for step in self.get(f"/threads/{thread}/runs/{run['id']}/steps?order=asc")["data"]
        ]
        calls = [call for step in steps for call in step["step_details"].get("tool_calls", ())]
        return [call["function"]["output"] for call in calls]

    def wait(self, *events: asyncio.Event) -> None:
        """Wait until all of these events of the model have been set."""

        async def all_set() -> None:
            await asyncio.gather(*(event.wait() for event in events))

        self._server.do(all_set())

    def release(self, pause: Pause) -> None:
        """Let the model go on."""

        async def go_on() -> None:
            pause.go_on.set()

        self._server.do(go_on())

    def threads(self) -> list[str]:
        """The ids of all threads that it holds."""
        page = self._server.store.read(lambda objects: objects.page(THREAD, PageQuery(limit=100)))
        return [str(each["id"]) for each in page.data]

    def is_there(self, thread: str) -> bool:
        """Whether it holds a thread."""
        return self._http.get(f"{self.url}/threads/{thread}").is_success


def python(code: str) -> str:
    """A command that runs Python code."""
    return shlex.join([sys.executable, "-c", code])


def function(name: str) -> Json:
    """A tool of an assistant that is a function."""
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


def http() -> httpx.Client:
    """A client of the server, as others have one."""
    return httpx.Client(timeout=LIMIT)


def events(out: bytes) -> list[tuple[str, Json]]:
    """The names and data of the events that were printed."""
    return [(each["event"], each["data"]) for each in map(json.loads, out.splitlines())]


def thread_of(out: bytes) -> str:
    """The thread of the events that were printed."""
    return str(events(out)[0][1]["thread_id"])


def without_streams(server: RelayServer) -> Deviation:
    """A server that starts runs, but streams nothing."""

    def deviation(request: httpx.Request) -> httpx.Response | None:
        if b'"stream"' not in request.content:
            return None
        body = json.loads(request.content)
        del body["stream"]
        return server.pass_on(httpx.Request(request.method, request.url, json=body))

    return deviation
