"""Opens the connections to one SQLite file: where it is, or to a copy where it can only be read."""

import sqlite3
from contextlib import closing
from pathlib import Path

from assistant_tui.storage.database_errors import is_unwritable
from assistant_tui.storage.migrations import Schema

COPY_MODE = "memory"
"""The journal mode of a copy that is read where the file itself cannot be written."""
_POLL_SECONDS = 0.1
"""How long SQLite itself waits for a lock before this module looks whether to go on waiting."""


def open_connections(
    path: Path, schema: Schema, readers: int
) -> tuple[str, list[sqlite3.Connection]]:
    """The journal mode, and one connection that writes before those that only read.

    What cannot be written where it is, and cannot be read there either, is read from a copy of it
    in memory: an earlier version, or a write-ahead log in a folder that takes no file beside it.
    """
    connections = [_connect(path)]
    try:
        try:
            mode = schema.prepare(connections[0], path)
        except sqlite3.OperationalError as error:
            if not is_unwritable(error):
                raise
            copy = _readable_copy(connections[0], schema, path)
            if copy is None:
                raise
            connections.insert(0, copy)
            connections.pop().close()
            mode = COPY_MODE
        for _ in range(readers if mode == "wal" else 0):
            connections.append(_connect(path))
            # The first read opens the log: later there may be no descriptors left.
            schema.is_current(connections[-1], path)
    except BaseException:
        for connection in connections:
            connection.close()
        raise
    return mode, connections


def _readable_copy(
    connection: sqlite3.Connection, schema: Schema, path: Path
) -> sqlite3.Connection | None:
    """A copy of a file that cannot be written; None where it can be read in its place."""
    try:
        outdated = schema.is_outdated(connection, path)
    except sqlite3.OperationalError as error:
        # SQLite shares its log through a file beside it, even to read; without a log it need not.
        if not is_unwritable(error) or _has_log(path):
            return None
        with closing(_connect_unchanging(path)) as unchanging:
            return schema.upgraded_copy(unchanging, path)
    return schema.upgraded_copy(connection, path) if outdated else None


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _connect_unchanging(path: Path) -> sqlite3.Connection:
    """A connection that takes the file for one that nobody writes."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?immutable=1", uri=True, isolation_level=None
    )


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=_POLL_SECONDS, isolation_level=None, check_same_thread=False
    )
