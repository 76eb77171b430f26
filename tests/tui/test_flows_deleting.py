"""A deletion promises an undoing only where it is sure, and is asked for as final elsewhere."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant_tui.core.assistants.samples import sample
from assistant_tui.core.resource import ResourceKind
from assistant_tui.journal import journal as journal_module
from assistant_tui.journal.entries import Change, Entries
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.services.account_journal import AccountJournal
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

ID, NAME = sample(0)["id"], sample(0)["name"]
PROMISE = "u can create it anew"


def count(store: SampleStore) -> int:
    """How many assistants the server has."""
    return len(store.page(PageQuery(limit=100)).data)


@pytest.fixture
def garbage(tmp_path: Path) -> None:
    """The journal is no database."""
    (tmp_path / "journal.db").write_bytes(b"no database at all, whatever one may think" * 50)


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another program holds the journal, and does not let go of it."""
    monkeypatch.setattr(journal_module, "PATIENCE", 0.1)
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        journal.drafts.keep("local", "other", "{}")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The journal fails with every entry, though a moment before there was room for it."""

    def add(
        self: Entries, server: str, change: Change, resource: ResourceKind, *, key: str = ""
    ) -> int:
        raise JournalError("the journal cannot be used: the disk is full")

    monkeypatch.setattr(Entries, "add", add)
    yield


@pytest.mark.parametrize(("fault", "why"), [("garbage", "damaged"), ("locked", "another program")])
async def test_where_no_copy_can_be_kept_it_is_asked_for_good(
    fault: str,
    why: str,
    request: pytest.FixtureRequest,
    server: InProcessServer,
    store: SampleStore,
    tmp_path: Path,
) -> None:
    request.getfixturevalue(fault)
    async with running(server, tmp_path) as program:
        await program.press("d")
        assert "Delete this assistant for good?" in program.text
        assert "Nothing brings it back." in program.text and why in program.text
        assert PROMISE not in program.text
        await program.press("enter")
        assert count(store) == 3, "Cancel has the focus"
        await program.press("d")
        await program.press("tab", "enter")
        assert count(store) == 2
        assert f"Deleted {NAME}" in program.status and "u cannot undo it" in program.status


async def test_where_a_copy_can_be_kept_the_undoing_is_promised(
    program: Driver, store: SampleStore
) -> None:
    await program.press("d")
    assert "Delete this assistant?" in program.text and PROMISE in program.text
    await program.press("tab", "enter")
    assert "u undoes it" in program.status and count(store) == 2


@pytest.mark.parametrize(("unkept", "left"), [("", 2), ("it is full", 3)])
async def test_who_agrees_before_it_is_known_agrees_to_the_undoing_alone(
    unkept: str,
    left: int,
    program: Driver,
    store: SampleStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = asyncio.Event()

    async def check(self: AccountJournal, size: int) -> str:
        await known.wait()
        return unkept

    monkeypatch.setattr(AccountJournal, "check", check)
    await program.pilot.press("d", "tab", "enter")
    assert "Looking whether a copy can be kept" in program.text
    assert PROMISE not in program.text and count(store) == 3
    known.set()
    await program.settle()
    assert count(store) == left
    assert program.asked is bool(unkept)


@pytest.mark.usefixtures("failing")
async def test_a_copy_that_fails_after_the_question_keeps_the_assistant(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("d", "tab", "enter")
    assert f"{NAME} was not deleted: No copy: nothing was sent" in program.status
    assert "the disk is full" in program.status
    assert (count(store), server.write_paths()) == (3, [])


@pytest.mark.usefixtures("garbage")
async def test_many_are_asked_for_good_too(
    server: InProcessServer, store: SampleStore, tmp_path: Path
) -> None:
    async with running(server, tmp_path) as program:
        await program.press("*", "d")
        assert "Delete these 3 assistants for good?" in program.text
        assert "Nothing brings them back." in program.text
        await program.press("3", "enter")
        assert count(store) == 0
        assert "Deleted 3 · u cannot undo it" in program.status


async def test_a_disk_that_fills_up_in_the_middle_ends_the_deleting(
    program: Driver, store: SampleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, kept = Entries.add, [1]

    def add(
        self: Entries, server: str, change: Change, resource: ResourceKind, *, key: str = ""
    ) -> int:
        if not kept:
            raise JournalError("the journal cannot be used: the disk is full")
        kept.pop()
        return whole(self, server, change, resource, key=key)

    monkeypatch.setattr(Entries, "add", add)
    await program.press("*", "d")
    assert "u can create them anew" in program.text
    await program.press("3", "enter")
    assert count(store) == 2
    await program.press("escape")
    assert "Deleted 1" in program.status and "2 failed" in program.status
    assert "u undoes it" in program.status, "the one that is gone was kept"


async def test_of_changes_that_were_kept_in_part_that_part_is_promised(
    program: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, kept = Entries.add, [1, 2]

    def add(
        self: Entries, server: str, change: Change, resource: ResourceKind, *, key: str = ""
    ) -> int:
        if kept.pop() == 2:
            raise JournalError("the disk was full for a moment")
        kept.append(1)
        return whole(self, server, change, resource, key=key)

    monkeypatch.setattr(Entries, "add", add)
    await program.press("*", "b", "enter")
    await program.type("other")
    await program.press("enter")
    assert "Set the model of 3 · u undoes only 2: the disk was full" in program.status


async def test_an_undoing_of_many_promises_no_undoing_of_its_own(program: Driver) -> None:
    await program.press("*", "d", "3", "enter", "u", "3", "enter")
    assert program.status.startswith("Created anew 3")
    assert "u undoes" not in program.status


async def test_an_undoing_of_nothing_says_why(
    program: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await program.press("*", "d", "3", "enter")
    monkeypatch.setattr(Entries, "batch", lambda self, server, token, resource: ())
    await program.press("u")
    assert "Nothing of it is left to be undone" in program.status
