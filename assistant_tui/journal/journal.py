"""What was done to assistants here and what is being typed, kept on this machine alone.

How undoing works: an undoing is a new change (or, for a deletion, a recreation), recorded with
`undoes`, the number of what it takes back. Both then drop out of `last`: the one is undone, the
other is an undoing; so pressing `u` again reaches the entry before, never the undoing. A version
that is restored from the history is recorded without `undoes`, as any change, and can be undone.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant_tui.journal import drafts, entries, idempotency, pruning
from assistant_tui.journal.database import Database
from assistant_tui.journal.draft_store import DraftStore
from assistant_tui.journal.drafts import KeptDraft
from assistant_tui.journal.entries import ChangeKind, Entry
from assistant_tui.journal.idempotency import IdempotencyKeys
from assistant_tui.journal.locks import Claims, Owner

_PROBE_PATIENCE = 1.0
"""Seconds that a question waits for the answer whether something can be kept."""
_LARGEST_PROBE = 1_000_000
"""Bytes that are written at most to see whether there is room."""


class Journal:
    """One SQLite file (0600) of entries and drafts, safe to share between threads and programs.

    `server` is any text that tells servers apart; it is kept as it is and must hold no key.
    Making a journal touches nothing: the file is opened at the first use, made at the first write.
    What a method has returned from is on disk. Methods are short but block; all of them raise
    JournalError, and what could not be kept is then to be found nowhere but in the caller's memory.
    """

    def __init__(
        self,
        path: Path,
        *,
        keep_days: int = 90,
        keep_bytes: int = 50_000_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Entries older than `keep_days`, and the oldest of those whose texts together are larger
        than `keep_bytes`, are taken out at each opening (see pruning); drafts never are."""
        self._keep_days = keep_days
        self._keep_bytes = keep_bytes
        self._clock = clock
        self.edits = path.with_name("edits")
        """The folder for texts that are open in an editor; made by who needs it."""
        self._owner = Owner(path)
        self._claims = Claims(path)
        self._database = Database(path, self._keep_house)
        self.creates = IdempotencyKeys(self._database, self._claims)
        """The creates that are noted before they are sent."""
        self._drafts = DraftStore(self._database, self._owner, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, for good; the drafts that were not forgotten are left behind."""
        try:
            self._database.close()
        finally:
            self._claims.release_all()
            self._owner.release()

    @property
    def owner(self) -> str:
        """The token under which this journal's drafts are kept."""
        return self._owner.token

    @property
    def journal_mode(self) -> str:
        """``wal``, or what SQLite uses where that is not to be had; empty before the first use."""
        return self._database.journal_mode

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept here."""
        return self._database.path.exists()

    def check(self, size: int) -> None:
        """Write `size` bytes and take them out again; returns if an entry so large can be kept.

        Raises:
            JournalError: it cannot.
        """
        with self._database.writing(_PROBE_PATIENCE) as connection:
            probe = (min(size, _LARGEST_PROBE),)
            connection.execute("INSERT INTO probe VALUES (zeroblob(?))", probe)
        with self._database.writing(_PROBE_PATIENCE) as connection:
            connection.execute("DELETE FROM probe")

    def take_over(self, server: str, was: Callable[[str], bool]) -> None:
        """Put what older versions kept of a server under its name of today.

        `was` says of a former name whether it meant this server. Drafts of programs that still run
        stay where those look for them.
        """
        nothing: list[str] = []
        found = self._database.read(entries.servers, nothing, _PROBE_PATIENCE)
        former = [each for each in found if each != server and was(each)]
        if not former:
            return
        with self._database.writing() as connection:
            for each in former:
                entries.move(connection, each, server)
                idempotency.move(connection, each, server)
                left = self._drafts.orphans_in(connection, each)
                for owner in {draft.owner for draft in left}:
                    drafts.move(connection, each, server, owner)

    def add(
        self,
        server: str,
        assistant_id: str,
        kind: ChangeKind,
        before: str | None,
        after: str | None,
        *,
        undoes: int | None = None,
        batch: str = "",
        key: str = "",
    ) -> int:
        """Keep what is done to an assistant, `before` and `after` being its exact JSON.

        `undoes` is the number of the entry that is taken back by this: that one is marked undone
        in the same step. A deletion is best recorded before it is sent, and withdrawn if refused:
        nothing else brings the assistant back. `batch` is a token that the entries of one act on
        many assistants share; `key` is that of the create that this finishes.

        Returns:
            The entry's number.
        """
        now = self._clock()
        entry = Entry(0, server, assistant_id, kind, now, before, after, undoes=undoes, batch=batch)
        with self._database.writing() as connection:
            if undoes is not None:
                entries.mark(connection, undoes, True)
            if key:
                idempotency.finish(connection, server, key, assistant_id)
            return entries.insert(connection, entry)

    def withdraw(self, number: int) -> None:
        """Take out an entry whose deed did not come about; what it undid is not undone then."""
        with self._database.writing() as connection:
            entries.withdraw(connection, number)

    def mark_undone(self, number: int, undone: bool = True) -> bool:
        """Have `last` and `trash` pass over an entry, or no longer.

        For one that is taken back without a new entry, or cannot be taken back any more, so that
        the next undoing reaches the one before.

        Returns:
            False if it was marked so already, or is not there (any more).
        """
        with self._database.writing() as connection:
            return entries.mark(connection, number, undone)

    def claim(self, number: int) -> bool:
        """Make sure that nobody else takes this entry back until `release`.

        Returns:
            False if somebody is doing so right now, or has done so already.
        """
        with self._database.writing() as connection:
            return entries.is_open(connection, number) and self._claims.take(_undoing(number))

    def release(self, number: int) -> None:
        """Let others take an entry back again, if it was not."""
        self._claims.release(_undoing(number))

    def history(self, server: str, assistant_id: str) -> tuple[Entry, ...]:
        """What was done to an assistant, newest first, across the deletions it came back from."""
        return self._database.read(
            lambda connection: entries.history(connection, server, assistant_id), ()
        )

    def present_id(self, server: str, assistant_id: str) -> str:
        """The id under which an assistant was last recreated here; its own if it never was.

        An older change is undone under this id: the one in its entry may be gone.
        """
        return self._database.read(
            lambda connection: entries.present_id(connection, server, assistant_id), assistant_id
        )

    def trash(self, server: str, limit: int = 500) -> tuple[Entry, ...]:
        """What was deleted and not restored, newest first, at most `limit`."""
        return self._database.read(lambda connection: entries.trash(connection, server, limit), ())

    def last(self, server: str) -> Entry | None:
        """What is to be undone next: the newest entry neither undone nor an undoing itself.

        It may be a creation.
        """
        return self._database.read(lambda connection: entries.last(connection, server), None)

    def batch(self, server: str, token: str) -> tuple[Entry, ...]:
        """What of an act on many assistants was not undone yet, newest first."""
        return self._database.read(lambda connection: entries.batch(connection, server, token), ())

    def prune(self) -> None:
        """Take out what is too old or too much, as each opening does."""
        with self._database.writing() as connection:
            self._prune(connection)

    def keep_draft(self, server: str, key: str, text: str) -> None:
        """Keep a draft (of dump_draft) in the place of this owner's former one with its key.

        Where the journal does not take it within a moment, it is kept in a file beside it, from
        where it is offered as all others. `key` is the assistant's id, or a token for a new one.
        Another program's draft of the same assistant is untouched.
        """
        self._drafts.keep(server, key, text)

    def forget_draft(self, server: str, key: str) -> None:
        """Remove this owner's draft, if there is one: it was saved or given up.

        Where the journal does not let it go within a moment, a file beside it says so.
        """
        self._drafts.forget(server, key)

    def leave_draft(self, server: str, key: str) -> None:
        """Make this owner's draft one that was left behind, to be offered from now on; within a
        moment."""
        self._drafts.leave(server, key)

    def drafts(self, server: str) -> tuple[KeptDraft, ...]:
        """All drafts, newest first: this owner's, other programs', and those left behind."""
        return self._database.read(lambda connection: drafts.kept(connection, server), ())

    def orphans(self, server: str) -> tuple[KeptDraft, ...]:
        """The drafts, newest first, of programs that run no more: those to offer."""
        return self._drafts.orphans(server)

    def adopt(self, draft: KeptDraft) -> bool:
        """Take over a draft that was left behind: it is this owner's from now on.

        Returns:
            False if another program was quicker, or its owner still runs.

        Raises:
            JournalError: this owner has a draft with its key already, which would be lost.
        """
        return self._drafts.adopt(draft)

    def discard(self, draft: KeptDraft) -> bool:
        """Remove a draft that was left behind; False as with adopt."""
        return self._drafts.discard(draft)

    def _prune(self, connection: sqlite3.Connection) -> None:
        pruning.prune(connection, self._clock(), self._keep_days, self._keep_bytes)
        idempotency.prune(connection)

    def _keep_house(self, connection: sqlite3.Connection) -> None:
        self._owner.sweep()
        self._prune(connection)


def _undoing(number: int) -> str:
    """What a claim to take back an entry is called."""
    return f"undoing-{number}"
