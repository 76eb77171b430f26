"""Transactions on one SQLite file that threads and other programs use at the same time.

Writers take SQLite's write lock when they begin. With a write-ahead log, readers can have
connections of their own and then never wait for a writer; without one, and where no readers are
asked for, one connection does everything. Locks are waited for, for a limited time.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue
from typing import TypeVar

from assistant_tui.storage.connections import open_connections
from assistant_tui.storage.database_errors import DatabaseError, ErrorTranslator
from assistant_tui.storage.lock_deadline import LockDeadline
from assistant_tui.storage.migrations import Schema, roll_back, transaction
from assistant_tui.storage.private_files import make_private

Result = TypeVar("Result")

_CLOSE_SECONDS = 0.5
"""How long closing waits for operations that were told to stop."""


class Database:
    """One SQLite file (0600); what a durable transaction has come out of is on disk.

    All methods but :meth:`close` raise the class that was given for errors if the file is
    unsuitable, cannot be used, was removed meanwhile or is closed, and that for `busy` if a lock
    is held for too long. Nothing was written then.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        *,
        patience: float,
        readers: int = 0,
        error: type[Exception] = DatabaseError,
        busy: type[Exception] | None = None,
        damage: tuple[type[Exception], ...] = (),
        lost: type[Exception] | None = None,
        after_opening: Callable[[sqlite3.Connection], None] = lambda connection: None,
    ) -> None:
        """Touches nothing: the file is opened, and made if need be, at the first use.

        Args:
            path: the file; folders that are missing are made too.
            schema: what is in it.
            patience: seconds that an operation waits for locks, those of other programs included.
            readers: connections that only read, where there is a write-ahead log.
            error: raised with one sentence for whatever goes wrong.
            busy: raised in place of it where a lock is held for too long.
            damage: exceptions, raised while reading, that mean that what is kept is damaged.
            lost: raised in place of `error` where SQLite finds the file damaged, or it was removed
                or replaced.
            after_opening: run once the file is open, outside of any transaction. An error of
                SQLite's in it is passed over: a full disk must not keep anybody from reading.
        """
        self.path = path
        self.journal_mode = ""
        """`wal`, or the other mode where WAL is not to be had; empty before the first use."""
        self._schema = schema
        self._patience = patience
        self._reader_count = readers
        self._errors = ErrorTranslator(
            schema.name, path, error, busy or error, damage, lost or error
        )
        self._after_opening = after_opening
        self._lock = threading.Lock()
        """Held by the thread that uses the connection."""
        self._connection: sqlite3.Connection | None = None
        self._is_durable = True
        """Whether what the connection commits is waited for until it is on disk."""
        self._readers: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._connections: list[sqlite3.Connection] = []
        self._identity: tuple[int, int] | None = None
        self._closing = threading.Event()

    @property
    def exists(self) -> bool:
        """Whether there is anything to read."""
        return self._connection is not None or self._closing.is_set() or self.path.exists()

    @property
    def is_in_place(self) -> bool:
        """Whether no other file has taken the place of the one that was opened, if it was."""
        return self._identity in (None, _identity(self.path))

    def open(self) -> None:
        """Open the file now rather than at the first use."""
        deadline = self._deadline(None)

        def open_once() -> None:
            with self._own_connection(deadline):
                return

        with self._errors.translated():
            deadline.retry(open_once)

    def close(self) -> None:
        """Close the file for good; operations that wait for a lock fail.

        What is in use by a thread for longer than _CLOSE_SECONDS is left to the end of the
        process, which SQLite takes as well as a crash.
        """
        self._closing.set()
        if not self._lock.acquire(timeout=_CLOSE_SECONDS):
            return
        try:
            with suppress(Empty):
                while len(self._connections) > 1:
                    reader = self._readers.get(timeout=_CLOSE_SECONDS)
                    reader.close()
                    self._connections.remove(reader)
            # The last one to close removes the write-ahead log.
            if self._connection is not None:
                self._connection.close()
                self._connections.remove(self._connection)
                self._connection = None
        finally:
            self._lock.release()

    def read(
        self, look: Callable[[sqlite3.Connection], Result], patience: float | None = None
    ) -> Result:
        """What `look` reads, all of one moment; it may be run again after it met a lock."""
        deadline = self._deadline(patience)

        def look_once() -> Result:
            with self._reader(deadline) as connection, transaction(connection, "DEFERRED"):
                return look(connection)

        with self._errors.translated():
            return deadline.retry(look_once)

    def read_if_exists(
        self,
        look: Callable[[sqlite3.Connection], Result],
        nothing: Result,
        patience: float | None = None,
    ) -> Result:
        """As :meth:`read`; `nothing`, without making the file, where there is none yet."""
        with self._errors.translated():
            if not self.exists:
                return nothing
        return self.read(look, patience)

    @contextmanager
    def writing(
        self, patience: float | None = None, *, durable: bool = True
    ) -> Iterator[sqlite3.Connection]:
        """A transaction with no other writer between: all that is done in it, or nothing.

        Args:
            patience: seconds to wait for locks, if other than usual.
            durable: whether it must outlast a failure of the machine, not of the program alone.
                One that need not is on disk with the next one that must.
        """
        deadline = self._deadline(patience)
        with self._errors.translated(), ExitStack() as stack:
            # The write lock comes first, so that no lock has to be waited for in the middle,
            # where SQLite would refuse at once.
            connection = deadline.retry(lambda: self._begin(deadline, stack, durable))
            try:
                yield connection
                self._check_file()
                # Where there is no write-ahead log, a commit waits for readers.
                deadline.retry(lambda: connection.execute("COMMIT"))
            except BaseException:
                roll_back(connection)
                raise

    def _begin(self, deadline: LockDeadline, stack: ExitStack, durable: bool) -> sqlite3.Connection:
        """The connection in a transaction, for this thread alone until the stack is left."""
        with ExitStack() as kept:
            connection = kept.enter_context(self._own_connection(deadline))
            self._make_durable(connection, durable)
            connection.execute("BEGIN IMMEDIATE")
            stack.push(kept.pop_all())
        return connection

    def _make_durable(self, connection: sqlite3.Connection, durable: bool) -> None:
        """Choose how the next transaction is committed.

        Without a write-ahead log, one that is not waited for could damage the file.
        """
        durable = durable or self.journal_mode != "wal"
        if durable != self._is_durable:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._is_durable = durable

    @contextmanager
    def _own_connection(self, deadline: LockDeadline) -> Iterator[sqlite3.Connection]:
        """The connection that writes, opened if it is not yet, for this thread alone."""
        if not self._lock.acquire(timeout=deadline.seconds_left):
            raise self._errors.waited_too_long()
        try:
            self._check_open()
            if self._connection is None:
                self._open()
            self._check_file()
            assert self._connection is not None
            yield self._connection
        finally:
            self._lock.release()

    @contextmanager
    def _reader(self, deadline: LockDeadline) -> Iterator[sqlite3.Connection]:
        self._check_open()
        if self._connection is None or len(self._connections) == 1:
            with self._own_connection(deadline) as connection:
                yield connection
            return
        self._check_file()
        try:
            reader = self._readers.get(timeout=deadline.seconds_left)
        except Empty:
            raise self._errors.waited_too_long() from None
        try:
            yield reader
        finally:
            self._readers.put(reader)

    def _open(self) -> None:
        make_private(self.path)
        mode, connections = open_connections(self.path, self._schema, self._reader_count)
        self._identity = _identity(self.path)
        with suppress(sqlite3.Error):
            self._after_opening(connections[0])
        self.journal_mode = mode
        for reader in connections[1:]:
            self._readers.put(reader)
        self._connections, self._connection = connections, connections[0]

    def _deadline(self, patience: float | None) -> LockDeadline:
        return LockDeadline(self._patience if patience is None else patience, self._closing)

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise self._errors.closed()

    def _check_file(self) -> None:
        """What is written to a file that was removed is lost as soon as nobody has it open."""
        if self._identity != _identity(self.path):
            raise self._errors.replaced()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
