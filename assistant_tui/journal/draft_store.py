"""Where drafts are kept while one types: in the journal, at the worst in a file beside it."""

import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant_tui.journal import drafts
from assistant_tui.journal.database import Database
from assistant_tui.journal.drafts import KeptDraft
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.owners import Owner
from assistant_tui.journal.rescue import RescuedDrafts

SHORT_PATIENCE = 0.5
"""Seconds that the screen, or the end of the program, waits for the journal to take a draft."""


class DraftStore:
    """The drafts of one journal; the methods are those of Journal, and raise JournalError."""

    def __init__(self, database: Database, owner: Owner, clock: Callable[[], float]) -> None:
        self._database = database
        self._owner = owner
        self._clock = clock
        self._rescued = RescuedDrafts(database.path)

    def keep(self, server: str, key: str, text: str, patience: float | None = None) -> None:
        """Keep a draft in the journal."""
        with self._database.writing(patience) as connection:
            self._owner.show_alive()
            drafts.keep(connection, self._draft(server, key, text))
        with _of_files():
            self._rescued.forget(server, key, self._owner.token)

    def keep_now(self, server: str, key: str, text: str) -> None:
        """Keep a draft within a moment, where the journal does not take it in a file beside it."""
        try:
            self.keep(server, key, text, SHORT_PATIENCE)
        except JournalError:
            with _of_files():
                self._rescued.keep(self._draft(server, key, text))
                self._owner.show_alive()

    def _draft(self, server: str, key: str, text: str) -> KeptDraft:
        return KeptDraft(server, key, self._clock(), text, self._owner.token)

    def forget(self, server: str, key: str, patience: float | None = None) -> None:
        """Remove this owner's draft, if there is one."""
        with _of_files():
            self._rescued.forget(server, key, self._owner.token)
        with self._database.writing(patience) as connection:
            drafts.forget(connection, server, key, self._owner.token)

    def leave(self, server: str, key: str, patience: float) -> None:
        """Make this owner's draft one of a program that runs no more."""
        mine, left = self._draft(server, key, ""), f"left-{secrets.token_hex(8)}"
        with _of_files():
            rescued = self._rescued.hand_over(mine, left)
        try:
            with self._database.writing(patience) as connection:
                drafts.hand_over(connection, mine, left)
        except JournalError:
            if not rescued:
                raise

    def orphans(self, server: str) -> tuple[KeptDraft, ...]:
        """The drafts, newest first, of programs that run no more."""
        with _of_files():
            rescued = [each for each in self._rescued.of(server) if not self._is_alive(each)]
        left: tuple[KeptDraft, ...]
        try:
            left = self._database.read(lambda connection: self.orphans_in(connection, server), ())
        except JournalError:
            if not rescued:
                raise
            left = ()
        # What was rescued is newer than what the same program had kept of it before.
        found = {(each.key, each.owner): each for each in (*left, *rescued)}
        return tuple(sorted(found.values(), key=lambda each: -each.at))

    def orphans_in(self, connection: sqlite3.Connection, server: str) -> tuple[KeptDraft, ...]:
        """Those of them that stand in the journal."""
        found = drafts.kept(connection, server)
        alive = {owner: self._owner.is_alive(owner) for owner in {each.owner for each in found}}
        return tuple(draft for draft in found if not alive[draft.owner])

    def adopt(self, draft: KeptDraft) -> bool:
        """Take over a draft that was left behind; False where another program was quicker."""
        with _of_files():
            if self._is_alive(draft):
                return False
            self._owner.show_alive()
            rescued = self._rescued.hand_over(draft, self._owner.token)
        if rescued:
            with contextlib.suppress(JournalError):  # the older one would be offered again
                self._forget(draft)
            return True
        with self._database.writing() as connection:
            if self._is_alive(draft):
                return False
            return drafts.hand_over(connection, draft, self._owner.token)

    def discard(self, draft: KeptDraft) -> bool:
        """Remove a draft that was left behind; False as with adopt."""
        with _of_files():
            if self._is_alive(draft):
                return False
            rescued = self._rescued.forget(draft.server, draft.key, draft.owner)
        return self._forget(draft) or rescued

    def _forget(self, draft: KeptDraft) -> bool:
        with self._database.writing() as connection:
            return not self._is_alive(draft) and drafts.forget(
                connection, draft.server, draft.key, draft.owner
            )

    def _is_alive(self, draft: KeptDraft) -> bool:
        return self._owner.is_alive(draft.owner)


@contextmanager
def _of_files() -> Iterator[None]:
    """What the file system says of the files beside the journal, as a JournalError."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise JournalError(f"the files beside the journal cannot be used: {why}") from error
