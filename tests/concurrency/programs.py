"""What a program without a screen does in a process of its own, over the store of one home."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import LOCAL, Settings
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import Conflict
from assistant_tui.core.raw_json import RawJson
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.profiles import open_service
from assistant_tui.services.writes import WriteContext
from tests.process_pool import wait_for_all

ROUNDS = 12
FIELDS = ("name", "description", "instructions", "metadata")


class Done(NamedTuple):
    """What one program was told of its writes."""

    there: dict[str, str]
    """The names of what it created or renamed and left, by their ids."""
    gone: list[str]
    """The ids of what it deleted."""


@asynccontextmanager
async def program(home: Path) -> AsyncIterator[AssistantService]:
    """The service of the local store under one home, as the program opens it."""
    folders = Folders(home, home, home / "cache", home)
    opened = await open_service(Settings(LOCAL), LOCAL, folders, None)
    try:
        yield opened
    finally:
        await opened.close()


def in_a_program(home: Path, work: Callable[[AssistantService], Awaitable[object]]) -> object:
    """Open the store, do something, and close it."""

    async def run() -> object:
        async with program(home) as opened:
            return await work(opened)

    return asyncio.run(run())


def new(name: str) -> Draft:
    """A draft of a new assistant."""
    return Draft().edited("name", name).edited("model", "gpt-4o")


def write(home: Path, who: int) -> Done:
    """Create, rename and delete; everything must succeed, in the journal, too."""
    return asyncio.run(_write(home, who))


async def _write(home: Path, who: int) -> Done:
    there: dict[str, str] = {}
    gone: list[str] = []
    wait_for_all()
    async with program(home) as opened:
        assert opened.notice == ""
        for number in range(ROUNDS):
            row = (await opened.create(new(f"{who}-{number}"))).row
            draft = Draft(RawJson(row.text)).edited("name", f"{who}-{number}!")
            await opened.journal.drafts.keep(row.id, draft)
            there[row.id] = (await opened.save(draft)).row.name
            assert opened.journal.trouble == ""
            if number % 3 == 2:
                await opened.delete(row.id)
                del there[row.id]
                gone.append(row.id)
                await opened.journal.drafts.forget(row.id)
            assert await opened.journal.drafts.orphans() == (), "their programs run"
            assert opened.journal.trouble == ""
        wait_for_all()
    return Done(there, gone)


def start(homes: list[Path], who: int) -> list[str]:
    """Make the first start on each home together with all others, and write at once."""
    return [asyncio.run(_start(home, who)) for home in homes]


async def _start(home: Path, who: int) -> str:
    wait_for_all()
    async with program(home) as opened:
        row = (await opened.create(new(str(who)))).row
        await opened.journal.drafts.keep("new", new("typed"))
        assert (opened.notice, opened.journal.trouble) == ("", "")
    return row.id


def describe(home: Path, one: str, field: str) -> list[str]:
    """Change one field of one assistant again and again; what it was each time before."""
    return asyncio.run(_describe(home, one, field))


async def _describe(home: Path, one: str, field: str) -> list[str]:
    seen = []
    async with program(home) as opened:
        wait_for_all()
        for number in range(ROUNDS):
            document = RawJson((await opened.fetch(one)).text)
            seen.append(str(document.value(field)))
            saved = await opened.save(Draft(document).edited(field, str(number)))
            assert RawJson(saved.row.text).value(field) == str(number)
    return seen


def bring_back(home: Path, numbers: list[int]) -> list[str]:
    """Take back each deletion together with all others; the ids of what was created here."""
    return asyncio.run(_bring_back(home, numbers))


async def _bring_back(home: Path, numbers: list[int]) -> list[str]:
    made = []
    async with program(home) as opened:
        trash = {entry.number: entry for entry in await opened.journal.trash()}
        for number in numbers:
            wait_for_all()
            try:
                saved = await opened.create(
                    new(str(number)), context=WriteContext(undoes=trash[number].number)
                )
            except Conflict:
                continue
            made.append(saved.row.id)
    return made
