"""What imports created, so that a file that is imported once more doubles nothing."""

import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import NamedTuple

from assistant_tui.journal.schema import to_blob, to_text

MOST = 100_000
"""How many are kept: the newest. No clock decides what goes."""


class Imported(NamedTuple):
    """What became of the create of one assistant of a file."""

    assistant_id: str | None
    """None while its answer is not known: it may have been created all the same."""
    before: frozenset[str] | None
    """The newest ids of the server when it was sent; None where the server told none."""


def begin(
    connection: sqlite3.Connection, server: str, key: str, before: Collection[str] | None
) -> None:
    """Note that the create of a file's assistant is about to be sent.

    `key` tells it from all others, `before` are ids that it cannot have made.
    """
    seen = None if before is None else to_blob(json.dumps(sorted(before)))
    _put(connection, server, key, None, seen)


def finish(connection: sqlite3.Connection, server: str, key: str, assistant_id: str) -> None:
    """Note what it has made."""
    _put(connection, server, key, to_blob(assistant_id), None)


def drop(connection: sqlite3.Connection, server: str, key: str) -> None:
    """Forget a create that certainly made nothing."""
    connection.execute(
        "DELETE FROM imports WHERE server = ? AND key = ? AND assistant IS NULL",
        (to_blob(server), to_blob(key)),
    )


def find(connection: sqlite3.Connection, server: str, keys: Iterable[str]) -> dict[str, Imported]:
    """What is known of these keys."""
    found = {}
    for key in keys:
        row = connection.execute(
            "SELECT assistant, before FROM imports WHERE server = ? AND key = ?",
            (to_blob(server), to_blob(key)),
        ).fetchone()
        if row is not None:
            made, before = (None if blob is None else to_text(blob) for blob in row)
            found[key] = Imported(made, None if before is None else frozenset(json.loads(before)))
    return found


def prune(connection: sqlite3.Connection) -> None:
    """Keep the newest alone."""
    connection.execute(
        "DELETE FROM imports WHERE number <= (SELECT max(number) FROM imports) - ?", (MOST,)
    )


def move(connection: sqlite3.Connection, former: str, server: str) -> None:
    """Put the imports to one server under another name of it."""
    connection.execute(
        "UPDATE OR REPLACE imports SET server = ? WHERE server = ?",
        (to_blob(server), to_blob(former)),
    )


def _put(
    connection: sqlite3.Connection,
    server: str,
    key: str,
    assistant: bytes | None,
    before: bytes | None,
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO imports (server, key, assistant, before) VALUES (?, ?, ?, ?)",
        (to_blob(server), to_blob(key), assistant, before),
    )
