"""The playground on the embedded server, whose model says what a test wants."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant_tui.config.settings import LOCAL, Profile, Settings
from assistant_tui.server.app import create_app
from assistant_tui.server.store.sqlite_store import SQLiteStore
from assistant_tui.transport.in_process import ASGIApp, ASGIStreamTransport
from assistant_tui.tui.playground.screen import PlaygroundScreen
from tests.fakeserver.in_process import InProcessServer
from tests.limits import LIMIT
from tests.server.runs.support import Api, ScriptedModel
from tests.tui.driver import Driver, running

FUNCTION = {
    "type": "function",
    "function": {
        "name": "get_order",
        "parameters": {
            "type": "object",
            "properties": {"id": {"type": "string"}},
            "required": ["id"],
        },
    },
}


class Talk:
    """A person at the playground of one assistant."""

    def __init__(self, program: Driver, server: InProcessServer, api: Api) -> None:
        self.program = program
        self.server = server
        self.api = api

    @property
    def screen(self) -> PlaygroundScreen:
        """The playground."""
        screen = next(s for s in self.program.app.screen_stack if isinstance(s, PlaygroundScreen))
        assert isinstance(screen, PlaygroundScreen)
        return screen

    @property
    def is_open(self) -> bool:
        """The playground is there, be it below a dialog."""
        return any(isinstance(screen, PlaygroundScreen) for screen in self.program.app.screen_stack)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return self.program.text

    async def open(self) -> None:
        """Talk to the highlighted assistant."""
        await self.program.press("t")
        await self.program.until(lambda: self.screen.context.conversation is not None)

    async def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        await self.program.type(text)

    async def say(self, text: str) -> None:
        """Send a message, and wait for the end of its run, or until it waits."""
        await self.type(text)
        await self.press("enter")

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until all that they started has ended and is drawn."""
        await self.program.press(*keys)
        await self.drawn()

    async def drawn(self) -> None:
        """Wait until all that has changed is drawn."""
        view = self.screen.transcript_view if self.is_open else None
        await self.program.until(lambda: view is None or view.is_drawn)
        await self.program.settle()

    async def shows(self, *texts: str) -> None:
        """Wait until texts are on the screen."""
        await self.program.until(lambda: all(text in self.text for text in texts))

    async def threads(self) -> list[str]:
        """The ids of the threads that the server holds, newest first."""
        return [each["id"] for each in (await self.api.get("/threads"))["data"]]

    async def said(self, thread: str = "") -> list[tuple[str, str]]:
        """Who said what in a thread, as the server holds it; without an id, in the newest."""
        messages = await self.api.messages(thread or (await self.threads())[0])
        return [(each["role"], each["content"][0]["text"]["value"]) for each in messages]


Start = Callable[..., Awaitable[Talk]]


@asynccontextmanager
async def talking(
    folder: Path,
    model: ScriptedModel,
    *,
    size: tuple[int, int] = (120, 36),
    profile: Profile = LOCAL,
    tools: Any = (),
    others: Sequence[tuple[Profile, ASGIApp]] = (),
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Talk]:
    """The program on a server with one assistant, and its playground open.

    `others` are the servers of other profiles, `clock` is the server's.
    """
    async with AsyncExitStack() as stack:
        store = stack.enter_context(SQLiteStore(folder / "store.db", clock=clock))
        app = create_app(store, models=["m"], make_chat_models=lambda: model, clock=clock)
        stack.push_async_callback(app.state.close)
        http = httpx.AsyncClient(
            transport=ASGIStreamTransport(app), base_url="http://local", timeout=LIMIT
        )
        api = Api(await stack.enter_async_context(http))
        if not (await api.get("/assistants"))["data"]:
            await api.assistant(name="Helper", tools=[*tools])
        server = InProcessServer(app)
        profiles = {each.name: each for each in (profile, *(other for other, _ in others))}
        running_program = running(
            server,
            folder,
            size=size,
            profile=profile,
            others={each.name: app for each, app in others},
            settings=Settings(profile, profiles=profiles),
        )
        talk = Talk(await stack.enter_async_context(running_program), server, api)
        await talk.open()
        yield talk


@pytest.fixture
def model() -> ScriptedModel:
    """The model; a test gives it turns."""
    return ScriptedModel()


@pytest.fixture
async def talk(model: ScriptedModel, tmp_path: Path) -> AsyncIterator[Talk]:
    """The playground at 120×36."""
    async with talking(tmp_path, model) as talk:
        yield talk
