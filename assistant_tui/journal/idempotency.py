"""The creates with a key: noted before they are sent, and each made by one program alone."""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import NamedTuple

from assistant_tui.journal import idempotency
from assistant_tui.journal.database import Database
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.locks import Claims
from assistant_tui.journal.schema import to_blob, to_text

MOST = 100_000
"""How many are kept: the newest. No clock decides what goes."""


class KnownCreate(NamedTuple):
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


def find(
    connection: sqlite3.Connection, server: str, keys: Iterable[str]
) -> dict[str, KnownCreate]:
    """What is known of these keys."""
    found = {}
    for key in keys:
        row = connection.execute(
            "SELECT assistant, before FROM imports WHERE server = ? AND key = ?",
            (to_blob(server), to_blob(key)),
        ).fetchone()
        if row is not None:
            made, before = (None if blob is None else to_text(blob) for blob in row)
            found[key] = KnownCreate(
                made, None if before is None else frozenset(json.loads(before))
            )
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


class IdempotencyKeys:
    """Those of one journal; all methods but `release` raise JournalError."""

    def __init__(self, database: Database, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    def begin(self, server: str, key: str, before: Collection[str] | None) -> bool:
        """Note a create before it is sent; False if an earlier one with this key may still arrive.

        `before` are the newest ids of the server; None where it tells none.
        """
        with self._database.writing() as connection:
            return idempotency.begin(connection, server, key, before)

    def drop(self, server: str, key: str) -> None:
        """Forget a create that certainly made nothing."""
        with self._database.writing() as connection:
            idempotency.drop(connection, server, key)

    def find(self, server: str, keys: Collection[str]) -> dict[str, KnownCreate]:
        """What became of the creates with these keys, of those that are known."""
        return self._database.read(
            lambda connection: idempotency.find(connection, server, keys), {}
        )

    def made(self, server: str) -> frozenset[str]:
        """The ids of all that is known to have been created on a server."""
        return self._database.read(
            lambda connection: idempotency.made(connection, server), frozenset[str]()
        )

    def claim(self, server: str, key: str, earlier: str) -> bool:
        """Make sure that nobody else creates with this key until `release`.

        `earlier` is the id of what is known to have been created with it; empty for none.

        Returns:
            False if somebody is doing so right now, or has done so since that was known.
        """
        try:
            if not self._claims.take(_token(server, key)):
                return False
        except OSError as error:
            why = error.strerror or str(error)
            raise JournalError(f"the files beside the journal cannot be used: {why}") from error
        free = False
        try:
            known = self.find(server, [key]).get(key)
            free = known is None or known.assistant_id in (None, earlier)
        finally:
            if not free:
                self.release(server, key)
        return free

    def release(self, server: str, key: str) -> None:
        """Let others create with this key again."""
        self._claims.release(_token(server, key))


def _token(server: str, key: str) -> str:
    named = f"{server}\0{key}".encode("utf-8", "surrogatepass")
    return f"creating-{hashlib.sha256(named).hexdigest()[:32]}"
