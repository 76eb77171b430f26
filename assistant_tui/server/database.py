"""One SQLite file shared by threads and processes: who reads, who writes, and who waits how long.

Where the file system allows a write-ahead log, readers have connections of their own and never
wait for a writer, be it in this process or in another. Elsewhere one connection does everything.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import Empty, LifoQueue
from typing import TypeVar

from assistant_tui.server.errors import StoreBusy, StoreError
from assistant_tui.storage.private import make_private

Result = TypeVar("Result")

BUSY_SECONDS = 5.0
"""How long one operation waits for locks, those of other processes included."""
READERS = 2
"""Connections that read: Python runs one thread at a time, and a page takes memory."""
_POLL_SECONDS = 0.1
"""How long SQLite itself waits for a lock before this module looks whether to go on waiting."""
_CLOSE_SECONDS = 0.5
"""How long closing waits for operations that were told to stop."""

_APPLICATION = 0x41545549  # "ATUI": tells our databases from others
_VERSION = 1
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


class Database:
    """Transactions on one file; what :meth:`write` has returned from is on disk.

    Raises StoreError if the file cannot be opened, is no database of ours, or a newer program's;
    StoreBusy if another program keeps it locked for BUSY_SECONDS.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._readers: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._connections: list[sqlite3.Connection] = []
        try:
            with _in_a_sentence(path):
                self._connection = self._opened(_open)
                self.journal_mode = self._retry(self._prepare)
                """``wal``, or the other mode that is in force where WAL is not to be had."""
                self._file = _identity(path)
                for _ in range(READERS if self.journal_mode == "wal" else 0):
                    self._readers.put(reader := self._opened(_connect))
                    # The first read opens the log: later there may be no descriptors left.
                    self._retry(partial(_is_new, reader, path))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; operations that still wait for a lock are refused.

        What is in use by a thread for longer than _CLOSE_SECONDS is left to the end of the
        process, which SQLite takes as well as a crash.
        """
        self._closing.set()
        if not self._writing.acquire(timeout=_CLOSE_SECONDS):
            return
        with contextlib.suppress(Empty):
            while len(self._connections) > 1:
                reader = self._readers.get(timeout=_CLOSE_SECONDS)
                reader.close()
                self._connections.remove(reader)
        for connection in self._connections[:1]:
            connection.close()  # the last one to close removes the write-ahead log
        self._writing.release()

    def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """What ``work`` reads, all of one moment."""
        deadline = time.monotonic() + BUSY_SECONDS

        def attempt() -> Result:
            connection.execute("BEGIN")
            with _undone_on_failure(connection):
                result = work(connection)
                connection.execute("COMMIT")
            return result

        with self._in_use(), self._reader(deadline) as connection:
            return self._retry(attempt, deadline)

    def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """What ``work`` returns, after all of it was done; nothing of it if it raises."""
        deadline = time.monotonic() + BUSY_SECONDS
        with self._in_use(), self._writer(deadline) as connection:
            # The write lock comes first, so that no lock has to be waited for in the middle,
            # where SQLite would refuse at once.
            self._retry(lambda: connection.execute("BEGIN IMMEDIATE"), deadline)
            with _undone_on_failure(connection):
                result = work(connection)
                self._check_file()
                self._retry(lambda: connection.execute("COMMIT"), deadline)
            return result

    def _opened(self, opener: Callable[[Path], sqlite3.Connection]) -> sqlite3.Connection:
        connection = opener(self.path)
        self._connections.append(connection)
        connection.execute(f"PRAGMA busy_timeout = {int(_POLL_SECONDS * 1000)}")
        # This one reads the file.
        self._retry(lambda: connection.execute("PRAGMA synchronous = FULL"))
        return connection

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        if self._closing.is_set():
            raise StoreError(f"{self.path} is closed")
        with _in_a_sentence(self.path):
            self._check_file()
            yield

    @contextmanager
    def _writer(self, deadline: float) -> Iterator[sqlite3.Connection]:
        if not self._writing.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise self._busy()
        try:
            if self._closing.is_set():
                raise StoreError(f"{self.path} is closed")
            yield self._connection
        finally:
            self._writing.release()

    @contextmanager
    def _reader(self, deadline: float) -> Iterator[sqlite3.Connection]:
        if self.journal_mode != "wal":
            with self._writer(deadline) as connection:
                yield connection
            return
        try:
            reader = self._readers.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            raise self._busy() from None
        try:
            yield reader
        finally:
            self._readers.put(reader)

    def _retry(self, attempt: Callable[[], Result], deadline: float | None = None) -> Result:
        """Do again what meets a lock, until the deadline or the end of the program."""
        until = time.monotonic() + BUSY_SECONDS if deadline is None else deadline
        while True:
            try:
                return attempt()
            except sqlite3.OperationalError as error:
                if not _is_lock(error):
                    raise
                if self._closing.wait(0.005) or time.monotonic() >= until:
                    raise self._busy() from error

    def _busy(self) -> StoreBusy:
        return StoreBusy(f"{self.path} is locked by another program; nothing was changed")

    def _check_file(self) -> None:
        """What is written to a file that was removed is lost as soon as nobody has it open."""
        if self._file != _identity(self.path):
            raise StoreError(
                f"{self.path} was removed or replaced while it was open; start this program anew"
            )

    def _prepare(self) -> str:
        return _prepare(self._connection, self.path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _is_lock(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


@contextmanager
def _undone_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
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
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, path: Path) -> str:
    """Refuse what is not ours before anything is written, then make what is missing.

    A database that is complete is only read, which no writer holds up. Can be done again after
    it met a lock. Returns the journal mode.
    """
    _was_new(connection, path)
    mode = _use_write_ahead_log(connection)
    if _was_new(connection, path):
        connection.execute("BEGIN IMMEDIATE")
        with _undone_on_failure(connection):
            for statement in _SCHEMA.split(";") if _is_new(connection, path) else ():
                connection.execute(statement)
            connection.execute("COMMIT")
    return mode


def _was_new(connection: sqlite3.Connection, path: Path) -> bool:
    """As `_is_new`, of one moment: another program may be making the tables just now."""
    connection.execute("BEGIN")
    with _undone_on_failure(connection):
        new = _is_new(connection, path)
        connection.execute("COMMIT")
    return new


def _use_write_ahead_log(connection: sqlite3.Connection) -> str:
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    except sqlite3.OperationalError as error:
        if _is_lock(error):
            raise
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(mode)


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
