"""What creates of one purpose made, so that whoever tries one once more doubles nothing.

The purpose is told by a key: an assistant of a file that is imported, or an entry that is undone.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import NamedTuple

from assistant_tui.journal.schema import to_blob, to_text

MOST = 100_000
"""How many are kept: the newest. No clock decides what goes."""


class Imported(NamedTuple):
    """What became of the create with one key."""

    assistant_id: str | None
    """None while its answer is not known: it may have been created all the same."""
    before: frozenset[str] | None
    """The newest ids of the server when it was sent; None where the server told none."""


def begin(
    connection: sqlite3.Connection, server: str, key: str, before: Collection[str] | None
) -> bool:
    """Note that the create with this key is about to be sent.

    `before` are ids that it cannot have made. Where an earlier create with this key got no answer,
    what was there before that one is kept, since that one may still arrive.

    Returns:
        False if there is such an earlier one.
    """
    earlier = find(connection, server, [key]).get(key)
    pending = earlier is not None and earlier.assistant_id is None
    if earlier is not None and pending and earlier.before is not None:
        return False
    seen = None if before is None else to_blob(json.dumps(sorted(before)))
    _put(connection, server, key, None, seen)
    return not pending


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


def made(connection: sqlite3.Connection, server: str) -> frozenset[str]:
    """The ids of all that is known to have been created on a server."""
    rows = connection.execute(
        "SELECT assistant FROM imports WHERE server = :server AND assistant IS NOT NULL"
        " UNION SELECT assistant FROM entries WHERE server = :server AND kind = 'created'",
        {"server": to_blob(server)},
    )
    return frozenset(to_text(assistant) for (assistant,) in rows)


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
