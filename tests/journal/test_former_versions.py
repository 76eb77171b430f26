"""What older versions kept is still there, under the name of today, without its secrets."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from assistant_tui.core.resource import ASSISTANTS, ResourceKind
from assistant_tui.journal.entries import Change, ChangeKind, Entry
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.idempotency import KnownCreate
from assistant_tui.journal.journal import Journal
from assistant_tui.storage import connections
from tests.journal.former import make

OLD = "work\nhttps://me@host.test/v1/?code=CANARY\n\n"
OTHER = "work\nhttps://other.test/v1?code=CANARY\n\n"
NEW = "https://host.test/v1\n\n\nkey:1"
LOCAL = "local\n\n\n"
THREADS = ResourceKind("threads", "thread", "a thread")


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
            (entry,) = journal.entries.history(LOCAL, "a")
            assert (entry.number, entry.before, entry.batch) == (1, "{}", "")
            assert [draft.text for draft in journal.drafts.orphans(LOCAL)] == ["typed"]
        second.entries.add(LOCAL, Change("a", ChangeKind.CHANGED, "{}", "{}", batch="b"))
        assert [entry.batch for entry in first.entries.batch(LOCAL, "b")] == ["b"]
        second.idempotency.begin(LOCAL, "key", ["x"])
        assert first.idempotency.find(LOCAL, ["key"]) == {
            "key": KnownCreate(None, frozenset({"x"}))
        }


def test_secrets_of_urls_are_taken_out_of_the_file(path: Path) -> None:
    deleted = [(OLD, f"asst_{number}", "deleted", "x" * 5000) for number in range(50)]
    make(path, [*deleted, (OTHER, "a", "deleted", "{}")], [(OLD, "k", "typed")])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM entries WHERE number < 40")  # pruned, but not overwritten
    assert b"CANARY" in bytes_beside(path)
    with Journal(path) as journal:
        journal.entries.trash(LOCAL)
        assert b"CANARY" not in bytes_beside(path)
    assert b"CANARY" not in bytes_beside(path)
    with Journal(path) as journal:
        assert len(journal.entries.trash("work\nhttps://host.test/v1\n\n")) == 11


def test_where_another_program_reads_it_the_secrets_go_at_a_later_opening(path: Path) -> None:
    make(path, [(OLD, "a", "deleted", "{}")])
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM entries").fetchall()
        with Journal(path) as journal:
            assert journal.entries.trash("work\nhttps://host.test/v1\n\n")
        reader.execute("COMMIT")
    with Journal(path) as journal:
        journal.entries.trash(LOCAL)
        assert b"CANARY" not in bytes_beside(path)


def test_the_first_that_opens_a_server_takes_over_what_was_kept_of_it(path: Path) -> None:
    entries = [(OLD, "a", "deleted", "{}"), (OTHER, "b", "deleted", "{}")]
    make(path, [*entries, (LOCAL, "c", "deleted", "{}")], [(OLD, "a", "typed"), (OTHER, "b", "x")])
    with Journal(path) as journal:
        journal.take_over(NEW, was)
        assert [entry.object_id for entry in journal.entries.trash(NEW)] == ["a"]
        assert [entry.object_id for entry in journal.entries.trash(LOCAL)] == ["c"]
        (draft,) = journal.drafts.orphans(NEW)
        assert (draft.key, draft.text, journal.drafts.adopt(draft)) == ("a", "typed", True)
        journal.take_over("https://host.test/v1\n\n\nkey:2", was)
        assert len(journal.entries.trash(NEW)) == 1, "the second account finds nothing"


def test_imports_are_taken_over_too(path: Path) -> None:
    with Journal(path) as journal:
        journal.idempotency.begin("work\nhttps://host.test/v1\n\n", "key", None)
        journal.take_over(NEW, was)
        assert journal.idempotency.find(NEW, ["key"]) == {"key": KnownCreate(None, None)}


def test_a_draft_of_a_program_that_still_runs_stays_where_that_looks_for_it(path: Path) -> None:
    former = "work\nhttps://host.test/v1\n\n"
    with Journal(path) as older, Journal(path) as journal:
        older.drafts.keep(former, "a", "typed")
        journal.take_over(NEW, was)
        older.drafts.forget(former, "a")
        assert journal.drafts.all(NEW) == journal.drafts.all(former) == ()


def test_nothing_is_made_where_nothing_was_kept(path: Path) -> None:
    with Journal(path) as journal:
        journal.take_over(NEW, was)
    assert not path.exists()


@pytest.fixture
def version_4(path: Path) -> Path:
    """A journal as version 0.1.0 has written it (its dump is kept beside this file)."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(Path(__file__).with_name("version_4.sql").read_text())
    return path


def test_what_version_4_kept_is_about_assistants(version_4: Path) -> None:
    with Journal(version_4, clock=lambda: 2000.0) as journal:
        first, second = journal.entries.history(LOCAL, "asst_1")[::-1]
        assert (first.number, first.kind, first.before) == (1, ChangeKind.CREATED, None)
        assert second == Entry(
            "asst_1",
            ChangeKind.CHANGED,
            '{"id": "asst_1", "name": "One"}',
            '{"id": "asst_1", "name": "Two"}',
            number=2,
            server=LOCAL,
            at=1002.0,
            batch="b",
        )
        assert [each.number for each in journal.entries.history(LOCAL, "asst_3")] == [4, 3]
        assert journal.entries.present_id(LOCAL, "asst_2") == "asst_3"
        assert [each.object_id for each in journal.entries.trash(LOCAL)] == ["asst_4"]
        last = journal.entries.last(LOCAL)
        assert last is not None and last.number == 5
        assert [each.number for each in journal.entries.batch(LOCAL, "b")] == [2]
        assert journal.idempotency.find(LOCAL, ["undo 3", "of a file"]) == {
            "undo 3": KnownCreate("asst_3", None),
            "of a file": KnownCreate(None, frozenset({"asst_1"})),
        }
        (draft,) = journal.drafts.orphans(LOCAL)
        assert (draft.key, draft.at, draft.text) == ("asst_1", 1006.0, "a draft\ud800")
        assert journal.entries.add(LOCAL, Change("asst_5", ChangeKind.CREATED, None, "{}")) == 6


def read_only(path: Path) -> sqlite3.Connection:
    """Connect as to a file that this user may not write."""
    uri = f"file:{quote(str(path))}?mode=ro"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def test_a_journal_of_version_4_that_cannot_be_written_is_read_and_left_as_it_is(
    version_4: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched, Journal(version_4, clock=lambda: 2000.0) as journal:
        patched.setattr(connections, "_connect", read_only)
        assert [each.object_id for each in journal.entries.trash(LOCAL)] == ["asst_4"]
        assert len(journal.drafts.orphans(LOCAL)) == 1
        with pytest.raises(JournalError, match="it is read-only"):
            journal.entries.add(LOCAL, Change("asst_5", ChangeKind.CREATED, None, "{}"))
    with closing(sqlite3.connect(version_4)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (4,)
    with Journal(version_4, clock=lambda: 2000.0) as journal:
        journal.entries.add(LOCAL, Change("asst_5", ChangeKind.CREATED, None, "{}"))
    with closing(sqlite3.connect(version_4)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (7,)


def test_a_program_of_version_4_goes_on_with_a_file_that_was_brought_up_to_date(
    version_4: Path,
) -> None:
    with closing(sqlite3.connect(version_4, isolation_level=None)) as older:
        older.execute("SELECT number FROM entries").fetchall()
        with Journal(version_4, clock=lambda: 2000.0) as journal:
            assert journal.entries.trash(LOCAL)
            older.execute(
                "INSERT INTO entries (server, assistant, kind, at, undoes, size, before, after,"
                " batch) VALUES (?, ?, 'deleted', 3.0, NULL, 2, ?, NULL, '')",
                (LOCAL.encode(), b"asst_6", b"{}"),
            )
            assert journal.entries.trash(LOCAL)[0].object_id == "asst_6"


@pytest.fixture
def version_5(path: Path) -> Path:
    """A journal with a draft beside it, as the program wrote them when drafts had no resource."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(Path(__file__).with_name("version_5.sql").read_text())
    beside = path.with_name(f"{path.name}.draft-23186-b8578ab0a3ec9ada-d883530d048c0758")
    beside.write_text(
        '{"server": "local\\n\\n\\n", "key": "asst_3", "at": 1009.0, "text": "beside"}'
    )
    return path


@pytest.fixture
def version_6(path: Path) -> Path:
    """A journal as the program wrote it when it knew no threads."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(Path(__file__).with_name("version_6.sql").read_text())
    return path


def test_the_drafts_and_keys_that_version_5_kept_are_about_assistants(version_5: Path) -> None:
    with Journal(version_5, clock=lambda: 2000.0) as journal:
        drafts = journal.drafts.orphans(LOCAL)
        assert [(draft.key, draft.at, draft.text) for draft in drafts] == [
            ("asst_3", 1009.0, "beside"),
            ("asst_1", 1008.0, "a draft\ud800"),
            ("new 1", 1006.0, "of a new one"),
        ]
        assert {draft.resource for draft in drafts} == {ASSISTANTS}
        assert journal.drafts.orphans(LOCAL, THREADS) == ()
        assert [journal.drafts.adopt(draft) for draft in drafts] == [True] * 3
        for draft in drafts:
            journal.drafts.forget(LOCAL, draft.key)
        assert journal.drafts.all(LOCAL) == ()
        keys = ["undo 2", "of a file"]
        assert journal.idempotency.find(LOCAL, keys) == {
            "undo 2": KnownCreate("asst_3", None),
            "of a file": KnownCreate(None, frozenset({"asst_1"})),
        }
        assert journal.idempotency.find(LOCAL, keys, THREADS) == {}
        assert [each.object_id for each in journal.entries.trash(LOCAL, resource=THREADS)] == [
            "thread_1"
        ]
    assert [*version_5.parent.glob("*.draft-*")] == []


def test_the_drafts_of_a_journal_of_version_5_that_cannot_be_written_are_offered(
    version_5: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, Journal(version_5) as journal:
        patched.setattr(connections, "_connect", read_only)
        assert len(journal.drafts.orphans(LOCAL)) == 3
        assert journal.idempotency.find(LOCAL, ["of a file"])
    with closing(sqlite3.connect(version_5)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (5,)


@pytest.mark.parametrize("former", ["version_4", "version_5", "version_6"])
def test_the_tables_and_indexes_are_those_of_a_new_file(
    former: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    def layout(path: Path) -> tuple[list[object], list[object]]:
        with Journal(path) as journal:
            journal.entries.add(LOCAL, Change("a", ChangeKind.CREATED, None, "{}"))
        with closing(sqlite3.connect(path)) as connection:
            columns = connection.execute(
                "SELECT tables.name, columns.name, columns.type, columns.pk"
                " FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns"
                " WHERE tables.type = 'table' ORDER BY 1, 2"
            ).fetchall()
            indexes = connection.execute(
                "SELECT indexes.name, indexes.sql, columns.name"
                " FROM sqlite_master AS indexes, pragma_index_info(indexes.name) AS columns"
                " WHERE indexes.type = 'index' ORDER BY indexes.name, columns.seqno"
            )
            return columns, indexes.fetchall()

    old: Path = request.getfixturevalue(former)
    assert layout(old) == layout(tmp_path / "new.db")


def test_what_is_kept_of_other_resources_is_apart(path: Path) -> None:
    with Journal(path) as journal:
        for resource in (ASSISTANTS, THREADS):
            change = Change("same", ChangeKind.DELETED, resource.name, None)
            journal.entries.add(LOCAL, change, resource)
        again = Change("new", ChangeKind.CREATED, None, "{}", undoes=2)
        journal.entries.add(LOCAL, again, THREADS)
        (deleted,) = journal.entries.trash(LOCAL)
        assert deleted.before == "assistants"
        assert journal.entries.trash(LOCAL, resource=THREADS) == ()
        assert journal.entries.present_id(LOCAL, "same") == "same"
        assert journal.entries.present_id(LOCAL, "same", THREADS) == "new"
        assert [each.number for each in journal.entries.history(LOCAL, "new", THREADS)] == [3, 2]
        last = journal.entries.last(LOCAL)
        assert last is not None and last.number == 1
        assert journal.entries.last(LOCAL, THREADS) is None


def test_a_draft_and_a_key_of_another_resource_take_no_place_of_an_assistants(path: Path) -> None:
    with Journal(path) as journal:
        for resource in (ASSISTANTS, THREADS):
            journal.drafts.keep(LOCAL, "same", resource.name, resource)
            assert journal.idempotency.begin(LOCAL, "key", [resource.name], resource)
            assert journal.idempotency.claim(LOCAL, "key", "", resource)
        assert [each.text for each in journal.drafts.all(LOCAL)] == ["assistants"]
        assert [each.text for each in journal.drafts.all(LOCAL, THREADS)] == ["threads"]
        journal.entries.add(LOCAL, Change("t", ChangeKind.CREATED, None, "{}"), THREADS, key="key")
        assert journal.idempotency.created_ids(LOCAL, THREADS) == {"t"}
        assert journal.idempotency.created_ids(LOCAL) == frozenset()
        assert journal.idempotency.find(LOCAL, ["key"]) == {
            "key": KnownCreate(None, frozenset({"assistants"}))
        }
        journal.idempotency.drop(LOCAL, "key", THREADS)
        assert journal.idempotency.find(LOCAL, ["key"], THREADS) == {"key": KnownCreate("t", None)}
        journal.drafts.forget(LOCAL, "same", THREADS)
        journal.drafts.leave(LOCAL, "same")
    with Journal(path) as later:
        assert [each.text for each in later.drafts.orphans(LOCAL)] == ["assistants"]
        assert later.drafts.orphans(LOCAL, THREADS) == ()


def test_a_draft_beside_the_journal_is_of_the_resource_that_it_was_kept_of(path: Path) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(LOCAL, "other", "older", THREADS)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for resource in (ASSISTANTS, THREADS):
                journal.drafts.keep(LOCAL, "same", resource.name, resource)
    with Journal(path) as later:
        assert [each.text for each in later.drafts.orphans(LOCAL)] == ["assistants"]
        (mine, left) = later.drafts.orphans(LOCAL, THREADS)
        assert (mine.text, mine.resource, left.key) == ("threads", THREADS, "other")
        assert later.drafts.adopt(mine)
        later.drafts.forget(LOCAL, "same", THREADS)
        assert [each.text for each in later.drafts.orphans(LOCAL)] == ["assistants"]
