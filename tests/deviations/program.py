"""The program on a fake server, over the client's own road."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from assistant_tui.config.api_keys import ApiKeySource
from assistant_tui.core.json_text import members
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services.endpoints import remote_endpoint
from tests.deviations.known_servers import KnownServer
from tests.deviations.seeds import seeds
from tests.fakeserver.requests import Members
from tests.fakeserver.standalone import StandaloneServer
from tests.tui.driver import Driver, running


@dataclass
class Session:
    """A program, and the server that it was started on."""

    program: Driver
    server: StandaloneServer

    def check_requests(self) -> None:
        """Each has the key where the profile says, the query, and the header of the API."""
        rules = self.server.rules
        assert self.server.requests
        for asked in self.server.requests:
            assert asked.url.path.startswith(f"{rules.root}/")
            assert asked.headers.get(rules.key_header, "") == rules.key
            assert asked.headers["openai-beta"] == "assistants=v2"
            assert rules.query.items() <= dict(asked.url.params).items()

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until all that they started has ended."""
        await self.program.press(*keys)

    async def to_the_end(self) -> None:
        """Go down until no further row comes."""
        before = -1
        while before != (before := len(self.program.main.list_model.listing)):
            await self.press("G")

    async def edit_name(self, more: str) -> None:
        """Add to the name of the highlighted assistant, and save."""
        await self.press("enter")
        await self.program.type(more)
        await self.press("ctrl+s")

    async def clear_description(self) -> None:
        """Empty the description of the highlighted assistant, and save."""
        await self.press("enter", "tab", "tab", "end", "ctrl+u", "ctrl+s")

    async def delete(self) -> None:
        """Delete the highlighted assistant, by the dialog."""
        await self.press("d", "tab", "enter")

    async def undo(self) -> None:
        """Take the last action back, by the dialog."""
        await self.press("u", "tab", "enter")

    async def help(self) -> str:
        """What the help says at its end, where it tells of the server; it is closed again."""
        await self.press("question_mark", "G")
        text = self.program.text
        await self.press("escape")
        return text

    @property
    def row(self) -> ResourceRow:
        """The highlighted row."""
        row = self.program.main.list_model.highlighted
        assert row is not None
        return row

    @property
    def held(self) -> Members:
        """What the server holds of the highlighted assistant, to the letter."""
        return self.held_as(self.row.id)

    def held_as(self, assistant_id: str) -> Members:
        """What the server holds of an assistant, to the letter."""
        return members(self.server.texts[assistant_id])

    @property
    def status(self) -> str:
        """The sentence on the status line."""
        return self.program.status

    @property
    def keys(self) -> str:
        """The line of keys."""
        return self.program.lines[-1]

    @property
    def in_form(self) -> bool:
        """A form is open."""
        return bool(self.program.main.query("AssistantForm"))


async def _at_once(seconds: float) -> None:
    """What is sent again is so without a wait."""


@asynccontextmanager
async def session(
    known: KnownServer, folder: Path, count: int = 60, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[Session]:
    """Start the program on a server with so many assistants, as the profile says."""
    server = StandaloneServer(rules=known.rules)
    for each in seeds(count):
        server.create(each)
    endpoint = replace(
        remote_endpoint(known.profile, ApiKeySource(known.profile)),
        transport=httpx.ASGITransport(app=server),
    )
    profile = known.profile
    async with running(endpoint, folder, size=size, profile=profile, sleep=_at_once) as program:
        yield Session(program, server)
