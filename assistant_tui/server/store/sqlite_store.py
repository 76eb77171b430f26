"""Where assistants are kept: what the server needs of a store, and the one on disk."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self

from assistant_tui.core.safe_text import one_line
from assistant_tui.server.assistants import Json, new_id
from assistant_tui.server.errors import DamagedRow, StoreBusy, StoreError
from assistant_tui.server.store.paging import Page, PageQuery, SequenceRange, read_page, take_page
from assistant_tui.storage.migrations import Schema
from assistant_tui.storage.sqlite import Database

_log = logging.getLogger(__name__)

BUSY_SECONDS = 5.0
"""How long one operation waits for locks, those of other processes included."""
READERS = 2
"""Connections that read: Python runs one thread at a time, and a page takes memory."""

_SCHEMA = Schema(
    name="store",
    application_id=0x41545549,  # "ATUI": tells our stores from other databases
    create="""
        CREATE TABLE assistants (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,
            body TEXT
        );
        CREATE INDEX living ON assistants (sequence) WHERE body IS NOT NULL;
    """,
)
# body is the whole object as JSON in ASCII, which holds NUL and lone surrogates too; NULL is a
# deleted assistant, kept so that its id still has a place in the list.

_Row = tuple[int, bytes, bytes]
_ROW = "sequence, CAST(id AS BLOB), CAST(body AS BLOB)"
"""As bytes: of text that is no UTF-8, the sqlite3 module would fail the whole query."""


class Store(Protocol):
    """What the server needs; methods may block and are called from several threads."""

    def create(self, fields: Json) -> Json:
        """Keep a new assistant and give it back with id, object and created_at in front."""
        ...

    def get(self, assistant_id: str) -> Json | None:
        """The assistant, or None if there is none (any more)."""
        ...

    def page(self, query: PageQuery) -> Page:
        """A part of the list. Raises UnknownCursor."""
        ...

    def modify(self, assistant_id: str, change: Callable[[Json], Json]) -> Json | None:
        """Put ``change(assistant)`` in its place, with nobody between reading and writing."""
        ...

    def delete(self, assistant_id: str) -> bool:
        """Remove it; False if there was none. Its id keeps its place as a cursor."""
        ...


class SQLiteStore:
    """Assistants in one SQLite file, safe to share between threads and between processes.

    Raises StoreError if the file cannot be opened, is no database of ours, or a newer program's;
    any operation raises it if the file can no longer be used, and StoreBusy if another program
    keeps it locked. What a method has returned from is on disk. An assistant whose row is damaged
    is left out of pages, with a warning in the log; asked for by its id, it raises DamagedRow.
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

    def create(self, fields: Json) -> Json:
        with self._database.writing() as connection:
            last = connection.execute(
                "SELECT created_at FROM assistants ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
            # Never earlier than the one before, even if the clock was put back: the order by time
            # and the order of creation are the same.
            created_at = max(int(self._clock()), last[0] if last else 0)
            head = {"id": new_id("asst"), "object": "assistant", "created_at": created_at}
            assistant = {**head, **fields}
            connection.execute(
                "INSERT INTO assistants (id, created_at, body) VALUES (?, ?, ?)",
                (assistant["id"], created_at, json.dumps(assistant)),
            )
            return assistant

    def get(self, assistant_id: str) -> Json | None:
        return self._database.read(lambda connection: self._read(connection, assistant_id))

    def page(self, query: PageQuery) -> Page:
        return self._database.read(
            lambda connection: read_page(
                query,
                lambda cursor: _sequence(connection, cursor),
                lambda stretch: self._walk(connection, stretch),
            )
        )

    def modify(self, assistant_id: str, change: Callable[[Json], Json]) -> Json | None:
        with self._database.writing() as connection:
            old = self._read(connection, assistant_id)
            if old is None:
                return None
            new = change(old)
            connection.execute(
                "UPDATE assistants SET body = ? WHERE id = ?", (json.dumps(new), assistant_id)
            )
            return new

    def delete(self, assistant_id: str) -> bool:
        with self._database.writing() as connection:
            done = connection.execute(
                "UPDATE assistants SET body = NULL WHERE id = ? AND body IS NOT NULL",
                (assistant_id,),
            )
            return done.rowcount == 1

    def _read(self, connection: sqlite3.Connection, assistant_id: str) -> Json | None:
        row = connection.execute(
            f"SELECT {_ROW} FROM assistants WHERE id = ? AND body IS NOT NULL", (assistant_id,)
        ).fetchone()
        return None if row is None else self._loaded(row)

    def _walk(self, connection: sqlite3.Connection, stretch: SequenceRange) -> Page:
        way = "ASC" if stretch.upwards else "DESC"
        bounds: Mapping[str, Any] = {
            "above": stretch.above if stretch.above is not None else 0,
            "below": stretch.below if stretch.below is not None else 1 << 62,
        }
        rows = connection.execute(
            f"SELECT {_ROW} FROM assistants WHERE body IS NOT NULL"
            f" AND sequence > :above AND sequence < :below ORDER BY sequence {way}",
            bounds,
        )
        return take_page(((len(row[2]), item) for row, item in self._sound(rows)), stretch.limit)

    def _sound(self, rows: Iterable[_Row]) -> Iterator[tuple[_Row, Json]]:
        """The rows that can be read; the others are named in the log."""
        for row in rows:
            try:
                item = self._loaded(row)
            except DamagedRow as damage:
                _log.warning("%s; it is left out of lists", one_line(str(damage)))
            else:
                yield row, item

    def _loaded(self, row: _Row) -> Json:
        sequence, identity, body = row
        try:
            assistant = json.loads(body, parse_constant=_no_number)
            name = identity.decode()
        except (ValueError, RecursionError):
            assistant, name = None, identity.decode("utf-8", "replace")
        sound = isinstance(assistant, dict) and assistant.get("id") == name
        if not (sound and isinstance(assistant.get("tool_resources"), dict)):
            raise DamagedRow(f"{self.path}: row {sequence} (assistant '{name}') is damaged")
        result: Json = assistant
        return result


def _no_number(literal: str) -> NoReturn:
    raise ValueError(literal)


def _sequence(connection: sqlite3.Connection, assistant_id: str) -> int | None:
    row = connection.execute(
        "SELECT sequence FROM assistants WHERE id = ?", (assistant_id,)
    ).fetchone()
    return None if row is None else int(row[0])
