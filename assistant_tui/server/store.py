"""Where assistants are kept: what the server needs of a store, and the one on disk."""

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from assistant_tui.server.assistants import Json, new_id
from assistant_tui.server.errors import StoreError
from assistant_tui.server.paging import Page, PageQuery, Stretch, read_page
from assistant_tui.storage.private import make_private


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


_APPLICATION = 0x41545549  # "ATUI": tells our databases from others
_VERSION = 1
_BUSY_SECONDS = 10.0
_SCHEMA = f"""
CREATE TABLE assistants (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    body TEXT
);
CREATE INDEX living ON assistants (sequence) WHERE body IS NOT NULL;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""
# body is the whole object as JSON in ASCII, which holds NUL and lone surrogates too; NULL is a
# deleted assistant, kept so that its id still has a place in the list.


class SQLiteStore:
    """Assistants in one SQLite file, safe to share between threads and between processes.

    Raises StoreError if the file cannot be opened, is no database of ours, or a newer program's.
    What a method has returned from is on disk.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        with _in_a_sentence(path):
            self._connection = _open(path)
            try:
                self.journal_mode = _prepare(self._connection, path)
                """``wal``, or the other mode that is in force where WAL is not to be had."""
            except BaseException:
                self._connection.close()
                raise

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
        with self._lock:
            self._connection.close()

    def create(self, fields: Json) -> Json:
        with self._transaction("IMMEDIATE") as connection:
            last = connection.execute(
                "SELECT created_at FROM assistants ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
            # Never earlier than the one before, even if the clock was put back: the order by time
            # and the order of creation are the same.
            created_at = max(int(self._clock()), last[0] if last else 0)
            assistant = {
                "id": new_id("asst"),
                "object": "assistant",
                "created_at": created_at,
                **fields,
            }
            connection.execute(
                "INSERT INTO assistants (id, created_at, body) VALUES (?, ?, ?)",
                (assistant["id"], created_at, json.dumps(assistant)),
            )
        return assistant

    def get(self, assistant_id: str) -> Json | None:
        with self._transaction("DEFERRED") as connection:
            return _read(connection, assistant_id)

    def page(self, query: PageQuery) -> Page:
        with self._transaction("DEFERRED") as connection:
            return read_page(
                query,
                lambda cursor: _sequence(connection, cursor),
                lambda stretch: _walk(connection, stretch),
            )

    def modify(self, assistant_id: str, change: Callable[[Json], Json]) -> Json | None:
        with self._transaction("IMMEDIATE") as connection:
            old = _read(connection, assistant_id)
            if old is None:
                return None
            new = change(old)
            connection.execute(
                "UPDATE assistants SET body = ? WHERE id = ?", (json.dumps(new), assistant_id)
            )
        return new

    def delete(self, assistant_id: str) -> bool:
        with self._transaction("IMMEDIATE") as connection:
            done = connection.execute(
                "UPDATE assistants SET body = NULL WHERE id = ? AND body IS NOT NULL",
                (assistant_id,),
            )
            return done.rowcount == 1

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        """All or nothing. IMMEDIATE takes the write lock first, so that no reader has to wait
        for a lock in the middle, where SQLite would refuse at once."""
        with self._lock, _in_a_sentence(self.path):
            self._connection.execute(f"BEGIN {kind}")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def _in_a_sentence(path: Path) -> Iterator[None]:
    """What SQLite or the file system says, as a StoreError that names the file."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error.strerror}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be used: {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    make_private(path)
    return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> str:
    """Refuse what is not ours before anything is written, then make what is missing."""
    connection.execute("BEGIN")  # so that what is read is of one moment
    _is_new(connection, path)
    connection.execute("COMMIT")
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    if _is_new(connection, path):
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
    connection.execute("COMMIT")
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the database is still empty. Raises StoreError if it is not for this program."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == version == tables == 0:
        return True
    if application != _APPLICATION:
        raise StoreError(f"{path} is the database of another program")
    if version > _VERSION:
        raise StoreError(
            f"{path} was written by a newer version of this program "
            f"(schema {version}; this one knows {_VERSION})"
        )
    return False


def _read(connection: sqlite3.Connection, assistant_id: str) -> Json | None:
    row = connection.execute(
        "SELECT body FROM assistants WHERE id = ? AND body IS NOT NULL", (assistant_id,)
    ).fetchone()
    return None if row is None else _loaded(row[0])


def _loaded(body: str) -> Json:
    assistant: Json = json.loads(body)
    return assistant


def _sequence(connection: sqlite3.Connection, assistant_id: str) -> int | None:
    row = connection.execute(
        "SELECT sequence FROM assistants WHERE id = ?", (assistant_id,)
    ).fetchone()
    return None if row is None else int(row[0])


def _walk(connection: sqlite3.Connection, stretch: Stretch) -> list[Json]:
    way = "ASC" if stretch.upwards else "DESC"
    bounds: Mapping[str, Any] = {
        "above": stretch.above if stretch.above is not None else 0,
        "below": stretch.below if stretch.below is not None else 1 << 62,
        "limit": stretch.limit,
    }
    rows = connection.execute(
        "SELECT body FROM assistants WHERE body IS NOT NULL"
        f" AND sequence > :above AND sequence < :below ORDER BY sequence {way} LIMIT :limit",
        bounds,
    )
    return [_loaded(body) for (body,) in rows]
