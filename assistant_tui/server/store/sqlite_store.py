"""Objects in one SQLite file, which threads and other programs can use at the same time."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from assistant_tui.server.errors import StoreBusy, StoreError
from assistant_tui.server.store.interface import ObjectReader, ObjectWriter
from assistant_tui.server.store.sqlite_objects import SQLiteReader, SQLiteWriter
from assistant_tui.storage.connections import COPY_MODE
from assistant_tui.storage.migrations import Schema, run_statements
from assistant_tui.storage.sqlite import Database

Result = TypeVar("Result")

BUSY_SECONDS = 5.0
"""How long one operation waits for locks, those of other processes included."""
READERS = 2
"""Connections that read: Python runs one thread at a time, and a page takes memory."""


def _add_kinds_and_parents(connection: sqlite3.Connection) -> None:
    """Version 1 kept assistants alone, in a table of that name; no row is written anew here."""
    run_statements(
        connection,
        """
        ALTER TABLE assistants RENAME TO objects;
        ALTER TABLE objects ADD COLUMN kind TEXT NOT NULL DEFAULT 'assistant';
        ALTER TABLE objects ADD COLUMN parent TEXT NOT NULL DEFAULT '';
        DROP INDEX living;
        CREATE INDEX living ON objects (kind, parent, sequence) WHERE body IS NOT NULL
        """,
    )


_EVENTS_AND_LEASES = """
        CREATE TABLE events (
            log TEXT NOT NULL,
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            data TEXT NOT NULL,
            created_at REAL NOT NULL,
            PRIMARY KEY (log, number)
        ) WITHOUT ROWID;
        CREATE TABLE leases (
            key TEXT PRIMARY KEY,
            holder TEXT NOT NULL,
            owner TEXT NOT NULL,
            until REAL NOT NULL,
            cancelled INTEGER NOT NULL
        ) WITHOUT ROWID
"""


def _add_events_and_leases(connection: sqlite3.Connection) -> None:
    run_statements(connection, _EVENTS_AND_LEASES)


_SCHEMA = Schema(
    name="store",
    application_id=0x41545549,  # "ATUI": tells our stores from other databases
    create=f"""
        CREATE TABLE objects (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            parent TEXT NOT NULL,
            body TEXT
        );
        CREATE INDEX living ON objects (kind, parent, sequence) WHERE body IS NOT NULL;
        {_EVENTS_AND_LEASES}
    """,
    upgrades=(_add_kinds_and_parents, _add_events_and_leases),
)
# body is the whole object as JSON in ASCII, which holds NUL and lone surrogates too; NULL is a
# deleted object, kept so that its id still has a place in the list.


class SQLiteStore:
    """A store in one SQLite file, safe to share between threads and between processes.

    Raises StoreError if the file cannot be opened, is no store of ours, or a newer program's; any
    operation raises it if the file can no longer be used, and StoreBusy if another program keeps
    it locked. What a durable write has returned from is on disk. An object whose row is damaged is
    left out of pages, with a warning in the log; asked for by its id, it raises DamagedRow.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._database = Database(
            path,
            _SCHEMA,
            patience=BUSY_SECONDS,
            readers=READERS,
            error=StoreError,
            busy=StoreBusy,
        )
        self._database.open()
        self.journal_mode = self._database.journal_mode

    @property
    def notice(self) -> str:
        """What a person should know of this file, in a sentence; mostly empty."""
        mode = self.journal_mode
        if mode == COPY_MODE:
            return "the store cannot be written: a copy of it is read"
        if mode == "wal":
            return ""
        return f"no write-ahead log on this file system: journal mode {mode} is in use"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a closed store cannot be used."""
        self._database.close()

    def files_folder(self) -> Path:
        """See Store.files_folder."""
        return self.path.with_name(f"{self.path.name}-files")

    def read(self, look: Callable[[ObjectReader], Result]) -> Result:
        """See Store.read."""
        return self._database.read(lambda connection: look(SQLiteReader(connection, self.path)))

    def write(self, change: Callable[[ObjectWriter], Result], *, durable: bool = True) -> Result:
        """See Store.write."""
        with self._database.writing(durable=durable) as connection:
            return change(SQLiteWriter(connection, self.path, self._clock))
