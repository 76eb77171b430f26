"""Creates whose answer was lost, and what a later run of the program makes of them."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from assistant_tui.core.assistants.draft import recreation_draft
from assistant_tui.core.errors import Invalid, Offline, ServiceError
from assistant_tui.core.raw_json import RawJson
from assistant_tui.journal.entries import Entry
from assistant_tui.journal.journal import Journal
from assistant_tui.journal.schema import TABLES
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.writes import WriteContext
from tests.fakeserver.deviations import (
    SyncHandler,
    after_carrying_out,
    in_turn,
    lost,
    refusing,
    unreachable,
)
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import service_of, some, text_of

TWIN = {"name": '"Twin"', "instructions": '"alike"'}


@asynccontextmanager
async def run(server: StandaloneServer, folder: Path) -> AsyncIterator[AssistantService]:
    """One run of the program, with a journal that the next one has, too."""
    with Journal(folder / "journal.db") as journal:
        async with service_of(server, journal=AccountJournal(journal, "here")) as service:
            yield service


async def deleted(service: AssistantService, *ids: str) -> list[Entry]:
    """Delete these, and return what the journal holds of that, in the same order."""
    for each in ids:
        await service.delete(each, WriteContext(batch="b"))
    return [*reversed(await service.journal.batch("b"))]


async def bring_back(service: AssistantService, entry: Entry) -> str:
    """Create what was deleted anew; its id."""
    draft = recreation_draft(RawJson(entry.before or ""))
    return (await service.create(draft, ["asst_1"], WriteContext(undoes=entry.number))).row.id


def arrive(server: StandaloneServer, identity: str) -> None:
    """A create of an earlier time comes about only now."""
    server.texts = {identity: text_of(99, id=f'"{identity}"', **TWIN), **server.texts}


async def test_what_arrives_after_the_program_ended_is_not_brought_back_twice(
    tmp_path: Path,
) -> None:
    server = StandaloneServer(text_of(4, **TWIN), *some(3), create=refusing(504))
    async with run(server, tmp_path) as service:
        [entry] = await deleted(service, "asst_4")
        with pytest.raises(ServiceError, match="may still arrive"):
            await bring_back(service, entry)
    arrive(server, "late")
    del server.deviations["create"]
    async with run(server, tmp_path) as service:
        assert await bring_back(service, entry) == "late"
        assert await service.journal.trash() == (), "it is recorded as brought back"
        assert await service.journal.present_id("asst_4") == "late"
    assert server.count("create") == 1


async def test_each_of_two_that_are_alike_is_brought_back_once(tmp_path: Path) -> None:
    server = StandaloneServer(text_of(5, **TWIN), text_of(4, **TWIN), *some(3))
    async with run(server, tmp_path) as service:
        first, second = await deleted(service, "asst_5", "asst_4")
        server.deviations["create"] = lost
        with pytest.raises(Offline):
            await bring_back(service, first)
    del server.deviations["create"]
    async with run(server, tmp_path) as service:
        made = await bring_back(service, second)
    async with run(server, tmp_path) as service:
        assert await bring_back(service, first) != made
    assert len(server.texts) == 5


async def test_an_older_one_just_alike_is_not_taken_for_what_was_brought_back(
    tmp_path: Path,
) -> None:
    server = StandaloneServer(text_of(50, **TWIN), *some(40))
    server.texts["asst_3"] = text_of(3, **TWIN)
    async with run(server, tmp_path) as service:
        [entry] = await deleted(service, "asst_50")
        server.deviations["create"] = lost
        with pytest.raises(Offline):
            await bring_back(service, entry)
    del server.deviations["create"]
    async with run(server, tmp_path) as service:
        assert await bring_back(service, entry) != "asst_3"
    assert len(server.texts) == 41


async def test_a_refusal_later_on_does_not_make_forget_what_may_still_arrive(
    tmp_path: Path,
) -> None:
    server = StandaloneServer(text_of(4, **TWIN), *some(3))
    async with run(server, tmp_path) as service:
        [entry] = await deleted(service, "asst_4")
        server.deviations["create"] = in_turn(lost, refusing(400))
        with pytest.raises(Offline):
            await bring_back(service, entry)
    async with run(server, tmp_path) as service:
        with pytest.raises(Invalid):
            await bring_back(service, entry)
    arrive(server, "late")
    async with run(server, tmp_path) as service:
        assert await bring_back(service, entry) == "late"


@pytest.mark.parametrize("refusal", [refusing(400), unreachable])
async def test_what_was_refused_is_not_looked_for(tmp_path: Path, refusal: SyncHandler) -> None:
    server = StandaloneServer(text_of(4, **TWIN), *some(3))
    async with run(server, tmp_path) as service:
        [entry] = await deleted(service, "asst_4")
        server.deviations["create"] = refusal
        with pytest.raises(ServiceError):
            await bring_back(service, entry)
    del server.deviations["create"]
    arrive(server, "theirs")
    async with run(server, tmp_path) as service:
        assert await bring_back(service, entry) != "theirs"


async def test_what_cannot_be_looked_for_is_not_sent(tmp_path: Path) -> None:
    server = StandaloneServer(text_of(4, **TWIN), *some(3))
    async with run(server, tmp_path) as service:
        [entry] = await deleted(service, "asst_4")
        server.deviations["create"] = after_carrying_out(server.answer, lost)
        server.deviations["list"] = in_turn(server.answer, unreachable)
        with pytest.raises(Offline):
            await bring_back(service, entry)
    async with run(server, tmp_path) as service:
        with pytest.raises(Offline, match="nothing was sent, since it may be there already"):
            await bring_back(service, entry)
    assert server.count("create") == 1


async def test_it_is_said_where_a_lost_create_could_not_be_noted(tmp_path: Path) -> None:
    server = StandaloneServer(text_of(4, **TWIN), *some(3), create=lost)
    async with run(server, tmp_path) as service:
        [entry] = await deleted(service, "asst_4")
    (tmp_path / "journal.db").write_bytes(b"no database at all, whatever one may think" * 50)
    async with run(server, tmp_path) as service:
        with pytest.raises(Offline, match="a repetition may create it twice"):
            await bring_back(service, entry)


def noted(folder: Path) -> int:
    """How much stands in the journal."""
    with closing(sqlite3.connect(folder / "journal.db")) as database:
        counts = [database.execute(f"SELECT count(*) FROM {each}").fetchone() for each in TABLES]
    return sum(count for (count,) in counts)


async def test_a_write_is_told_before_anything_is_noted_of_it(tmp_path: Path) -> None:
    """Else a signal would end the program between the note and what it is about."""
    server, told = StandaloneServer(*some(3)), list[tuple[int, str]]()
    async with run(server, tmp_path) as service:
        await service.delete("asst_2")
        before = noted(tmp_path)
        service.activity.writing = lambda: told.append((noted(tmp_path), server.parts[-1]))
        (entry,) = await deleted(service, "asst_1")
        assert told[0] == (before, "retrieve")
        before = noted(tmp_path)
        told.clear()
        await bring_back(service, entry)
        assert told[0] == (before, "list")
