"""Creates with an idempotency key: noted before they are sent, each made by one program alone.

The key tells the purpose of a create: an assistant of a file that is imported, or an entry that is
undone. Whoever tries the same once more finds by it what the first try made.
"""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from assistant_tui.core.resource import ASSISTANTS, ResourceKind
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.locks import Claims
from assistant_tui.journal.schema import file_key, to_blob, to_text
from assistant_tui.storage.sqlite import Database

_KEY = "server = :server AND resource = :resource AND key = :key"
MAX_KEYS = 100_000
"""How many are kept: the newest. No clock decides what goes."""


class KnownCreate(NamedTuple):
    """What became of the create with one key."""

    object_id: str | None
    """None while its answer is not known: it may have been created all the same."""
    before: frozenset[str] | None
    """The newest ids of the server when it was sent; None where the server listed none."""


class IdempotencyKeys:
    """The keys of one journal, by server and resource.

    All methods but `release` raise JournalError.
    """

    def __init__(self, database: Database, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    def begin(
        self,
        server: str,
        key: str,
        before: Collection[str] | None,
        resource: ResourceKind = ASSISTANTS,
    ) -> bool:
        """Note that the create with this key is about to be sent.

        `before` are the newest ids of the server, which it cannot have made; None where the server
        lists none. Where an earlier create with this key got no answer, what was there before that
        one is kept, since that one may still arrive.

        Returns:
            False if there is such an earlier one.
        """
        with self._database.writing() as connection:
            earlier = _find(connection, server, [key], resource).get(key)
            pending = earlier is not None and earlier.object_id is None
            if earlier is not None and pending and earlier.before is not None:
                return False
            seen = None if before is None else to_blob(json.dumps(sorted(before)))
            _put(connection, server, key, resource, None, seen)
            return not pending

    def drop(self, server: str, key: str, resource: ResourceKind = ASSISTANTS) -> None:
        """Forget a create that certainly made nothing."""
        with self._database.writing() as connection:
            connection.execute(
                f"DELETE FROM imports WHERE {_KEY} AND assistant IS NULL",
                _key_columns(server, key, resource),
            )

    def find(
        self, server: str, keys: Collection[str], resource: ResourceKind = ASSISTANTS
    ) -> dict[str, KnownCreate]:
        """What became of the creates with these keys, of those that are known."""
        return self._database.read_if_exists(
            lambda connection: _find(connection, server, keys, resource), {}
        )

    def created_ids(self, server: str, resource: ResourceKind = ASSISTANTS) -> frozenset[str]:
        """The ids of all that is known to have been created on a server."""
        return self._database.read_if_exists(
            lambda connection: _created_ids(connection, server, resource), frozenset[str]()
        )

    def claim(
        self, server: str, key: str, earlier: str, resource: ResourceKind = ASSISTANTS
    ) -> bool:
        """Make sure that nobody else creates with this key until `release`.

        `earlier` is the id of what is known to have been created with it; empty for none.

        Returns:
            False if somebody is doing so right now, or has done so since that was known.
        """
        try:
            if not self._claims.take(_claim_name(server, key, resource)):
                return False
        except OSError as error:
            why = error.strerror or str(error)
            raise JournalError(f"the files beside the journal cannot be used: {why}") from error
        free = False
        try:
            known = self.find(server, [key], resource).get(key)
            free = known is None or known.object_id in (None, earlier)
        finally:
            if not free:
                self.release(server, key, resource)
        return free

    def release(self, server: str, key: str, resource: ResourceKind = ASSISTANTS) -> None:
        """Let others create with this key again."""
        self._claims.release(_claim_name(server, key, resource))


def note_created(
    connection: sqlite3.Connection, server: str, key: str, object_id: str, resource: ResourceKind
) -> None:
    """Note what the create with a key has made, as a part of the transaction under way."""
    _put(connection, server, key, resource, to_blob(object_id), None)


def prune_keys(connection: sqlite3.Connection) -> None:
    """Keep the newest keys alone, as a part of the transaction under way."""
    connection.execute(
        "DELETE FROM imports WHERE number <= (SELECT max(number) FROM imports) - ?", (MAX_KEYS,)
    )


def _find(
    connection: sqlite3.Connection, server: str, keys: Iterable[str], resource: ResourceKind
) -> dict[str, KnownCreate]:
    found = {}
    for key in keys:
        row = connection.execute(
            f"SELECT assistant, before FROM imports WHERE {_KEY}",
            _key_columns(server, key, resource),
        ).fetchone()
        if row is not None:
            made, before = (None if blob is None else to_text(blob) for blob in row)
            found[key] = KnownCreate(
                made, None if before is None else frozenset(json.loads(before))
            )
    return found


def _created_ids(
    connection: sqlite3.Connection, server: str, resource: ResourceKind
) -> frozenset[str]:
    rows = connection.execute(
        "SELECT assistant FROM imports"
        " WHERE server = :server AND resource = :resource AND assistant IS NOT NULL"
        " UNION SELECT assistant FROM entries"
        " WHERE server = :server AND resource = :resource AND kind = 'created'",
        {"server": to_blob(server), "resource": resource.journal_name},
    )
    return frozenset(to_text(object_id) for (object_id,) in rows)


def _put(
    connection: sqlite3.Connection,
    server: str,
    key: str,
    resource: ResourceKind,
    object_id: bytes | None,
    before: bytes | None,
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO imports (server, resource, key, assistant, before)"
        " VALUES (:server, :resource, :key, :made, :before)",
        {**_key_columns(server, key, resource), "made": object_id, "before": before},
    )


def _key_columns(server: str, key: str, resource: ResourceKind) -> dict[str, Any]:
    return {
        "server": to_blob(server),
        "resource": resource.journal_name,
        "key": to_blob(key),
    }


def _claim_name(server: str, key: str, resource: ResourceKind) -> str:
    named = file_key(server, key, resource)
    return f"creating-{hashlib.sha256(named).hexdigest()[:32]}"
