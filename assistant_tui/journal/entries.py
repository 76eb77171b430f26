"""What was created, changed and deleted here, and how that reads from the journal's file."""

import sqlite3
from dataclasses import dataclass
from enum import Enum
from typing import Any

from assistant_tui.journal.schema import TABLES, to_blob, to_text


class ChangeKind(Enum):
    """What was done to an assistant."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


@dataclass(frozen=True)
class Entry:
    """One thing that was done to one assistant, with the exact JSON before and after."""

    number: int
    """Larger is newer, whatever the clock said; never given twice."""
    server: str
    assistant_id: str
    """Its id at that time; a deleted one that is recreated goes on under another."""
    kind: ChangeKind
    at: float
    """Unix seconds."""
    before: str | None
    """None for a creation."""
    after: str | None
    """None for a deletion."""
    undoes: int | None = None
    """The number of the entry that this one took back; such an entry is not undone in its turn."""
    undone: bool = False
    """Taken back, or passed over for good: see Journal.mark_undone."""
    batch: str = ""
    """A token that the entries of one act on many assistants share; empty for a single one."""


_COLUMNS = "number, server, assistant, kind, at, before, after, undoes, undone, batch"
_LINE = """
WITH RECURSIVE line (id, until) AS (
    VALUES (:id, 9223372036854775807)
    UNION
    SELECT deleted.assistant, deleted.number FROM line
    JOIN entries AS made ON made.server = :server AND made.assistant = line.id
        AND made.number <= line.until AND made.kind = 'created'
    JOIN entries AS deleted ON deleted.number = made.undoes AND deleted.server = :server
)
"""
# An assistant's ids: its own and, where it is the recreation of a deleted one, that one's up to
# the deletion, and so on back.


def insert(connection: sqlite3.Connection, entry: Entry) -> int:
    """Keep an entry, whatever its number, and return the number that it was given."""
    before, after = (
        None if text is None else to_blob(text) for text in (entry.before, entry.after)
    )
    done = connection.execute(
        "INSERT INTO entries (server, assistant, kind, at, undoes, size, before, after, batch)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            to_blob(entry.server),
            to_blob(entry.assistant_id),
            entry.kind.value,
            entry.at,
            entry.undoes,
            len(before or b"") + len(after or b""),
            before,
            after,
            entry.batch,
        ),
    )
    assert done.lastrowid is not None
    return done.lastrowid


def history(connection: sqlite3.Connection, server: str, assistant_id: str) -> tuple[Entry, ...]:
    """What was done to an assistant under this id and those it had before, newest first."""
    rows = connection.execute(
        f"{_LINE} SELECT {_COLUMNS} FROM entries WHERE number IN ("
        "SELECT own.number FROM line JOIN entries AS own ON own.server = :server"
        " AND own.assistant = line.id AND own.number <= line.until) ORDER BY number DESC",
        {"server": to_blob(server), "id": to_blob(assistant_id)},
    )
    return tuple(_entry(*row) for row in rows)


def present_id(connection: sqlite3.Connection, server: str, assistant_id: str) -> str:
    """The id under which an assistant goes on; its own if it was never recreated."""
    followed = {assistant_id}
    while True:
        row = connection.execute(
            "SELECT made.assistant FROM entries AS deleted"
            " JOIN entries AS made ON made.undoes = deleted.number AND made.kind = 'created'"
            " WHERE deleted.server = ? AND deleted.assistant = ? AND deleted.kind = 'deleted'"
            " ORDER BY made.number DESC LIMIT 1",
            (to_blob(server), to_blob(assistant_id)),
        ).fetchone()
        if row is None or (found := to_text(row[0])) in followed:
            return assistant_id
        followed.add(assistant_id := found)


def trash(connection: sqlite3.Connection, server: str, limit: int) -> tuple[Entry, ...]:
    """The deletions that were not taken back, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM entries"
        " WHERE server = ? AND undone = 0 AND kind = 'deleted' ORDER BY number DESC LIMIT ?",
        (to_blob(server), limit),
    )
    return tuple(_entry(*row) for row in rows)


def last(connection: sqlite3.Connection, server: str) -> Entry | None:
    """The newest entry that was neither undone nor is an undoing itself."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM entries"
        " WHERE server = ? AND undone = 0 AND undoes IS NULL ORDER BY number DESC LIMIT 1",
        (to_blob(server),),
    ).fetchone()
    return None if row is None else _entry(*row)


def batch(connection: sqlite3.Connection, server: str, token: str) -> tuple[Entry, ...]:
    """What of an act on many assistants was not undone yet, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM entries"
        " WHERE server = ? AND batch = ? AND undone = 0 AND undoes IS NULL ORDER BY number DESC",
        (to_blob(server), token),
    )
    return tuple(_entry(*row) for row in rows)


def is_open(connection: sqlite3.Connection, number: int) -> bool:
    """Whether an entry is there and was not taken back."""
    found = connection.execute(
        "SELECT 1 FROM entries WHERE number = ? AND undone = 0", (number,)
    ).fetchone()
    return found is not None


def mark(connection: sqlite3.Connection, number: int, undone: bool) -> bool:
    """Set whether an entry counts as undone; False if it was so already, or is not there."""
    done = connection.execute(
        "UPDATE entries SET undone = ? WHERE number = ? AND undone <> ?", (undone, number, undone)
    )
    return done.rowcount == 1


def servers(connection: sqlite3.Connection) -> list[str]:
    """All servers that anything is kept of."""
    query = " UNION ".join(f"SELECT server FROM {table}" for table in TABLES)
    return [to_text(server) for (server,) in connection.execute(query)]


def move(connection: sqlite3.Connection, former: str, server: str) -> None:
    """Put the entries of one server under another name of it."""
    connection.execute(
        "UPDATE entries SET server = ? WHERE server = ?", (to_blob(server), to_blob(former))
    )


def withdraw(connection: sqlite3.Connection, number: int) -> None:
    """Take an entry out; what it undid is not undone any more."""
    connection.execute(
        "UPDATE entries SET undone = 0"
        " WHERE number = (SELECT undoes FROM entries WHERE number = ?)",
        (number,),
    )
    connection.execute("DELETE FROM entries WHERE number = ?", (number,))


def _entry(
    number: int,
    server: bytes,
    assistant: bytes,
    kind: str,
    at: float,
    *rest: Any,
) -> Entry:
    before, after, undoes, undone, token = rest
    return Entry(
        number,
        to_text(server),
        to_text(assistant),
        ChangeKind(kind),
        at,
        None if before is None else to_text(before),
        None if after is None else to_text(after),
        undoes,
        bool(undone),
        token,
    )
