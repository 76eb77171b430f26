"""Opens the journal's SQLite file, when it is first needed and not before."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from assistant_tui.journal.errors import JournalError
from assistant_tui.storage.private import make_private

_Found = TypeVar("_Found")
_APPLICATION = 0x4154554A  # "ATUJ": tells journals from other databases, the store's included
_VERSION = 3
_BUSY_SECONDS = 10.0
_IMPORTS = """
CREATE TABLE IF NOT EXISTS imports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    server BLOB NOT NULL,
    key BLOB NOT NULL,
    assistant BLOB,
    before BLOB,
    UNIQUE (server, key)
)
"""
_SCHEMA = f"""
CREATE TABLE entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    server BLOB NOT NULL,
    assistant BLOB NOT NULL,
    kind TEXT NOT NULL,
    at REAL NOT NULL,
    undoes INTEGER,
    undone INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL,
    before BLOB,
    after BLOB,
    batch TEXT NOT NULL DEFAULT ''
);
CREATE INDEX by_assistant ON entries (server, assistant);
CREATE INDEX by_age ON entries (at, size);
CREATE INDEX by_undone ON entries (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX undoable ON entries (server) WHERE undone = 0 AND undoes IS NULL;
CREATE INDEX trash ON entries (server) WHERE undone = 0 AND kind = 'deleted';
CREATE TABLE drafts (
    server BLOB NOT NULL,
    key BLOB NOT NULL,
    owner TEXT NOT NULL,
    at REAL NOT NULL,
    text BLOB NOT NULL,
    PRIMARY KEY (server, key, owner)
);
{_IMPORTS};
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""
_UPGRADES = {1: "ALTER TABLE entries ADD COLUMN batch TEXT NOT NULL DEFAULT ''", 2: _IMPORTS}
"""What brings a file of an older version to the next one; its number is set by itself."""
# Texts are BLOBs (see to_blob). AUTOINCREMENT, so that the number of a pruned entry, which another
# may still say that it undoes, is never given again.

_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk is full or failing",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_BUSY: "another program holds it",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged, or no database",
}
# Of a disk that is full when the shared memory of WAL is made, SQLite says no more than IOERR.


def to_blob(text: str) -> bytes:
    """A text as it is kept: exact for NUL and for lone surrogates, which SQLite's TEXT refuses."""
    return text.encode("utf-8", "surrogatepass")


def to_text(blob: bytes) -> str:
    """The text that was kept. Raises ValueError where the bytes are damaged."""
    return blob.decode("utf-8", "surrogatepass")


class Database:
    """One connection for all threads of this program; other programs may use the same file.

    What a transaction has come out of is on disk. Every method raises JournalError.
    """

    def __init__(self, path: Path, housekeeping: Callable[[sqlite3.Connection], None]) -> None:
        """`housekeeping` is run after each opening, in a transaction; SQLite may refuse it."""
        self.path = path
        self.journal_mode = ""
        """``wal``, or the other mode where WAL is not to be had; empty before the first use."""
        self._housekeeping = housekeeping
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    def close(self) -> None:
        """Let go of the file, for good."""
        with self._lock, _in_a_sentence(self.path):
            self._closed = True
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, with no other writer between; the file is made if it is missing."""
        with self._lock, _in_a_sentence(self.path):
            connection = self._opened()
            # The write lock is taken first: in the middle, SQLite would refuse at once.
            with _transaction(connection, "IMMEDIATE"):
                yield connection

    def read(self, look: Callable[[sqlite3.Connection], _Found], nothing: _Found) -> _Found:
        """What `look` finds in one state of the file; `nothing`, and no file, where none is yet."""
        with self._lock, _in_a_sentence(self.path):
            if self._connection is None and not self._closed and not self.path.exists():
                return nothing
            connection = self._opened()
            with _transaction(connection, "DEFERRED"):
                return look(connection)

    def _opened(self) -> sqlite3.Connection:
        if self._closed:
            raise JournalError(f"the journal {self.path} is closed")
        if self._connection is None:
            connection = _open(self.path)
            try:
                self.journal_mode = _prepare(connection, self.path)
                # A full disk must not keep anybody from reading what is there.
                with (
                    contextlib.suppress(sqlite3.Error),
                    _transaction(connection, "IMMEDIATE"),
                ):
                    self._housekeeping(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _in_a_sentence(path: Path) -> Iterator[None]:
    """What SQLite, the file system or a damaged text says, as a JournalError that names it."""
    try:
        yield
    except OSError as error:
        raise _cannot(path, error.strerror or str(error)) from error
    except sqlite3.Error as error:
        # What the sqlite3 module raises by itself has no code; its low byte is the main one.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise _cannot(path, _WORDS.get(code, str(error))) from error
    except ValueError as error:
        raise _cannot(path, f"it is damaged ({error})") from error


def _cannot(path: Path, why: str) -> JournalError:
    return JournalError(f"the journal {path} cannot be used: {why}")


def _open(path: Path) -> sqlite3.Connection:
    make_private(path)
    return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> str:
    """Refuse what is not ours before anything is written, then make what is missing."""
    with _transaction(connection, "DEFERRED"):  # so that what is read is of one moment
        _is_new(connection, path)
    # Before WAL, which writes the first page; pruned entries can then give their room back.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    with _transaction(connection, "IMMEDIATE"):
        if _is_new(connection, path):
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
        _upgrade(connection)
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _upgrade(connection: sqlite3.Connection) -> None:
    """Bring a file of an older version up to date; programs that have it open can go on."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for older in range(version, _VERSION):
        connection.execute(_UPGRADES[older])
        connection.execute(f"PRAGMA user_version = {older + 1}")


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the database is still empty. Raises JournalError if it is not for this program."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == version == tables == 0:
        return True
    if application != _APPLICATION:
        raise JournalError(f"{path} is no journal of this program; it is left as it is")
    if version > _VERSION:
        raise JournalError(
            f"the journal {path} was written by a newer version of this program "
            f"(schema {version}; this one knows {_VERSION})"
        )
    return False
