"""Opens the journal's SQLite file, when it is first needed and not before."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.schema import is_current, make_or_upgrade, rewrite_if_pending
from assistant_tui.storage.private_files import make_private

_Found = TypeVar("_Found")
PATIENCE = 3.0
"""Seconds that a call waits at most for another program that holds the file."""
_BUSY_SECONDS = 0.1
"""Seconds of that which SQLite waits by itself, with this program's other threads kept out."""

_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk is full or failing",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_BUSY: "another program holds it",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged, or no database",
}
# Of a disk that is full when the shared memory of WAL is made, SQLite says no more than IOERR.


class Database:
    """One connection for all threads of this program; other programs may use the same file.

    What a transaction has come out of is on disk. Every method raises JournalError, also where
    another program holds the file for longer than PATIENCE, or this one closes it meanwhile.
    """

    def __init__(self, path: Path, housekeeping: Callable[[sqlite3.Connection], None]) -> None:
        """`housekeeping` is run after each opening, in a transaction; SQLite may refuse it."""
        self.path = path
        self.journal_mode = ""
        """``wal``, or the other mode where WAL is not to be had; empty before the first use."""
        self._housekeeping = housekeeping
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = threading.Event()

    def close(self) -> None:
        """Let go of the file, for good; whoever waits for it gives up."""
        self._closed.set()
        with self._lock, _in_a_sentence(self.path):
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    @contextmanager
    def writing(self, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """All or nothing, with no other writer between; the file is made if it is missing.

        `patience` are other seconds than PATIENCE to wait at most.
        """
        end = _end(patience)
        with _in_a_sentence(self.path), contextlib.ExitStack() as stack:
            # The write lock is taken first: in the middle, SQLite would refuse at once.
            connection = self._patiently(end, lambda: self._begun("IMMEDIATE", end, stack))
            try:
                yield connection
                self._commit(connection, end)
            except BaseException:
                _roll_back(connection)
                raise

    def read(
        self,
        look: Callable[[sqlite3.Connection], _Found],
        nothing: _Found,
        patience: float | None = None,
    ) -> _Found:
        """What `look` finds in one state of the file; `nothing`, and no file, where none is yet."""
        end = _end(patience)

        def look_once() -> _Found:
            with contextlib.ExitStack() as stack:
                connection = self._begun("DEFERRED", end, stack)
                try:
                    return look(connection)
                finally:
                    _roll_back(connection)

        with _in_a_sentence(self.path):
            if self._connection is None and not self._closed.is_set() and not self.path.exists():
                return nothing
            return self._patiently(end, look_once)

    def _patiently(self, end: float, attempt: Callable[[], _Found]) -> _Found:
        """Attempt something until no other program holds the file, or for as long as is allowed.

        Between two attempts the other threads of this program get their turn.
        """
        while True:
            try:
                return attempt()
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() >= end or self._closed.is_set():
                    raise

    def _begun(self, kind: str, end: float, stack: contextlib.ExitStack) -> sqlite3.Connection:
        """The connection in a transaction, for this thread alone until the stack is left."""
        if not self._lock.acquire(timeout=max(0.0, end - time.monotonic())):
            raise JournalError(f"the journal {self.path} cannot be used: it is busy")
        with contextlib.ExitStack() as kept:
            kept.callback(self._lock.release)
            connection = self._opened()
            connection.execute(f"BEGIN {kind}")
            stack.push(kept.pop_all())
        return connection

    def _commit(self, connection: sqlite3.Connection, end: float) -> None:
        """Where there is no WAL, a commit waits for readers; it may be tried again."""
        self._patiently(end, lambda: connection.execute("COMMIT"))

    def _opened(self) -> sqlite3.Connection:
        if self._closed.is_set():
            raise JournalError(f"the journal {self.path} is closed")
        if self._connection is None:
            make_private(self.path)
            connection = _connect(self.path)
            try:
                self.journal_mode = _prepare(connection, self.path)
                # A full disk must not keep anybody from reading what is there.
                with contextlib.suppress(sqlite3.Error):
                    self._keep_house(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _keep_house(self, connection: sqlite3.Connection) -> None:
        with _transaction(connection, "IMMEDIATE"):
            self._housekeeping(connection)
        rewrite_if_pending(connection)


def _end(patience: float | None) -> float:
    return time.monotonic() + (PATIENCE if patience is None else patience)


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def _in_a_sentence(path: Path) -> Iterator[None]:
    """What SQLite, the file system or a damaged text says, as a JournalError that names it."""
    try:
        yield
    except OSError as error:
        raise _cannot(path, error.strerror or str(error)) from error
    except sqlite3.Error as error:
        raise _cannot(path, _WORDS.get(_code(error), str(error))) from error
    except ValueError as error:
        raise _cannot(path, f"it is damaged ({error})") from error


def _code(error: sqlite3.Error) -> int:
    """The main result code; what the sqlite3 module raises by itself has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_busy(error: sqlite3.Error) -> bool:
    return _code(error) == sqlite3.SQLITE_BUSY


def _cannot(path: Path, why: str) -> JournalError:
    return JournalError(f"the journal {path} cannot be used: {why}")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> str:
    """Refuse what is not ours before anything is written, then make what is missing."""
    with _transaction(connection, "DEFERRED"):  # so that what is read is of one moment
        current = is_current(connection, path)
    # What is current is opened without a write, for which another program may keep this waiting.
    if not current:
        # Before WAL, which writes the first page; pruned entries can then give their room back.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if _is_busy(error):  # another program opens it just now: no reason to do without
            raise
    connection.execute("PRAGMA synchronous = FULL")
    if not current:
        with _transaction(connection, "IMMEDIATE"):
            make_or_upgrade(connection, path)
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])
