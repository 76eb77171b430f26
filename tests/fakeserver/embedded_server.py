"""The program's own server on a socket of the loopback, on an event loop in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from assistant_tui.server.app import create_app
from assistant_tui.server.http.serving import listen
from assistant_tui.server.runs.models import ChatModels
from assistant_tui.server.store.paging import Json, PageQuery
from tests.limits import LIMIT
from tests.stores import SampleStore

MODELS = ("gpt-4o", "o3-mini")
_Answer = TypeVar("_Answer")


class EmbeddedServer:
    """The server of the program, and whatever else is to run on its event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        listener = listen("127.0.0.1", 0)
        self.port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            self._serve, interface="asgi3", http="h11", ws="none", lifespan="off", log_config=None
        )
        self._server = uvicorn.Server(config)
        self._app: Starlette
        self._talks = False
        self._serving = self._server.serve([listener])
        self.wipe()

    def __enter__(self) -> Self:
        """Start it; requests that come before it listens are answered all the same."""
        self._thread.start()
        self._ended = asyncio.run_coroutine_threadsafe(self._serving, self._loop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server, then the loop."""
        self.wipe()
        self._server.should_exit = True
        self._ended.result(LIMIT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """The base address of the API."""
        return f"http://127.0.0.1:{self.port}/v1"

    def do(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        """Have something done there, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT)

    def wipe(self) -> None:
        """Put an empty store in the place of the one that is there."""
        if self._talks:
            self.do(self._app.state.close())
        self._talks = False
        self.store = SampleStore(0)
        self._app = create_app(self.store, models=MODELS, prefix="/v1")

    def talk(self, model: ChatModels) -> None:
        """Let a model answer in runs, until everything is wiped."""
        self._app = create_app(
            self.store, models=MODELS, prefix="/v1", make_chat_models=lambda: model
        )
        self._talks = True

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def held(self) -> list[Json]:
        """What the server has, newest first."""
        return self.store.page(PageQuery(limit=10_000)).data

    def names(self) -> list[str]:
        """What the assistants of the server are called, newest first."""
        return [assistant["name"] for assistant in self.held()]

    def make(self, name: str) -> str:
        """Somebody else creates an assistant; its id."""
        return str(self.store.create({**_PLAIN, "name": name})["id"])


_PLAIN: Json = {"model": "gpt-4o", "description": None, "instructions": None, "tools": []}
