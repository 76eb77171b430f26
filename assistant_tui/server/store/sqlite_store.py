"""Objects in one SQLite file, which threads and other programs can use at the same time."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from assistant_tui.core.safe_text import one_line
from assistant_tui.server.errors import DamagedRow, StoreBusy, StoreError
from assistant_tui.server.store.interface import ObjectKind, ObjectReader, ObjectWriter, new_id
from assistant_tui.server.store.paging import (
    Json,
    PageQuery,
    SequenceRange,
    StoredPage,
    read_page,
    take_page,
)
from assistant_tui.storage.migrations import Schema, run_statements
from assistant_tui.storage.sqlite import COPY_MODE, Database

_log = logging.getLogger(__name__)

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


_SCHEMA = Schema(
    name="store",
    application_id=0x41545549,  # "ATUI": tells our stores from other databases
    create="""
        CREATE TABLE objects (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            parent TEXT NOT NULL,
            body TEXT
        );
        CREATE INDEX living ON objects (kind, parent, sequence) WHERE body IS NOT NULL
    """,
    upgrades=(_add_kinds_and_parents,),
)
# body is the whole object as JSON in ASCII, which holds NUL and lone surrogates too; NULL is a
# deleted object, kept so that its id still has a place in the list.

_Row = tuple[int, bytes, bytes]
_ROW = "sequence, CAST(id AS BLOB), CAST(body AS BLOB)"
"""As bytes: of text that is no UTF-8, the sqlite3 module would fail the whole query."""


class SQLiteStore:
    """A store in one SQLite file, safe to share between threads and between processes.

    Raises StoreError if the file cannot be opened, is no store of ours, or a newer program's; any
    operation raises it if the file can no longer be used, and StoreBusy if another program keeps
    it locked. What a write has returned from is on disk. An object whose row is damaged is left
    out of pages, with a warning in the log; asked for by its id, it raises DamagedRow.
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
            return "the store is of an earlier version and cannot be written: a copy of it is read"
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
        """Let go of the file; a closed store cannot be used."""
        self._database.close()

    def read(self, look: Callable[[ObjectReader], Result]) -> Result:
        """See Store.read."""
        return self._database.read(lambda connection: look(_Reader(connection, self.path)))

    def write(self, change: Callable[[ObjectWriter], Result]) -> Result:
        """See Store.write."""
        with self._database.writing() as connection:
            return change(_Writer(connection, self.path, self._clock))


class _Reader:
    """The objects of a store, in a transaction that reads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def get(self, kind: ObjectKind, object_id: str, parent: str = "") -> Json | None:
        """See ObjectReader.get."""
        row = self._connection.execute(
            f"SELECT {_ROW} FROM objects"
            " WHERE id = ? AND kind = ? AND parent = ? AND body IS NOT NULL",
            (object_id, kind.name, parent),
        ).fetchone()
        return None if row is None else self._loaded(kind, row)

    def page(self, kind: ObjectKind, query: PageQuery, parent: str = "") -> StoredPage:
        """See ObjectReader.page."""
        return read_page(
            kind.noun,
            query,
            lambda cursor: self._sequence(kind, parent, cursor),
            lambda range_: self._read_range(kind, parent, range_),
        )

    def _sequence(self, kind: ObjectKind, parent: str, object_id: str) -> int | None:
        row = self._connection.execute(
            "SELECT sequence FROM objects WHERE id = ? AND kind = ? AND parent = ?",
            (object_id, kind.name, parent),
        ).fetchone()
        return None if row is None else int(row[0])

    def _read_range(self, kind: ObjectKind, parent: str, range_: SequenceRange) -> StoredPage:
        rows = self._connection.execute(
            f"SELECT {_ROW} FROM objects WHERE kind = :kind AND parent = :parent"
            " AND body IS NOT NULL AND sequence > :above AND sequence < :below"
            f" ORDER BY sequence {'ASC' if range_.ascending else 'DESC'}",
            {
                "kind": kind.name,
                "parent": parent,
                "above": 0 if range_.above is None else range_.above,
                "below": 1 << 62 if range_.below is None else range_.below,
            },
        )
        sized = ((len(row[2]), each) for row, each in self._undamaged(kind, rows))
        return take_page(sized, range_.limit)

    def _undamaged(self, kind: ObjectKind, rows: Iterable[_Row]) -> Iterator[tuple[_Row, Json]]:
        """The rows that can be read; the others are named in the log."""
        for row in rows:
            try:
                loaded = self._loaded(kind, row)
            except DamagedRow as damage:
                _log.warning("%s; it is left out of lists", one_line(str(damage)))
            else:
                yield row, loaded

    def _loaded(self, kind: ObjectKind, row: _Row) -> Json:
        sequence, id_bytes, body = row
        try:
            loaded = json.loads(body, parse_constant=_no_number)
            object_id = id_bytes.decode()
        except (ValueError, RecursionError):
            loaded, object_id = None, id_bytes.decode("utf-8", "replace")
        if not (
            isinstance(loaded, dict)
            and loaded.get("id") == object_id
            and all(isinstance(loaded.get(name), type_) for name, type_ in kind.members.items())
        ):
            raise DamagedRow(f"{self._path}: row {sequence} ({kind.noun} '{object_id}') is damaged")
        return loaded


class _Writer(_Reader):
    """The objects of a store, in a transaction that reads and writes."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, clock: Callable[[], float]
    ) -> None:
        super().__init__(connection, path)
        self._clock = clock

    def create(self, kind: ObjectKind, fields: Json, parent: str = "") -> Json:
        """See ObjectWriter.create."""
        last = self._connection.execute(
            "SELECT created_at FROM objects ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        # Never earlier than the one before, even if the clock was put back: the order by time
        # and the order of creation are the same.
        created_at = max(int(self._clock()), last[0] if last else 0)
        head = {"id": new_id(kind.id_prefix), "object": kind.name, "created_at": created_at}
        new = {**head, **fields}
        self._connection.execute(
            "INSERT INTO objects (id, created_at, kind, parent, body) VALUES (?, ?, ?, ?, ?)",
            (new["id"], created_at, kind.name, parent, json.dumps(new)),
        )
        return new

    def replace(self, kind: ObjectKind, new: Json) -> None:
        """See ObjectWriter.replace."""
        self._connection.execute(
            "UPDATE objects SET body = ? WHERE id = ? AND kind = ?",
            (json.dumps(new), new["id"], kind.name),
        )

    def delete(self, kind: ObjectKind, object_id: str, parent: str = "") -> bool:
        """See ObjectWriter.delete."""
        done = self._connection.execute(
            "UPDATE objects SET body = NULL"
            " WHERE id = ? AND kind = ? AND parent = ? AND body IS NOT NULL",
            (object_id, kind.name, parent),
        )
        return done.rowcount == 1


def _no_number(literal: str) -> NoReturn:
    raise ValueError(literal)
