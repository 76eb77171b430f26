"""A write whose client leaves before it is its turn is not done; one that was begun is."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from assistant_tui.server.app import create_app
from assistant_tui.server.http.serving import Server, listen
from assistant_tui.server.store.executor import StoreExecutor
from assistant_tui.server.store.interface import ObjectWriter, Result
from assistant_tui.transport.in_process import ASGIStreamTransport
from tests.limits import LIMIT
from tests.server.runs.support import ScriptedModel, says
from tests.server.support import Json
from tests.stores import SQLiteStore

Send = Callable[[httpx.AsyncClient, str, str], Awaitable[httpx.Response]]
"""A write, with the ids of an assistant and of a thread."""


class HeldStore(SQLiteStore):
    """Holds up its writes while it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.go_on = threading.Event()
        self.go_on.set()
        self.holding = threading.Event()

    def write(self, change: Callable[[ObjectWriter], Result], *, durable: bool = True) -> Result:
        """See Store.write."""
        if not self.go_on.is_set():
            self.holding.set()
            assert self.go_on.wait(LIMIT)
        return super().write(change, durable=durable)


class Turns:
    """What the executor of a store was asked for."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        """A write waits for its turn."""
        self.left = asyncio.Event()
        """A client has left."""


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Looks on at each wait."""
    seen = Turns()
    wait, leave = StoreExecutor.waiting_for_turn, StoreExecutor.leave

    def waiting(executor: StoreExecutor) -> AbstractContextManager[None]:
        seen.asked.set()
        return wait(executor)

    def leaving(executor: StoreExecutor, task: asyncio.Task[Any]) -> None:
        leave(executor, task)
        seen.left.set()

    monkeypatch.setattr(StoreExecutor, "waiting_for_turn", waiting)
    monkeypatch.setattr(StoreExecutor, "leave", leaving)
    return seen


Connect = Callable[[Starlette], AbstractAsyncContextManager[httpx.AsyncClient]]


@asynccontextmanager
async def in_process(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application in this process."""
    transport = ASGIStreamTransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://local") as http:
        yield http


@asynccontextmanager
async def on_socket(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application on a socket."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    ready = asyncio.Event()
    server = Server(app, listener, ready.set)
    serving = asyncio.create_task(server.run())
    await ready.wait()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT) as http:
        yield http
    server.stop()
    await serving


WRITES: dict[str, Send] = {
    "create": lambda http, _, __: http.post("/assistants", json={"model": "late"}),
    "delete": lambda http, assistant, _: http.delete(f"/assistants/{assistant}"),
    "thread": lambda http, _, __: http.post("/threads", json={}),
    "run": lambda http, assistant, thread: http.post(
        f"/threads/{thread}/runs", json={"assistant_id": assistant}
    ),
    "delete thread": lambda http, _, thread: http.delete(f"/threads/{thread}"),
    "vector store": lambda http, _, __: http.post("/vector_stores", json={}),
    "upload": lambda http, _, __: http.post(
        "/files", files={"file": ("a.txt", b"text")}, data={"purpose": "assistants"}
    ),
}


class Held:
    """A server whose writes wait for a first one, which a test holds up."""

    def __init__(self, store: HeldStore, http: httpx.AsyncClient, turns: Turns) -> None:
        self.store, self.http, self.turns = store, http, turns

    async def prepare(self) -> None:
        """Make what the writes are about."""
        self.assistant = str((await self.post("/assistants", {"model": "m"}))["id"])
        self.thread = str((await self.post("/threads", {}))["id"])

    async def post(self, path: str, body: Json) -> Json:
        """What a POST has made."""
        answer = await self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        made: Json = answer.json()
        return made

    async def state(self) -> list[object]:
        """All that the writes would change."""
        runs = f"/threads/{self.thread}/runs"
        paths = ("/assistants", "/threads", runs, "/vector_stores", "/files")
        return [(await self.http.get(path)).json() for path in paths]

    async def hold(self) -> asyncio.Task[Json]:
        """Begin a write that takes the turn of all others."""
        self.store.go_on.clear()
        changed = {"metadata": {"a": "b"}}
        first = asyncio.create_task(self.post(f"/assistants/{self.assistant}", changed))
        assert await asyncio.to_thread(self.store.holding.wait, LIMIT)
        self.turns.asked.clear()
        return first

    async def leave_before_turn(self, write: Send) -> None:
        """Send a write, and go away while it waits."""
        late = asyncio.ensure_future(write(self.http, self.assistant, self.thread))
        await self.turns.asked.wait()
        late.cancel()
        with pytest.raises(asyncio.CancelledError):
            await late
        await self.turns.left.wait()


@asynccontextmanager
async def held(path: Path, turns: Turns, connect: Connect) -> AsyncIterator[Held]:
    """A server over a file."""
    model = ScriptedModel([says("a"), says("b")])
    with HeldStore(path) as store:
        app = create_app(store, models=["m"], make_chat_models=lambda: model)
        async with asyncio.timeout(LIMIT), connect(app) as http:
            server = Held(store, http, turns)
            await server.prepare()
            yield server
        await app.state.close()


@pytest.mark.parametrize("connect", [in_process, on_socket])
@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_was_not_begun_is_not_done(
    tmp_path: Path, turns: Turns, connect: Connect, name: str
) -> None:
    async with held(tmp_path / "store.db", turns, connect) as server:
        before = await server.state()
        first = await server.hold()
        await server.leave_before_turn(WRITES[name])
        server.store.go_on.set()
        assert (await first)["metadata"] == {"a": "b"}
        await server.post(f"/assistants/{server.assistant}", {"metadata": {}})
        assert await server.state() == before


@pytest.mark.parametrize("connect", [in_process, on_socket])
async def test_a_write_that_was_begun_is_done_to_its_end(
    tmp_path: Path, turns: Turns, connect: Connect
) -> None:
    async with held(tmp_path / "store.db", turns, connect) as server:
        first = await server.hold()
        first.cancel()
        await turns.left.wait()
        server.store.go_on.set()
        assert (await server.post("/threads", {}))["id"]
        (assistant,) = (await server.http.get("/assistants")).json()["data"]
        assert assistant["metadata"] == {"a": "b"}
