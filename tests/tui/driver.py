"""Drives the program as a person would, and reads the screen as a person does."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from textual.events import Key
from textual.keys import _character_to_key

from assistant_tui.api.client import AssistantsClient
from assistant_tui.config.settings import LOCAL, Profile, Settings
from assistant_tui.core.listing import Listing
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.profile_journal import ProfileJournal
from assistant_tui.startup.profile_opening import ProfileOpener
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.in_process import ASGIApp, in_process
from assistant_tui.transport.transport import Sleep
from assistant_tui.tui.app import AssistantApp
from assistant_tui.tui.main.screen import MainScreen
from tests.tui.pilot import EventPilot

WRITES = ("POST", "DELETE")
HANGS = 120
"""Seconds after which what is waited for counts as never coming, on the busiest machine."""


class Driver:
    """One running program."""

    def __init__(self, app: AssistantApp, pilot: EventPilot) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        """The main screen."""
        assert self.app.main_screen is not None
        return self.app.main_screen

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait until all that they started has ended."""
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    async def burst(self, *keys: str) -> None:
        """Let keys arrive all at once, as a slow line delivers them."""
        for key in keys:
            character = key if len(key) == 1 else None
            name = _character_to_key(key) if character else key
            self.app.post_message(Key(name, character))
        arrived = asyncio.Event()
        self.app.call_later(arrived.set)
        await self.until(lambda: arrived.is_set() and self.app._keys.idle)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        await self.pilot.press(*text)
        await self.settle()

    async def settle(self) -> None:
        """Wait until no worker works but those that wait for a person; fail if that takes long."""
        async with asyncio.timeout(HANGS):
            while await self._is_working():
                pass

    async def _is_working(self) -> bool:
        """Wait a while for the workers at work; False if there are none."""
        await self.pilot.pause()
        running = self.pilot.running_workers()
        if running:
            await asyncio.wait(
                [asyncio.ensure_future(worker.wait()) for worker in running],
                return_when=asyncio.FIRST_COMPLETED,
                timeout=0.05,
            )
        # Textual cannot end while a mode is being taken away.
        return bool(running) or self.app._switching.locked()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so, for what comes by a timer and not by a key."""
        async with asyncio.timeout(HANGS):
            while not holds():
                await self.pilot.pause(0.02)

    @property
    def asked(self) -> bool:
        """A dialog lies over the main screen."""
        return self.app.screen is not self.main

    @property
    def lines(self) -> list[str]:
        """What is on the screen, line by line."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.ljust(width)[:width].rstrip() for strip in strips[:height]]

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.lines)

    @property
    def header(self) -> str:
        """The parts of the first line, which stand apart on the screen."""
        return " · ".join(re.split(" {2,}", self.lines[0].strip()))

    @property
    def status(self) -> str:
        """The sentence on the status line, whole where it is cut and a key shows it."""
        line = self.main.status_line
        shown = line.render().plain
        return f"{line.tone.value}{line.sentence}" if shown.endswith(" reads all") else shown

    @property
    def highlighted(self) -> str:
        """The name in the highlighted row."""
        row = self.main.list_model.highlighted
        return row.name if row else ""


class KeptJournal(ProfileJournal):
    """A journal in a file, whose account has the name of the profile."""

    def __init__(self, path: Path, profile: Profile) -> None:
        """Touch nothing on disk yet."""
        self._asked = False
        self._resources = ExitStack()
        journal = Journal(path)
        self._resources.callback(journal.close)
        self.of_account = AccountJournal(journal, profile.name)


class Opener(ProfileOpener):
    """Opens profiles on servers in this process."""

    def __init__(
        self,
        server: ASGIApp | Endpoint,
        journal: Path,
        others: Mapping[str, ASGIApp] = MappingProxyType({}),
        opening: Listing | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`others` are the servers of other profiles, by name; `sleep` is how a client waits."""
        self._server = server
        self._journal = journal
        self._others = others
        self._rows = opening or Listing()
        self._sleep = sleep

    def cached_rows(self, profile: Profile) -> Listing:
        """What is there before the server has answered."""
        return self._rows

    def open_journal(self, profile: Profile) -> ProfileJournal:
        """The journal of the test."""
        return KeptJournal(self._journal, profile)

    async def connect(
        self, profile: Profile, journal: Callable[[], ProfileJournal] | None = None
    ) -> AssistantService:
        """Open the service of a profile."""
        server = self._others.get(profile.name, self._server)
        endpoint = server if isinstance(server, Endpoint) else in_process(server)
        stack = AsyncExitStack()
        client = await stack.enter_async_context(AssistantsClient(endpoint, sleep=self._sleep))
        if journal is None:
            opened = self.open_journal(profile)
            stack.callback(opened.close)
        else:
            opened = journal()
        return AssistantService(
            client,
            page_size=profile.page_size,
            read_only=profile.read_only,
            full_replace=profile.full_replace,
            journal=opened.of_account,
            resources=stack,
        )


@asynccontextmanager
async def running(
    server: ASGIApp | Endpoint,
    folder: Path,
    *,
    size: tuple[int, int] = (80, 24),
    profile: Profile = LOCAL,
    others: Mapping[str, ASGIApp] = MappingProxyType({}),
    opening: Listing | None = None,
    settings: Settings | None = None,
    settle: bool = True,
    sleep: Sleep = asyncio.sleep,
    kind: type[AssistantApp] = AssistantApp,
) -> AsyncIterator[Driver]:
    """Start the program on a server in this process; `settle` waits until the list is loaded.

    `kind` is the application; one that brings a driver of its own writes to it.
    `others` are the servers of other profiles, by name.
    """
    settings = settings or Settings(profile, profiles={profile.name: profile})
    app = kind(
        settings,
        Opener(server, folder / "journal.db", others, opening, sleep),
        crash_folder=folder,
    )
    headless = kind is AssistantApp
    async with app.run_test(size=size, headless=headless) as pilot:
        driver = Driver(app, EventPilot(pilot))
        if settle:
            await driver.settle()
        yield driver
