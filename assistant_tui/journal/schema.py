"""The tables of the journal's file, and how a file of an older version gets them.

The column `server` holds the account: the URL of the server, and who its key belongs to.
"""

import sqlite3

from assistant_tui.core.redaction import normalized_url
from assistant_tui.core.resource import ASSISTANTS, ResourceKind
from assistant_tui.storage.migrations import Schema, run_statements, transaction

_IMPORTS = """
CREATE TABLE imports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    server BLOB NOT NULL,
    resource TEXT NOT NULL DEFAULT 'assistant',
    key BLOB NOT NULL,
    assistant BLOB,
    before BLOB,
    UNIQUE (server, resource, key)
)
"""
_DRAFTS = """
CREATE TABLE drafts (
    server BLOB NOT NULL,
    resource TEXT NOT NULL DEFAULT 'assistant',
    key BLOB NOT NULL,
    owner TEXT NOT NULL,
    at REAL NOT NULL,
    text BLOB NOT NULL,
    PRIMARY KEY (server, resource, key, owner)
)
"""
_MAINTENANCE = """
CREATE TABLE days (day INTEGER PRIMARY KEY);
CREATE TABLE pending (task TEXT PRIMARY KEY);
CREATE TABLE probe (data BLOB)
"""
_THREADS = """
CREATE TABLE threads (
    server BLOB NOT NULL,
    thread BLOB NOT NULL,
    title BLOB NOT NULL,
    named INTEGER NOT NULL DEFAULT 0,
    assistant BLOB NOT NULL,
    created REAL NOT NULL,
    used REAL NOT NULL,
    run BLOB NOT NULL,
    status TEXT NOT NULL,
    origin BLOB NOT NULL,
    sending BLOB NOT NULL DEFAULT x'',
    copy BLOB,
    PRIMARY KEY (server, thread)
);
CREATE TABLE outputs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    server BLOB NOT NULL,
    function BLOB NOT NULL,
    arguments BLOB NOT NULL,
    output BLOB NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX by_arguments ON outputs (server, function, arguments)
"""
_INDEXES = """
CREATE INDEX undoable ON entries (server, resource) WHERE undone = 0 AND undoes IS NULL;
CREATE INDEX trash ON entries (server, resource) WHERE undone = 0 AND kind = 'deleted';
CREATE INDEX for_pruning
    ON entries (number, server, resource, batch, at, size, undone, undoes)
"""
_TABLES = f"""
CREATE TABLE entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    server BLOB NOT NULL,
    resource TEXT NOT NULL DEFAULT 'assistant',
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
{_INDEXES};
{_DRAFTS};
{_IMPORTS};
{_THREADS};
{_MAINTENANCE}
"""
# Texts are BLOBs (see to_blob). AUTOINCREMENT, so that the number of a pruned entry, which another
# may still say that it undoes, is never given again. `assistant` is the id of the object, whatever
# its resource: programs of version 4 that have the file open go on with the column's former name.
# `days` are those on which the journal was opened, in days since 1970. `pending` names what a
# migration left to be done outside of it. `arguments` are the digest of what a function was called
# with; `sending` names the message of a thread that was sent and not answered yet.

TABLES = ("entries", "drafts", "imports", "threads", "outputs")
"""Those that have a server in each row."""
VACUUM = "vacuum"
"""The pending task of writing the file anew, without what was deleted from it."""


def to_blob(text: str) -> bytes:
    """A text as it is kept: exact for NUL and for lone surrogates, which SQLite's TEXT refuses."""
    return text.encode("utf-8", "surrogatepass")


def to_text(blob: bytes) -> str:
    """The text that was kept. Raises ValueError where the bytes are damaged."""
    return blob.decode("utf-8", "surrogatepass")


def file_key(server: str, key: str, resource: ResourceKind) -> bytes:
    """What the name of a file beside the journal is made of, that belongs to a key.

    Without the resource for assistants: programs of version 5 know no others, and share the files.
    """
    parts = (server, key) if resource == ASSISTANTS else (server, key, resource.journal_name)
    return to_blob("\0".join(parts))


def _add_batches(connection: sqlite3.Connection) -> None:
    run_statements(connection, "ALTER TABLE entries ADD COLUMN batch TEXT NOT NULL DEFAULT ''")


def _add_imports(connection: sqlite3.Connection) -> None:
    run_statements(
        connection,
        "CREATE TABLE IF NOT EXISTS imports (number INTEGER PRIMARY KEY AUTOINCREMENT,"
        " server BLOB NOT NULL, key BLOB NOT NULL, assistant BLOB, before BLOB,"
        " UNIQUE (server, key))",
    )


def _leave_out_secrets(connection: sqlite3.Connection) -> None:
    """Take logins and queries, which may hold keys, out of the URLs that servers are kept under.

    Those of logins had been left out but for the name; queries were kept as they were.
    """
    run_statements(connection, f"DROP INDEX by_age; {_MAINTENANCE}")
    for table in ("entries", "drafts", "imports"):
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


def _add_resources(connection: sqlite3.Connection) -> None:
    """Until then, all entries were about assistants."""
    dropped = "; ".join(
        f"DROP INDEX IF EXISTS {name}" for name in ("undoable", "trash", "for_pruning")
    )
    run_statements(
        connection,
        "ALTER TABLE entries ADD COLUMN resource TEXT NOT NULL DEFAULT 'assistant';"
        f"{dropped}; {_INDEXES}",
    )


def _tell_keys_of_resources_apart(connection: sqlite3.Connection) -> None:
    """Until then, all drafts and idempotency keys were about assistants.

    A constraint takes no further column, so that the tables are made anew. A program of version 5
    that has the file open keeps its drafts in files beside it from then on.
    """
    for table, create, columns in (
        ("drafts", _DRAFTS, "server, key, owner, at, text"),
        ("imports", _IMPORTS, "number, server, key, assistant, before"),
    ):
        run_statements(
            connection,
            f"ALTER TABLE {table} RENAME TO former; {create};"
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM former ORDER BY rowid;"
            "DROP TABLE former",
        )


def _add_threads(connection: sqlite3.Connection) -> None:
    run_statements(connection, _THREADS)


SCHEMA = Schema(
    name="journal",
    application_id=0x4154554A,  # "ATUJ": tells journals from other databases, the store's included
    create=_TABLES,
    upgrades=(
        _add_batches,
        _add_imports,
        _leave_out_secrets,
        _add_resources,
        _tell_keys_of_resources_apart,
        _add_threads,
    ),
    incremental_vacuum=True,
)


def rewrite_if_pending(connection: sqlite3.Connection) -> None:
    """Write the file anew if a migration asked for it, so that nothing of what it took out is left.

    Outside of any transaction. Where another program is in the way, the next opening does it.
    """
    if connection.execute("SELECT 1 FROM pending WHERE task = ?", (VACUUM,)).fetchone() is None:
        return
    connection.execute("VACUUM")
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if not busy:
        with transaction(connection, "IMMEDIATE"):
            connection.execute("DELETE FROM pending WHERE task = ?", (VACUUM,))
