"""What older versions kept is still there, under the name of today, without its secrets."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant_tui.journal.entries import ChangeKind
from assistant_tui.journal.idempotency import KnownCreate
from assistant_tui.journal.journal import Journal
from tests.journal.former import make

OLD = "work\nhttps://me@host.test/v1/?code=CANARY\n\n"
OTHER = "work\nhttps://other.test/v1?code=CANARY\n\n"
NEW = "https://host.test/v1\n\n\nkey:1"
LOCAL = "local\n\n\n"


def was(former: str) -> bool:
    """What the configuration would say of the server of these tests."""
    return former.startswith("work\nhttps://host.test/v1\n")


def bytes_beside(path: Path) -> bytes:
    """All that the files of a journal hold."""
    return b"".join(each.read_bytes() for each in path.parent.iterdir())


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_an_older_version_is_brought_up_to_date_with_all_that_it_has(
    path: Path, version: int
) -> None:
    make(path, [(LOCAL, "a", "deleted", "{}")], [(LOCAL, "k", "typed")], version=version)
    with Journal(path) as first, Journal(path) as second:
        for journal in (first, second):
            (entry,) = journal.history(LOCAL, "a")
            assert (entry.number, entry.before, entry.batch) == (1, "{}", "")
            assert [draft.text for draft in journal.orphans(LOCAL)] == ["typed"]
        second.add(LOCAL, "a", ChangeKind.CHANGED, "{}", "{}", batch="b")
        assert [entry.batch for entry in first.batch(LOCAL, "b")] == ["b"]
        second.creates.begin(LOCAL, "key", ["x"])
        assert first.creates.find(LOCAL, ["key"]) == {"key": KnownCreate(None, frozenset({"x"}))}


def test_secrets_of_urls_are_taken_out_of_the_file(path: Path) -> None:
    deleted = [(OLD, f"asst_{number}", "deleted", "x" * 5000) for number in range(50)]
    make(path, [*deleted, (OTHER, "a", "deleted", "{}")], [(OLD, "k", "typed")])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM entries WHERE number < 40")  # pruned, but not overwritten
    assert b"CANARY" in bytes_beside(path)
    with Journal(path) as journal:
        journal.trash(LOCAL)
        assert b"CANARY" not in bytes_beside(path)
    assert b"CANARY" not in bytes_beside(path)
    with Journal(path) as journal:
        assert len(journal.trash("work\nhttps://host.test/v1\n\n")) == 11


def test_where_another_program_reads_it_the_secrets_go_at_a_later_opening(path: Path) -> None:
    make(path, [(OLD, "a", "deleted", "{}")])
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM entries").fetchall()
        with Journal(path) as journal:
            assert journal.trash("work\nhttps://host.test/v1\n\n")
        reader.execute("COMMIT")
    with Journal(path) as journal:
        journal.trash(LOCAL)
        assert b"CANARY" not in bytes_beside(path)


def test_the_first_that_opens_a_server_takes_over_what_was_kept_of_it(path: Path) -> None:
    entries = [(OLD, "a", "deleted", "{}"), (OTHER, "b", "deleted", "{}")]
    make(path, [*entries, (LOCAL, "c", "deleted", "{}")], [(OLD, "a", "typed"), (OTHER, "b", "x")])
    with Journal(path) as journal:
        journal.take_over(NEW, was)
        assert [entry.assistant_id for entry in journal.trash(NEW)] == ["a"]
        assert [entry.assistant_id for entry in journal.trash(LOCAL)] == ["c"]
        (draft,) = journal.orphans(NEW)
        assert (draft.key, draft.text, journal.adopt(draft)) == ("a", "typed", True)
        journal.take_over("https://host.test/v1\n\n\nkey:2", was)
        assert len(journal.trash(NEW)) == 1, "the second account finds nothing"


def test_imports_are_taken_over_too(path: Path) -> None:
    with Journal(path) as journal:
        journal.creates.begin("work\nhttps://host.test/v1\n\n", "key", None)
        journal.take_over(NEW, was)
        assert journal.creates.find(NEW, ["key"]) == {"key": KnownCreate(None, None)}


def test_a_draft_of_a_program_that_still_runs_stays_where_that_looks_for_it(path: Path) -> None:
    former = "work\nhttps://host.test/v1\n\n"
    with Journal(path) as older, Journal(path) as journal:
        older.keep_draft(former, "a", "typed")
        journal.take_over(NEW, was)
        older.forget_draft(former, "a")
        assert journal.drafts(NEW) == journal.drafts(former) == ()


def test_nothing_is_made_where_nothing_was_kept(path: Path) -> None:
    with Journal(path) as journal:
        journal.take_over(NEW, was)
    assert not path.exists()
