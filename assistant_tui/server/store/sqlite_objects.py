"""Reads and writes the objects, events and leases of a store in one transaction of SQLite."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import NoReturn

from assistant_tui.core.safe_text import one_line
from assistant_tui.server.errors import DamagedRow
from assistant_tui.server.store.interface import Event, Lease, ObjectKind, StoredEvent, new_id
from assistant_tui.server.store.paging import (
    Json,
    PageQuery,
    SequenceRange,
    StoredPage,
    read_page,
    take_page,
)

_log = logging.getLogger(__name__)

_Row = tuple[int, bytes, bytes]
_ROW = "sequence, CAST(id AS BLOB), CAST(body AS BLOB)"
"""As bytes: of text that is no UTF-8, the sqlite3 module would fail the whole query."""
_LEASE = "key, holder, owner, until, cancelled"


class SQLiteReader:
    """The objects of a store, in a transaction that reads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def get(self, kind: ObjectKind, object_id: str, parent: str = "") -> Json | None:
        """See ObjectReader.get."""
        row = self._connection.execute(
            f"SELECT {_ROW} FROM objects"
            " WHERE id = ? AND kind = ? AND parent = ? AND body IS NOT NULL",
            (kind.key(object_id, parent), kind.name, parent),
        ).fetchone()
        return None if row is None else self._loaded(kind, row)

    def page(
        self,
        kind: ObjectKind,
        query: PageQuery,
        parent: str = "",
        wanted: Callable[[Json], bool] | None = None,
    ) -> StoredPage:
        """See ObjectReader.page."""
        return read_page(
            kind.noun,
            query,
            lambda cursor: self._sequence(kind, parent, cursor),
            lambda range_: self._read_range(kind, parent, range_, wanted),
        )

    def events(self, log: str, after: int, limit: int) -> list[StoredEvent]:
        """See ObjectReader.events."""
        rows = self._connection.execute(
            "SELECT number, name, data FROM events WHERE log = ? AND number > ?"
            " ORDER BY number LIMIT ?",
            (log, after, limit),
        )
        return [StoredEvent(*row) for row in rows]

    def leases(self) -> list[Lease]:
        """See ObjectReader.leases."""
        rows = self._connection.execute(f"SELECT {_LEASE} FROM leases")
        return [_lease(row) for row in rows]

    def lease(self, key: str) -> Lease | None:
        """See ObjectReader.lease."""
        row = self._connection.execute(
            f"SELECT {_LEASE} FROM leases WHERE key = ?", (key,)
        ).fetchone()
        return None if row is None else _lease(row)

    def _sequence(self, kind: ObjectKind, parent: str, object_id: str) -> int | None:
        row = self._connection.execute(
            "SELECT sequence FROM objects WHERE id = ? AND kind = ? AND parent = ?",
            (kind.key(object_id, parent), kind.name, parent),
        ).fetchone()
        return None if row is None else int(row[0])

    def _read_range(
        self,
        kind: ObjectKind,
        parent: str,
        range_: SequenceRange,
        wanted: Callable[[Json], bool] | None,
    ) -> StoredPage:
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
        sized = (
            (len(row[2]), each)
            for row, each in self._undamaged(kind, rows)
            if wanted is None or wanted(each)
        )
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
            object_id = _id_of(id_bytes.decode())
        except (ValueError, RecursionError):
            loaded, object_id = None, id_bytes.decode("utf-8", "replace")
        if not (
            isinstance(loaded, dict)
            and loaded.get("id") == object_id
            and all(isinstance(loaded.get(name), type_) for name, type_ in kind.members.items())
        ):
            raise DamagedRow(f"{self._path}: row {sequence} ({kind.noun} '{object_id}') is damaged")
        return loaded


class SQLiteWriter(SQLiteReader):
    """The objects of a store, in a transaction that reads and writes."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, clock: Callable[[], float]
    ) -> None:
        super().__init__(connection, path)
        self._clock = clock

    def create(self, kind: ObjectKind, fields: Json, parent: str = "", object_id: str = "") -> Json:
        """See ObjectWriter.create."""
        last = self._connection.execute(
            "SELECT created_at FROM objects ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        # Never earlier than the one before, even if the clock was put back: the order by time
        # and the order of creation are the same.
        created_at = max(int(self._clock()), last[0] if last else 0)
        object_id = object_id or new_id(kind.id_prefix)
        head = {"id": object_id, "object": kind.name, "created_at": created_at}
        new = {**head, **fields}
        key = kind.key(object_id, parent)
        # A deleted object leaves its id to a new one, and keeps its place.
        self._connection.execute(
            "UPDATE objects SET id = id || '/' || sequence WHERE id = ? AND body IS NULL", (key,)
        )
        self._connection.execute(
            "INSERT INTO objects (id, created_at, kind, parent, body) VALUES (?, ?, ?, ?, ?)",
            (key, created_at, kind.name, parent, json.dumps(new)),
        )
        return new

    def replace(self, kind: ObjectKind, new: Json, parent: str = "") -> None:
        """See ObjectWriter.replace."""
        self._connection.execute(
            "UPDATE objects SET body = ? WHERE id = ? AND kind = ?",
            (json.dumps(new), kind.key(new["id"], parent), kind.name),
        )

    def delete(self, kind: ObjectKind, object_id: str, parent: str = "") -> bool:
        """See ObjectWriter.delete."""
        done = self._connection.execute(
            "UPDATE objects SET body = NULL"
            " WHERE id = ? AND kind = ? AND parent = ? AND body IS NOT NULL",
            (kind.key(object_id, parent), kind.name, parent),
        )
        return done.rowcount == 1

    def delete_all(self, kind: ObjectKind, parent: str) -> list[str]:
        """See ObjectWriter.delete_all."""
        living = "WHERE kind = ? AND parent = ? AND body IS NOT NULL"
        rows = self._connection.execute(
            f"SELECT id FROM objects {living}", (kind.name, parent)
        ).fetchall()
        self._connection.execute(f"UPDATE objects SET body = NULL {living}", (kind.name, parent))
        return [_id_of(key) for (key,) in rows]

    def append(self, log: str, events: Sequence[Event]) -> list[StoredEvent]:
        """See ObjectWriter.append."""
        (last,) = self._connection.execute(
            "SELECT max(number) FROM events WHERE log = ?", (log,)
        ).fetchone()
        stored = [
            StoredEvent(number, *event) for number, event in enumerate(events, (last or 0) + 1)
        ]
        now = self._clock()
        self._connection.executemany(
            "INSERT INTO events (log, number, name, data, created_at) VALUES (?, ?, ?, ?, ?)",
            ((log, *event, now) for event in stored),
        )
        return stored

    def forget_events(self, before: float) -> None:
        """See ObjectWriter.forget_events."""
        self._connection.execute(
            "DELETE FROM events WHERE log IN"
            " (SELECT log FROM events GROUP BY log HAVING max(created_at) < ?)",
            (before,),
        )

    def put_lease(self, lease: Lease) -> None:
        """See ObjectWriter.put_lease."""
        self._connection.execute(
            f"INSERT OR REPLACE INTO leases ({_LEASE}) VALUES (?, ?, ?, ?, ?)", astuple(lease)
        )

    def renew_leases(self, owner: str, until: float) -> None:
        """See ObjectWriter.renew_leases."""
        self._connection.execute("UPDATE leases SET until = ? WHERE owner = ?", (until, owner))

    def drop_lease(self, key: str) -> None:
        """See ObjectWriter.drop_lease."""
        self._connection.execute("DELETE FROM leases WHERE key = ?", (key,))


def _id_of(key: str) -> str:
    return key.rpartition("/")[2]


def _lease(row: tuple[str, str, str, float, int]) -> Lease:
    key, holder, owner, until, cancelled = row
    return Lease(key, holder, owner, until, bool(cancelled))


def _no_number(literal: str) -> NoReturn:
    raise ValueError(literal)
