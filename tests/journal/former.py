"""Journals as older versions of the program wrote them."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

_VERSION_2 = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
CREATE TABLE entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, server BLOB NOT NULL, assistant BLOB NOT NULL,
    kind TEXT NOT NULL, at REAL NOT NULL, undoes INTEGER, undone INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL, before BLOB, after BLOB, batch TEXT NOT NULL DEFAULT ''
);
CREATE INDEX by_assistant ON entries (server, assistant);
CREATE INDEX by_age ON entries (at, size);
CREATE INDEX by_undone ON entries (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX undoable ON entries (server) WHERE undone = 0 AND undoes IS NULL;
CREATE INDEX trash ON entries (server) WHERE undone = 0 AND kind = 'deleted';
CREATE TABLE drafts (
    server BLOB NOT NULL, key BLOB NOT NULL, owner TEXT NOT NULL, at REAL NOT NULL,
    text BLOB NOT NULL, PRIMARY KEY (server, key, owner)
);
PRAGMA application_id = 0x4154554A;
PRAGMA user_version = 2;
"""
_BACK_TO_1 = "ALTER TABLE entries DROP COLUMN batch; PRAGMA user_version = 1"
_ENTRY = "INSERT INTO entries (server, assistant, kind, at, size, before) VALUES (?, ?, ?, ?, ?, ?)"
_DRAFT = "INSERT INTO drafts VALUES (?, ?, '1-gone', 1.0, ?)"


def make(
    path: Path,
    entries: Iterable[tuple[str, str, str, str]] = (),
    drafts: Iterable[tuple[str, str, str]] = (),
    *,
    version: int = 2,
    at: float = 1.0,
) -> None:
    """Write a journal.

    Args:
        path: where it will be.
        entries: the server, the assistant's id, the kind and the JSON before, of each.
        drafts: the server, the key and the text of each; their program has ended.
        version: 1 or 2.
        at: when all of it was done, in Unix seconds.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_VERSION_2)
        for server, assistant, kind, before in entries:
            row = (server.encode(), assistant.encode(), kind, at, len(before), before.encode())
            connection.execute(_ENTRY, row)
        for each in drafts:
            connection.execute(_DRAFT, [text.encode() for text in each])
        if version == 1:
            connection.executescript(_BACK_TO_1)
