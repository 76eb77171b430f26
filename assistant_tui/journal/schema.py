"""The tables of the journal's file, and how a file of an older version gets them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from assistant_tui.core.redaction import normalized_url
from assistant_tui.journal.errors import JournalError

_APPLICATION = 0x4154554A  # "ATUJ": tells journals from other databases, the store's included
_VERSION = 4
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
_SINCE_4 = """
CREATE INDEX for_pruning ON entries (number, server, batch, at, size, undone, undoes);
CREATE TABLE days (day INTEGER PRIMARY KEY);
CREATE TABLE pending (task TEXT PRIMARY KEY);
CREATE TABLE probe (data BLOB)
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
{_SINCE_4};
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION}
"""
# Texts are BLOBs (see to_blob). AUTOINCREMENT, so that the number of a pruned entry, which another
# may still say that it undoes, is never given again. `days` are those on which the journal was
# opened, in days since 1970. `pending` names what a migration left to be done outside of it.

TABLES = ("entries", "drafts", "imports")
"""Those that have a server in each row."""
VACUUM = "vacuum"
"""The pending task of writing the file anew, without what was deleted from it."""


def to_blob(text: str) -> bytes:
    """A text as it is kept: exact for NUL and for lone surrogates, which SQLite's TEXT refuses."""
    return text.encode("utf-8", "surrogatepass")


def to_text(blob: bytes) -> str:
    """The text that was kept. Raises ValueError where the bytes are damaged."""
    return blob.decode("utf-8", "surrogatepass")


def is_new(connection: sqlite3.Connection, path: Path) -> bool:
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


def is_current(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether nothing has to be made or upgraded. Raises JournalError as is_new does."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return not is_new(connection, path) and version == _VERSION


def make_or_upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file, or bring those of an older version up to date.

    Programs of the older version that have the file open can go on. To be called in a transaction.
    """
    if is_new(connection, path):
        _run(connection, _SCHEMA)
        return
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for older in range(version, _VERSION):
        _UPGRADES[older](connection)
        connection.execute(f"PRAGMA user_version = {older + 1}")


def _run(connection: sqlite3.Connection, statements: str) -> None:
    # Not executescript, which would commit the transaction that this is part of.
    for statement in statements.split(";"):
        connection.execute(statement)


def _add_batches(connection: sqlite3.Connection) -> None:
    _run(connection, "ALTER TABLE entries ADD COLUMN batch TEXT NOT NULL DEFAULT ''")


def _add_imports(connection: sqlite3.Connection) -> None:
    _run(connection, _IMPORTS)


def _leave_out_secrets(connection: sqlite3.Connection) -> None:
    """Take logins and queries, which may hold keys, out of the URLs that servers are kept under.

    Those of logins had been left out but for the name; queries were kept as they were.
    """
    _run(connection, f"DROP INDEX by_age; {_SINCE_4}")
    for table in TABLES:
        for (server,) in connection.execute(f"SELECT DISTINCT server FROM {table}").fetchall():
            plain = to_blob(_without_secrets(to_text(server)))
            if plain != server:
                connection.execute(
                    f"UPDATE OR REPLACE {table} SET server = ? WHERE server = ?", (plain, server)
                )
                connection.execute("INSERT OR IGNORE INTO pending VALUES (?)", (VACUUM,))


def _without_secrets(server: str) -> str:
    """A server as version 3 named it: the profile, its URL, organization and project in lines."""
    name, *lines = server.rsplit("\n", 3)
    if len(lines) == 3 and "://" in lines[0]:
        try:
            lines[0] = normalized_url(lines[0])
        except ValueError:
            lines[0] = lines[0].partition("://")[0]
    return "\n".join([name, *lines])


_UPGRADES: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: _add_batches,
    2: _add_imports,
    3: _leave_out_secrets,
}
"""What brings a file of an older version to the next one."""


def rewrite_if_pending(connection: sqlite3.Connection) -> None:
    """Write the file anew if a migration asked for it, so that nothing of what it took out is left.

    Outside of any transaction. Where another program is in the way, the next opening does it.
    """
    if connection.execute("SELECT 1 FROM pending WHERE task = ?", (VACUUM,)).fetchone() is None:
        return
    connection.execute("VACUUM")
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if not busy:
        connection.execute("DELETE FROM pending WHERE task = ?", (VACUUM,))
