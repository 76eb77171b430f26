"""What was created, changed and deleted here: the entries by which it can be undone.

An undoing is a new change (or, for a deletion, a recreation), kept with `undoes`, the number of
what it takes back. Both then drop out of `last`: the one is undone, the other is an undoing; so
pressing `u` again reaches the entry before, never the undoing. A version that is restored from the
history is kept without `undoes`, as any change, and can be undone.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from assistant_tui.core.assistants.draft import reverting_draft
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import ASSISTANTS, ResourceKind
from assistant_tui.journal.idempotency import note_created
from assistant_tui.journal.locks import Claims
from assistant_tui.journal.schema import to_blob, to_text
from assistant_tui.storage.sqlite import Database


class ChangeKind(Enum):
    """What was done to an object."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


@dataclass(frozen=True)
class Change:
    """One thing that was done to one object, with the exact JSON before and after."""

    object_id: str
    """Its id at that time; a deleted one that is recreated goes on under another."""
    kind: ChangeKind
    before: str | None
    """None for a creation."""
    after: str | None
    """None for a deletion."""
    undoes: int | None = None
    """The number of the entry that this one takes back; such a one is not undone in its turn."""
    batch: str = ""
    """A token that the entries of one operation on many objects share; empty for a single one."""


@dataclass(frozen=True, kw_only=True)
class Entry(Change):
    """A change that is kept."""

    number: int
    """Larger is newer, whatever the clock said; never given twice."""
    server: str
    at: float
    """Unix seconds."""
    undone: bool = False
    """Taken back, or passed over for good: see Entries.mark_undone."""

    @property
    def name(self) -> str:
        """What its object was called; empty where it had no name. Not made safe for display."""
        name = RawJson(self.after or self.before or "{}").value("name")
        return name if isinstance(name, str) else ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that a change has changed; empty for anything else."""
        if self.before is None or self.after is None:
            return ()
        return reverting_draft(RawJson(self.before), RawJson(self.after)).touched


_COLUMNS = "number, server, assistant, kind, at, before, after, undoes, undone, batch"
_OPEN = (
    f"SELECT {_COLUMNS} FROM entries WHERE server = :server AND resource = :resource AND undone = 0"
)
_LINEAGE = """
WITH RECURSIVE lineage (id, until) AS (
    VALUES (:id, 9223372036854775807)
    UNION
    SELECT deleted.assistant, deleted.number FROM lineage
    JOIN entries AS made ON made.server = :server AND made.assistant = lineage.id
        AND made.resource = :resource AND made.number <= lineage.until AND made.kind = 'created'
    JOIN entries AS deleted ON deleted.number = made.undoes AND deleted.server = :server
)
"""
# An object's ids: its own and, where it is the recreation of a deleted one, that one's up to
# the deletion, and so on back.


class Entries:
    """The entries of one journal, by server and resource. All methods raise JournalError.

    `server` is any text that identifies the server and the account; it must hold no key.
    """

    def __init__(self, database: Database, claims: Claims, clock: Callable[[], float]) -> None:
        """`clock` tells the Unix seconds at which an entry is made."""
        self._database = database
        self._claims = claims
        self._clock = clock

    def add(
        self, server: str, change: Change, resource: ResourceKind = ASSISTANTS, *, key: str = ""
    ) -> int:
        """Keep a change; what it undoes is marked undone in the same transaction.

        A deletion is best kept before it is sent, and withdrawn if refused: nothing else brings
        the object back. `key` is the idempotency key of the create that this finishes.

        Returns:
            The entry's number.
        """
        with self._database.writing() as connection:
            if change.undoes is not None:
                _mark(connection, change.undoes, True)
            if key:
                note_created(connection, server, key, change.object_id, resource)
            return _insert(connection, server, change, resource, self._clock())

    def withdraw(self, number: int) -> None:
        """Take out an entry whose change did not come about; what it undid is not undone then."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE entries SET undone = 0"
                " WHERE number = (SELECT undoes FROM entries WHERE number = ?)",
                (number,),
            )
            connection.execute("DELETE FROM entries WHERE number = ?", (number,))

    def mark_undone(self, number: int, undone: bool = True) -> bool:
        """Have `last` and `trash` pass over an entry, or no longer.

        For one that is taken back without a new entry, or cannot be taken back any more, so that
        the next undoing reaches the one before.

        Returns:
            False if it was marked so already, or is not there (any more).
        """
        with self._database.writing() as connection:
            return _mark(connection, number, undone)

    def claim(self, number: int) -> bool:
        """Make sure that nobody else takes this entry back until `release`.

        Returns:
            False if somebody is doing so right now, or has done so already.
        """
        with self._database.writing() as connection:
            found = connection.execute(
                "SELECT 1 FROM entries WHERE number = ? AND undone = 0", (number,)
            ).fetchone()
            return found is not None and self._claims.take(_claim_name(number))

    def release(self, number: int) -> None:
        """Let others take an entry back again, if it was not."""
        self._claims.release(_claim_name(number))

    def history(
        self, server: str, object_id: str, resource: ResourceKind = ASSISTANTS
    ) -> tuple[Entry, ...]:
        """What was done to an object, newest first, across the deletions it came back from."""
        return self._select(
            f"{_LINEAGE} SELECT {_COLUMNS} FROM entries WHERE number IN ("
            "SELECT own.number FROM lineage JOIN entries AS own ON own.server = :server"
            " AND own.assistant = lineage.id AND own.number <= lineage.until)"
            " AND resource = :resource ORDER BY number DESC",
            {**_of(server, resource), "id": to_blob(object_id)},
        )

    def present_id(self, server: str, object_id: str, resource: ResourceKind = ASSISTANTS) -> str:
        """The id under which an object was last recreated here; its own if it never was.

        An older change is undone under this id: the one in its entry may be gone.
        """
        return self._database.read_if_exists(
            lambda connection: _present_id(connection, _of(server, resource), object_id), object_id
        )

    def trash(
        self, server: str, limit: int = 500, resource: ResourceKind = ASSISTANTS
    ) -> tuple[Entry, ...]:
        """What was deleted and not restored, newest first, at most `limit`."""
        return self._select(
            f"{_OPEN} AND kind = 'deleted' ORDER BY number DESC LIMIT :limit",
            {**_of(server, resource), "limit": limit},
        )

    def last(self, server: str, resource: ResourceKind = ASSISTANTS) -> Entry | None:
        """What is to be undone next: the newest entry neither undone nor an undoing itself.

        It may be a creation.
        """
        found = self._select(
            f"{_OPEN} AND undoes IS NULL ORDER BY number DESC LIMIT 1",
            _of(server, resource),
        )
        return found[0] if found else None

    def batch(
        self, server: str, token: str, resource: ResourceKind = ASSISTANTS
    ) -> tuple[Entry, ...]:
        """What of an operation on many objects was not undone yet, newest first."""
        return self._select(
            f"{_OPEN} AND batch = :batch AND undoes IS NULL ORDER BY number DESC",
            {**_of(server, resource), "batch": token},
        )

    def _select(self, statement: str, values: Mapping[str, Any]) -> tuple[Entry, ...]:
        nothing: tuple[Entry, ...] = ()
        return self._database.read_if_exists(
            lambda connection: tuple(_entry(*row) for row in connection.execute(statement, values)),
            nothing,
        )


def _insert(
    connection: sqlite3.Connection, server: str, change: Change, resource: ResourceKind, at: float
) -> int:
    before, after = (
        None if text is None else to_blob(text) for text in (change.before, change.after)
    )
    done = connection.execute(
        "INSERT INTO entries"
        " (server, resource, assistant, kind, at, undoes, size, before, after, batch)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            to_blob(server),
            resource.journal_name,
            to_blob(change.object_id),
            change.kind.value,
            at,
            change.undoes,
            len(before or b"") + len(after or b""),
            before,
            after,
            change.batch,
        ),
    )
    assert done.lastrowid is not None
    return done.lastrowid


def _mark(connection: sqlite3.Connection, number: int, undone: bool) -> bool:
    """Set whether an entry counts as undone; False if it was so already, or is not there."""
    done = connection.execute(
        "UPDATE entries SET undone = ? WHERE number = ? AND undone <> ?", (undone, number, undone)
    )
    return done.rowcount == 1


def _present_id(connection: sqlite3.Connection, scope: Mapping[str, Any], object_id: str) -> str:
    followed = {object_id}
    while True:
        row = connection.execute(
            "SELECT made.assistant FROM entries AS deleted"
            " JOIN entries AS made ON made.undoes = deleted.number AND made.kind = 'created'"
            " WHERE deleted.server = :server AND deleted.assistant = :id"
            " AND deleted.resource = :resource AND deleted.kind = 'deleted'"
            " ORDER BY made.number DESC LIMIT 1",
            {**scope, "id": to_blob(object_id)},
        ).fetchone()
        if row is None or (found := to_text(row[0])) in followed:
            return object_id
        followed.add(object_id := found)


def _of(server: str, resource: ResourceKind) -> dict[str, Any]:
    return {"server": to_blob(server), "resource": resource.journal_name}


def _claim_name(number: int) -> str:
    return f"undoing-{number}"


def _entry(
    number: int,
    server: bytes,
    object_id: bytes,
    kind: str,
    *rest: Any,
) -> Entry:
    at, before, after, undoes, undone, batch = rest
    return Entry(
        number=number,
        server=to_text(server),
        object_id=to_text(object_id),
        kind=ChangeKind(kind),
        at=at,
        before=None if before is None else to_text(before),
        after=None if after is None else to_text(after),
        undoes=undoes,
        undone=bool(undone),
        batch=batch,
    )
