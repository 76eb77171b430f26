"""The store on disk: what it makes, what it refuses, what survives a clock or a full disk."""

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant_tui.server.assistants import created
from assistant_tui.server.errors import StoreError
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.storage import connections
from tests.server.support import Json, connect_without_wal, connection_of
from tests.stores import SQLiteStore

FIELDS = created({"model": "m"})


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    path = tmp_path / "assistants.db"
    with SQLiteStore(path) as store:
        kept, gone = store.create(FIELDS), store.create(FIELDS)
        store.delete(gone["id"])
    with SQLiteStore(path) as store:
        assert store.page(PageQuery()).data == [kept]
        assert store.page(PageQuery(after=gone["id"])).data == [kept]
        assert store.get(gone["id"]) is None


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "assistants.db"
    before = os.umask(0)
    try:
        with SQLiteStore(path) as store:
            store.create(FIELDS)
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys([f"assistants.db{end}" for end in ("", "-wal", "-shm")], 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_writes_ahead_and_to_the_disk(tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "assistants.db") as store:
        assert store.journal_mode == "wal"
        (synchronous,) = connection_of(store).execute("PRAGMA synchronous").fetchone()
        assert synchronous == 2  # FULL


def test_without_a_write_ahead_log_it_says_which_journal_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_connect", connect_without_wal)
    path = tmp_path / "assistants.db"
    with SQLiteStore(path) as store:
        assert store.journal_mode == "delete"
        made = store.create(FIELDS)
    with SQLiteStore(path) as store:
        assert store.get(made["id"]) == made


def _newer(path: Path) -> None:
    with SQLiteStore(path) as store:
        store.create(FIELDS)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def _foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name)")
    connection.close()


def _foreign_and_empty(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()


def _no_database(path: Path) -> None:
    path.write_text("Dear diary,\n" * 500)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_newer, "newer version"),
        (_foreign, "no store of this program"),
        (_foreign_and_empty, "no store of this program"),
        (_no_database, "no database"),
    ],
)
def test_what_is_not_ours_is_refused_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / "assistants.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=reason) as caught:
        SQLiteStore(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["assistants.db"]


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        SQLiteStore(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be used"):
        SQLiteStore(tmp_path / "file" / "assistants.db")


def test_an_empty_file_is_a_new_store(tmp_path: Path) -> None:
    (tmp_path / "assistants.db").touch()
    with SQLiteStore(tmp_path / "assistants.db") as store:
        assert store.page(PageQuery()).data == []


def test_time_never_goes_back(tmp_path: Path) -> None:
    times = iter([1000.9, 500.0, 1000.0, 1001.2])
    with SQLiteStore(tmp_path / "assistants.db", clock=lambda: next(times)) as store:
        made = [store.create(FIELDS) for _ in range(3)]
        store.delete(made[2]["id"])
        made.append(store.create(FIELDS))
    assert [each["created_at"] for each in made] == [1000, 1000, 1000, 1001]


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "assistants.db") as store:
        made = store.create(FIELDS)

        def fail(assistant: Json) -> Json:
            raise ValueError("on the way")

        with pytest.raises(ValueError, match="on the way"):
            store.modify(made["id"], fail)
        assert store.get(made["id"]) == made
        assert store.modify(made["id"], lambda old: {**old, "name": "x"}) == {**made, "name": "x"}


def test_nobody_can_write_between_reading_and_writing(tmp_path: Path) -> None:
    path = tmp_path / "assistants.db"

    def change(assistant: Json) -> Json:
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
        return {**assistant, "name": "x"}

    with SQLiteStore(path) as store:
        changed = store.modify(store.create(FIELDS)["id"], change)
    assert changed and changed["name"] == "x"


def test_what_a_full_disk_refuses_was_not_written(tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "assistants.db") as store:
        made = store.create(FIELDS)
        (pages,) = connection_of(store).execute("PRAGMA page_count").fetchone()
        connection_of(store).execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="full"):
            store.create({**FIELDS, "instructions": "x" * 100_000})
        assert store.page(PageQuery()).data == [made]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "assistants.db")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.get("asst_x")
