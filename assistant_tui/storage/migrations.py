"""Recognizes SQLite files of this program, and brings them to the schema of this version.

Each kind of database has an application id, which distinguishes its files from others, and a number
for the version of its schema (SQLite's `application_id` and `user_version`).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant_tui.storage.database_errors import UnsuitableDatabase, is_busy

Upgrade = Callable[[sqlite3.Connection], None]
"""Changes the tables of one version into those of the next, within a transaction."""


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of database."""

    name: str
    """What messages call it, such as `journal`."""
    application_id: int
    create: str
    """The statements, each ended by a semicolon, that make the tables of the newest version."""
    upgrades: tuple[Upgrade, ...] = ()
    """The first brings version 1 to version 2, and so on."""
    incremental_vacuum: bool = False
    """Whether the file can give back room, by `PRAGMA incremental_vacuum`."""

    @property
    def version(self) -> int:
        """The newest version, which this program reads and writes."""
        return len(self.upgrades) + 1

    def is_current(self, connection: sqlite3.Connection, path: Path) -> bool:
        """Whether nothing has to be created or upgraded.

        Raises:
            UnsuitableDatabase: it is another program's, or was written by a newer version.
        """
        # In one transaction: another program may be making the tables just now.
        with transaction(connection, "DEFERRED"):
            return self._found_version(connection, path) == self.version

    def is_outdated(self, connection: sqlite3.Connection, path: Path) -> bool:
        """Whether an earlier version of this program wrote it. Raises UnsuitableDatabase."""
        with transaction(connection, "DEFERRED"):
            return 0 < self._found_version(connection, path) < self.version

    def prepare(self, connection: sqlite3.Connection, path: Path) -> str:
        """Refuse what is not ours before anything is written, then create or upgrade.

        A database that is current is only read, so that no writer holds this up. It can be done
        again after it met a lock.

        Returns:
            The journal mode: `wal`, or the one that is in force where WAL is not to be had.

        Raises:
            UnsuitableDatabase: see is_current.
            sqlite3.Error: the file cannot be read or written, or another program locks it.
        """
        if not self.is_current(connection, path) and self.incremental_vacuum:
            # Before WAL, which writes the first page.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        mode = _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous = FULL")
        if not self.is_current(connection, path):
            with transaction(connection, "IMMEDIATE"):
                self._create_or_upgrade(connection, path)
        return mode

    def upgraded_copy(self, connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
        """Return a copy in memory of a file that cannot be upgraded where it is; it is read only.

        Raises:
            UnsuitableDatabase: see is_current.
            sqlite3.Error: the file cannot be read.
        """
        copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        try:
            connection.backup(copy)
            with transaction(copy, "IMMEDIATE"):
                self._create_or_upgrade(copy, path)
            copy.execute("PRAGMA query_only = 1")
        except BaseException:
            copy.close()
            raise
        return copy

    def _create_or_upgrade(self, connection: sqlite3.Connection, path: Path) -> None:
        """Older programs that have the file open go on, as far as the upgrades allow it."""
        version = self._found_version(connection, path)
        if version == 0:
            run_statements(connection, self.create)
            connection.execute(f"PRAGMA application_id = {self.application_id}")
        else:
            for upgrade in self.upgrades[version - 1 :]:
                upgrade(connection)
        connection.execute(f"PRAGMA user_version = {self.version}")

    def _found_version(self, connection: sqlite3.Connection, path: Path) -> int:
        """The version of the file, 0 for an empty one. Raises UnsuitableDatabase."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == version == tables == 0:
            return 0
        if application != self.application_id or version < 1:
            raise UnsuitableDatabase(
                f"{path} is no {self.name} of this program; it is left as it is"
            )
        if version > self.version:
            raise UnsuitableDatabase(
                f"the {self.name} {path} was written by a newer version of this program "
                f"(schema {version}; this one knows {self.version})"
            )
        return int(version)


def run_statements(connection: sqlite3.Connection, statements: str) -> None:
    """Run statements that are separated by semicolons, as a part of the transaction under way.

    sqlite3's own executescript() would commit that transaction first.
    """
    for statement in statements.split(";"):
        connection.execute(statement)


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    """Begin a transaction and commit it at the end, or roll it back if anything is raised.

    Args:
        connection: one without a transaction of its own (`isolation_level=None`).
        kind: `DEFERRED` to read, `IMMEDIATE` to write.
    """
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """Undo the transaction under way, unless SQLite has done so by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _use_write_ahead_log(connection: sqlite3.Connection) -> str:
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    except sqlite3.OperationalError as error:
        if is_busy(error):  # another program opens it just now: no reason to do without
            raise
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(mode)
