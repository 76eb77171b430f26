"""The SQLite layer: when a file is made, what upgrades it, what waits for whom."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant_tui.storage import migrations
from assistant_tui.storage.database_errors import DatabaseError
from assistant_tui.storage.migrations import Schema, run_statements
from assistant_tui.storage.sqlite import Database

APPLICATION = 0x54455354
FIRST = Schema("shelf", APPLICATION, "CREATE TABLE books (title TEXT NOT NULL);")


def _add_year(connection: sqlite3.Connection) -> None:
    run_statements(connection, "ALTER TABLE books ADD COLUMN year INTEGER; DELETE FROM books")


SECOND = Schema(
    "shelf",
    APPLICATION,
    "CREATE TABLE books (title TEXT NOT NULL, year INTEGER);",
    upgrades=(_add_year,),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "shelf.db"


def count(connection: sqlite3.Connection) -> int:
    """How many books there are."""
    (number,) = connection.execute("SELECT count(*) FROM books").fetchone()
    return int(number)


def add(database: Database, title: str = "Emma") -> None:
    """Write one book."""
    with database.writing() as connection:
        connection.execute("INSERT INTO books (title) VALUES (?)", (title,))


def test_a_file_is_made_by_the_first_write_and_not_by_a_look(path: Path) -> None:
    with closing(Database(path, FIRST, patience=1)) as database:
        assert database.read_if_exists(count, -1) == -1
        assert not path.parent.exists() and database.journal_mode == ""
        add(database)
        assert database.read_if_exists(count, -1) == 1
        assert database.journal_mode == "wal"
    assert [each.name for each in path.parent.iterdir()] == ["shelf.db"]


def test_an_older_file_is_upgraded_and_then_refused_by_the_older_program(path: Path) -> None:
    with closing(Database(path, FIRST, patience=1)) as database:
        add(database)
    with closing(Database(path, SECOND, patience=1)) as database:
        assert database.read(count) == 0
        add(database)
    with (
        closing(Database(path, FIRST, patience=1)) as database,
        pytest.raises(DatabaseError, match=r"newer .* \(schema 2; this one knows 1\)"),
    ):
        database.read(count)


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM books")
        connection.execute("SELECT 1 FROM nowhere")

    with closing(Database(path, FIRST, patience=1)) as database:
        add(database)
    broken = Schema("shelf", APPLICATION, "", upgrades=(fail,))
    with (
        closing(Database(path, broken, patience=1)) as database,
        pytest.raises(DatabaseError, match="no such table"),
    ):
        database.open()
    with closing(Database(path, FIRST, patience=1)) as database:
        assert database.read(count) == 1


def test_what_comes_after_the_opening_may_fail(path: Path) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("SELECT 1 FROM nowhere")

    with closing(Database(path, FIRST, patience=1, after_opening=fail)) as database:
        add(database)
        assert database.read(count) == 1


def test_readers_of_their_own_do_not_wait_for_a_writer(path: Path) -> None:
    with closing(Database(path, FIRST, patience=5, readers=1)) as database:
        add(database)
        with database.writing() as connection:
            connection.execute("DELETE FROM books")
            assert database.read(count, patience=0) == 1
        assert database.read(count) == 0


def synchronous(connection: sqlite3.Connection) -> int:
    """How a commit waits for the disk: 2 until all is there, 1 only for the order."""
    (mode,) = connection.execute("PRAGMA synchronous").fetchone()
    return int(mode)


def test_only_a_durable_transaction_waits_for_the_disk(path: Path) -> None:
    with closing(Database(path, FIRST, patience=5)) as database:
        modes = []
        for durable in (True, False, False, True):
            with database.writing(durable=durable) as connection:
                modes.append(synchronous(connection))
        assert modes == [2, 1, 1, 2]


def test_without_a_write_ahead_log_all_transactions_wait_for_the_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "_use_write_ahead_log", lambda connection: "delete")
    with closing(Database(path, FIRST, patience=5)) as database:
        add(database)
        with database.writing(durable=False) as connection:
            assert synchronous(connection) == 2


def test_a_reader_without_a_connection_of_its_own_waits_for_so_long(path: Path) -> None:
    class Busy(DatabaseError):
        pass

    with closing(Database(path, FIRST, patience=5, busy=Busy)) as database:
        refused: list[DatabaseError] = []

        def look() -> None:
            try:
                database.read(count, patience=0)
            except Busy as error:
                refused.append(error)

        with database.writing():
            reader = threading.Thread(target=look)
            reader.start()
            reader.join()
        assert "it is busy" in str(refused[0])


def _raise(error: Exception) -> Callable[[sqlite3.Connection], int]:
    def look(connection: sqlite3.Connection) -> int:
        raise error

    return look


def test_what_means_damage_is_said_as_such_and_other_faults_are_not(path: Path) -> None:
    with closing(Database(path, FIRST, patience=1, damage=(ValueError,))) as database:
        with pytest.raises(DatabaseError, match=r"shelf\.db cannot be used: it is damaged \(no\)"):
            database.read(_raise(ValueError("no")))
        with pytest.raises(KeyError):
            database.read(_raise(KeyError("no")))
