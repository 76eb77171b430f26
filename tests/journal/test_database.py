"""The file: what is made and when, what is refused, and what a failure leaves behind."""

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from assistant_tui.journal import journal as journal_module
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal
from assistant_tui.storage import connections

S, A = "work https://host", "asst_a"

USES: dict[str, Callable[[Journal], object]] = {
    "add": lambda journal: journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", "{}")),
    "withdraw": lambda journal: journal.entries.withdraw(1),
    "history": lambda journal: journal.entries.history(S, A),
    "present_id": lambda journal: journal.entries.present_id(S, A),
    "trash": lambda journal: journal.entries.trash(S),
    "last": lambda journal: journal.entries.last(S),
    "batch": lambda journal: journal.entries.batch(S, "b"),
    "mark_undone": lambda journal: journal.entries.mark_undone(1),
    "claim": lambda journal: journal.entries.claim(1),
    "prune": lambda journal: journal.prune(),
    "drafts": lambda journal: journal.drafts.all(S),
    "orphans": lambda journal: journal.drafts.orphans(S),
}
uses = pytest.mark.parametrize("use", USES.values(), ids=USES)


def run(journal: Journal, statement: str) -> None:
    """Run a statement on the journal's own connection."""
    connection = journal._database._connection
    assert connection is not None
    connection.execute(statement)


def run_beside(path: Path, statement: str) -> None:
    """Run a statement as another program would."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(statement)
    finally:
        connection.close()


def test_nothing_is_made_before_something_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    with Journal(folder / "journal.db") as journal:
        found = [
            *(
                journal.entries.history(S, A),
                journal.entries.trash(S),
                journal.drafts.all(S),
                journal.drafts.orphans(S),
            ),
            journal.entries.last(S),
        ]
        assert found == [(), (), (), (), None]
        assert (journal.entries.present_id(S, A), journal.journal_mode) == (A, "")
        assert not folder.exists()
        journal.drafts.keep(S, A, "{}")
        assert folder.exists()


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "journal.db"
    before = os.umask(0)
    try:
        with Journal(path) as journal:
            journal.drafts.keep(S, A, "{}")
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    ends = ("", "-wal", "-shm", f".owner-{journal.owner}")
    assert modes == dict.fromkeys([f"journal.db{end}" for end in ends], 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["journal.db"]


def test_it_writes_ahead_and_to_the_disk(journal: Journal) -> None:
    journal.drafts.keep(S, A, "{}")
    assert journal.journal_mode == "wal"
    connection = journal._database._connection
    assert connection is not None
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_without_a_write_ahead_log_it_says_which_journal_mode_it_has(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(path: Path) -> sqlite3.Connection:
        # This file system layer of SQLite has no shared memory, as is the case over NFS.
        uri = f"file:{quote(str(path))}?vfs=unix-dotfile"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)

    monkeypatch.setattr(connections, "_connect", connect)
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "{}")
        assert journal.journal_mode == "delete"
    with Journal(path) as journal:
        assert [draft.text for draft in journal.drafts.orphans(S)] == ["{}"]


@uses
def test_a_closed_journal_says_so(
    path: Path, journal: Journal, use: Callable[[Journal], object]
) -> None:
    journal.drafts.keep(S, A, "{}")
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="is closed"):
        use(journal)


def _newer(path: Path) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "{}")
    run_beside(path, "PRAGMA user_version = 8")


def _foreign(path: Path) -> None:
    run_beside(path, "CREATE TABLE recipes (name)")


def _other_of_ours(path: Path) -> None:
    run_beside(path, "PRAGMA application_id = 1096045897")  # the store's


def _no_database(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 100)


@uses
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_newer, r"newer version of this program \(schema 8; this one knows 7\)"),
        (_foreign, "no journal of this program; it is left as it is"),
        (_other_of_ours, "no journal of this program"),
        (_no_database, "it is damaged, or no database"),
    ],
)
def test_what_is_not_ours_is_refused_and_left_as_it_is(
    path: Path, make: Callable[[Path], None], words: str, use: Callable[[Journal], object]
) -> None:
    make(path)
    before = path.read_bytes()
    with Journal(path) as journal, pytest.raises(JournalError, match=words) as caught:
        use(journal)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@uses
def test_a_folder_in_its_place_is_said(path: Path, use: Callable[[Journal], object]) -> None:
    path.mkdir()
    with Journal(path) as journal, pytest.raises(JournalError, match="cannot be used"):
        use(journal)


def test_a_file_in_place_of_its_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "journal.db"
    with Journal(path) as journal, pytest.raises(JournalError, match="cannot be used"):
        journal.drafts.keep(S, A, "{}")


def _fill(journal: Journal) -> None:
    run(journal, "PRAGMA max_page_count = 1")  # no page more than there are


def test_a_full_disk_is_said_and_costs_nothing_that_was_kept(journal: Journal) -> None:
    journal.drafts.keep(S, A, "kept")
    number = journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", "{}"))
    _fill(journal)
    with pytest.raises(JournalError, match="cannot be used: the disk is full"):
        journal.entries.add(S, Change(A, ChangeKind.DELETED, "x" * 1_000_000, None, undoes=number))
    assert [draft.text for draft in journal.drafts.all(S)] == ["kept"]
    assert [entry.undone for entry in journal.entries.history(S, A)] == [False]


def test_after_a_full_disk_it_goes_on_where_there_is_room_again(journal: Journal) -> None:
    journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "kept"))
    _fill(journal)
    with pytest.raises(JournalError):
        journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "x" * 1_000_000))
    run(journal, "PRAGMA max_page_count = 1000000")
    journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "y" * 1_000_000))
    assert [entry.after for entry in journal.entries.history(S, A)] == ["y" * 1_000_000, "kept"]


def test_a_full_disk_at_the_first_use_is_said_and_the_next_use_tries_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = connections._connect

    def full(path: Path) -> sqlite3.Connection:
        connection = whole(path)
        connection.execute("PRAGMA max_page_count = 2")
        return connection

    monkeypatch.setattr(connections, "_connect", full)
    with Journal(path) as journal:
        with pytest.raises(JournalError, match="the disk is full"):
            journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "{}"))
        monkeypatch.setattr(connections, "_connect", whole)
        journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "{}"))
        assert [entry.after for entry in journal.entries.history(S, A)] == ["{}"]


def _read_only(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path))}?mode=ro"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def test_what_cannot_be_pruned_can_still_be_read(path: Path) -> None:
    with Journal(path) as journal:
        journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", "{}"))
        journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", "{}"))
    run_beside(
        path, "CREATE TRIGGER refuse BEFORE DELETE ON entries BEGIN SELECT RAISE(FAIL, 'no'); END"
    )
    with Journal(path, keep_bytes=0) as journal:
        assert len(journal.entries.history(S, A)) == 2
        with pytest.raises(JournalError, match="cannot be used: no"):
            journal.prune()


def test_a_journal_that_may_only_be_read_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(path) as journal:
        journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "{}"))
    monkeypatch.setattr(connections, "_connect", _read_only)
    with Journal(path) as journal, pytest.raises(JournalError, match="it is read-only"):
        journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "other"))


def test_another_program_that_holds_on_is_said(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "PATIENCE", 0.0)
    journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "kept"))
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="another program holds it"):
            journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "other"))
        assert [entry.after for entry in journal.entries.history(S, A)] == ["kept"]
    finally:
        holder.close()
    journal.entries.add(S, Change(A, ChangeKind.CHANGED, None, "other"))


def test_damage_in_the_middle_is_said(path: Path) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "x" * 100_000)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with Journal(path) as journal, pytest.raises(JournalError, match="it is damaged"):
        journal.drafts.all(S)


@pytest.mark.parametrize("damage", ["after = x'ff'", "kind = 'mislaid'"])
def test_a_damaged_entry_is_said(path: Path, journal: Journal, damage: str) -> None:
    journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", "{}"))
    run_beside(path, f"UPDATE entries SET {damage}")
    with pytest.raises(JournalError, match="it is damaged"):
        journal.entries.last(S)
