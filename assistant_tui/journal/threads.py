"""The threads that were made or met here: most servers list none, so nothing else knows them."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.schema import to_blob, to_text
from assistant_tui.storage.sqlite import Database

MAX_THREADS = 20_000
"""How many are kept: those that were used last, whatever the time. Their ids are all there is."""
DELETED = "deleted"
"""The status of a thread of which there is the copy alone."""
_COLUMNS = "thread, title, named, assistant, created, used, run, status, origin, copy IS NOT NULL"
_KEY = "server = :server AND thread = :thread"
_MOST_COPIED = 4
"""Copies may take the fourth part of what entries may."""


@dataclass(frozen=True)
class KnownThread:
    """One thread as it is remembered."""

    id: str
    title: str = ""
    """The person's, or the first words of the first message."""
    assistant_id: str = ""
    """The assistant that ran last; empty where it is not known."""
    created_at: float = 0.0
    used_at: float = 0.0
    """When something was last sent or read here; Unix seconds."""
    run_id: str = ""
    """The last run that is known."""
    status: str = ""
    """Of that run; `deleted` for a thread that is gone."""
    origin: str = ""
    """The thread that it was made from; empty for one that was begun."""
    named: bool = False
    """The title is the person's."""
    has_copy: bool = False
    """A copy is kept on this machine."""

    def matches(self, words: str) -> bool:
        """Whether all words stand in its title or are its id."""
        title = self.title.casefold()
        return all(word in title or word == self.id.casefold() for word in words.casefold().split())


class ThreadRecords:
    """The known threads of one journal, by server. All methods raise JournalError."""

    def __init__(self, database: Database, clock: Callable[[], float], keep_bytes: int) -> None:
        """`keep_bytes` is what entries may take."""
        self._database = database
        self._clock = clock
        self._largest_copy = keep_bytes // _MOST_COPIED

    def keep(self, server: str, thread: KnownThread) -> None:
        """Remember a thread, or what has changed of it; a title that is the person's stays.

        With a run that was not known before, the message that was being sent has been answered.
        """
        with self._database.writing() as connection:
            known = _find(connection, server, thread.id)
            if known is not None:
                thread = _united(known, thread)
            used = max(thread.used_at, known.used_at if known else 0.0) or self._clock()
            connection.execute(
                "INSERT INTO threads"
                " (server, thread, title, named, assistant, created, used, run, status, origin)"
                " VALUES (:server, :thread, :title, :named, :assistant, :created, :used, :run,"
                " :status, :origin) ON CONFLICT (server, thread) DO UPDATE SET title = :title,"
                " named = :named, assistant = :assistant, created = :created, used = :used,"
                " sending = CASE run WHEN :run THEN sending ELSE x'' END,"
                " run = :run, status = :status, origin = :origin",
                {
                    **_key(server, thread.id),
                    "title": to_blob(thread.title),
                    "named": thread.named,
                    "assistant": to_blob(thread.assistant_id),
                    "created": thread.created_at or used,
                    "used": used,
                    "run": to_blob(thread.run_id),
                    "status": thread.status,
                    "origin": to_blob(thread.origin),
                },
            )

    def get(self, server: str, thread_id: str) -> KnownThread | None:
        """A thread by its id."""
        return self._database.read_if_exists(
            lambda connection: _find(connection, server, thread_id), None
        )

    def all(self, server: str) -> tuple[KnownThread, ...]:
        """All threads of a server, those that were used last first."""
        nothing: tuple[KnownThread, ...] = ()

        def read(connection: sqlite3.Connection) -> tuple[KnownThread, ...]:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM threads WHERE server = ? ORDER BY used DESC, rowid DESC",
                (to_blob(server),),
            )
            return tuple(_thread(*row) for row in rows)

        return self._database.read_if_exists(read, nothing)

    def rename(self, server: str, thread_id: str, title: str) -> None:
        """Give a thread the person's title; an empty one gives it back to its first words."""
        with self._database.writing() as connection:
            connection.execute(
                f"UPDATE threads SET title = :title, named = :named WHERE {_KEY}",
                {**_key(server, thread_id), "title": to_blob(title), "named": bool(title)},
            )

    def forget(self, server: str, thread_id: str) -> None:
        """Forget a thread, with its copy."""
        with self._database.writing() as connection:
            connection.execute(f"DELETE FROM threads WHERE {_KEY}", _key(server, thread_id))

    def keep_copy(self, server: str, thread_id: str, text: str) -> None:
        """Keep a copy of a thread that is known, as JSON text; its age counts from now on."""
        copy = to_blob(text)
        if len(copy) > self._largest_copy:
            raise JournalError(f"it is too large: more than {self._largest_copy:,} bytes")
        with self._database.writing() as connection:
            updated = connection.execute(
                f"UPDATE threads SET copy = :copy, used = max(used, :now) WHERE {_KEY}",
                {**_key(server, thread_id), "copy": copy, "now": self._clock()},
            )
            if not updated.rowcount:
                raise JournalError("the thread is not known in the journal")

    def copy(self, server: str, thread_id: str) -> str | None:
        """The copy of a thread."""
        blob = self._value(server, thread_id, "copy")
        return None if blob is None else to_text(blob)

    def begin_sending(self, server: str, thread_id: str, key: str, digest: str) -> None:
        """Note that a message is about to be sent, by the key that it carries."""
        self._note_sending(server, thread_id, to_blob(json.dumps([key, digest])))

    def end_sending(self, server: str, thread_id: str) -> None:
        """The message has certainly not arrived."""
        self._note_sending(server, thread_id, b"")

    def sending(self, server: str, thread_id: str) -> tuple[str, str] | None:
        """The key and the digest of a message that was sent, and not answered yet."""
        blob = self._value(server, thread_id, "sending")
        if not blob:
            return None
        key, digest = json.loads(to_text(blob))
        return key, digest

    def _note_sending(self, server: str, thread_id: str, sending: bytes) -> None:
        with self._database.writing() as connection:
            connection.execute(
                f"UPDATE threads SET sending = :sending WHERE {_KEY}",
                {**_key(server, thread_id), "sending": sending},
            )

    def _value(self, server: str, thread_id: str, column: str) -> bytes | None:
        def read(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute(
                f"SELECT {column} FROM threads WHERE {_KEY}", _key(server, thread_id)
            ).fetchone()
            return None if row is None else row[0]

        return self._database.read_if_exists(read, None)


def prune_threads(connection: sqlite3.Connection, oldest: float | None, keep_bytes: int) -> None:
    """Forget copies that are too old or too much, and threads that are too many.

    A part of the transaction under way. `oldest` is the second before which a copy is too old.
    """
    if oldest is not None:
        connection.execute("UPDATE threads SET copy = NULL WHERE used < ?", (oldest,))
    size, copies = (
        0,
        connection.execute(
            "SELECT rowid, length(copy) FROM threads WHERE copy IS NOT NULL ORDER BY used DESC"
        ),
    )
    for number, length in copies.fetchall():
        size += length
        if size > keep_bytes // _MOST_COPIED:
            connection.execute("UPDATE threads SET copy = NULL WHERE rowid = ?", (number,))
    connection.execute("DELETE FROM threads WHERE status = ? AND copy IS NULL", (DELETED,))
    connection.execute(
        "DELETE FROM threads WHERE rowid IN"
        " (SELECT rowid FROM threads ORDER BY used DESC LIMIT -1 OFFSET ?)",
        (MAX_THREADS,),
    )


def _united(known: KnownThread, thread: KnownThread) -> KnownThread:
    """What is known now, without losing what was known before."""
    own_title = known.title if known.named or not thread.title else thread.title
    return replace(
        thread,
        title=own_title,
        named=known.named or thread.named,
        assistant_id=thread.assistant_id or known.assistant_id,
        created_at=known.created_at,
        run_id=thread.run_id or known.run_id,
        status=thread.status or known.status,
        origin=thread.origin or known.origin,
    )


def _find(connection: sqlite3.Connection, server: str, thread_id: str) -> KnownThread | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM threads WHERE {_KEY}", _key(server, thread_id)
    ).fetchone()
    return None if row is None else _thread(*row)


def _thread(
    thread_id: bytes, title: bytes, named: int, assistant: bytes, *rest: Any
) -> KnownThread:
    created, used, run, status, origin, has_copy = rest
    return KnownThread(
        id=to_text(thread_id),
        title=to_text(title),
        assistant_id=to_text(assistant),
        created_at=created,
        used_at=used,
        run_id=to_text(run),
        status=status,
        origin=to_text(origin),
        named=bool(named),
        has_copy=bool(has_copy),
    )


def _key(server: str, thread_id: str) -> dict[str, bytes]:
    return {"server": to_blob(server), "thread": to_blob(thread_id)}
