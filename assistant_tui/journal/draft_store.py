"""Where drafts are kept while one types: in the journal, at the worst in a file beside it."""

import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from assistant_tui.journal import drafts
from assistant_tui.journal.database import Database
from assistant_tui.journal.draft_files import DraftFiles, is_forgotten
from assistant_tui.journal.drafts import KeptDraft
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.locks import Owner

_PATIENCE = 0.5
"""Seconds that the screen, or the end of the program, waits for the journal to take a draft."""


class DraftStore:
    """The drafts of one journal; the methods are those of Journal, and raise JournalError."""

    def __init__(self, database: Database, owner: Owner, clock: Callable[[], float]) -> None:
        self._database = database
        self._owner = owner
        self._clock = clock
        self._rescued = DraftFiles(database.path)
        self._in_journal: set[tuple[str, str]] = set()
        """Server and key of this owner's drafts of which the journal has any version."""

    def keep(self, server: str, key: str, text: str) -> None:
        """Keep a draft, where the journal does not take it within a moment in a file beside it."""
        draft = self._draft(server, key, text)
        try:
            self._keep_in_journal(draft)
        except JournalError:
            with _of_files():
                self._rescued.keep(draft)
                self._owner.acquire_lock()

    def _keep_in_journal(self, draft: KeptDraft) -> None:
        with self._database.writing(_PATIENCE) as connection:
            self._owner.acquire_lock()
            drafts.keep(connection, draft)
        self._in_journal.add((draft.server, draft.key))
        with _of_files():
            self._rescued.forget(draft)

    def _draft(self, server: str, key: str, text: str = "") -> KeptDraft:
        return KeptDraft(server, key, self._clock(), text, self._owner.token)

    def forget(self, server: str, key: str) -> None:
        """Remove this owner's draft, if there is one."""
        draft = self._draft(server, key)
        if (server, key) in self._in_journal:
            self._forget_surely(draft)
        else:
            with _of_files():
                self._rescued.forget(draft)

    def _forget_surely(self, draft: KeptDraft) -> bool:
        """Remove a draft; where the journal does not let it go, a file says that it is forgotten.

        Returns:
            False if there was certainly none.
        """
        with _of_files():
            rescued = self._rescued.forget(draft)
        try:
            return self._forget_in_journal(draft) or rescued
        except JournalError:
            with _of_files():
                self._rescued.note_forgotten(draft)
            return True

    def _forget_in_journal(self, draft: KeptDraft) -> bool:
        with self._database.writing(_PATIENCE) as connection:
            return drafts.forget(connection, draft.server, draft.key, draft.owner)

    def leave(self, server: str, key: str) -> None:
        """Make this owner's draft one of a program that runs no more."""
        mine, left = self._draft(server, key), f"left-{secrets.token_hex(8)}"
        with _of_files():
            rescued = self._rescued.hand_over(mine, left)
        try:
            with self._database.writing(_PATIENCE) as connection:
                drafts.hand_over(connection, mine, left)
        except JournalError:
            if not rescued:
                raise

    def orphans(self, server: str) -> tuple[KeptDraft, ...]:
        """The drafts, newest first, of programs that run no more."""
        with _of_files():
            beside = [each for each in self._rescued.of(server) if not self._is_alive(each)]
        left: tuple[KeptDraft, ...]
        try:
            left = self._database.read(lambda connection: self.orphans_in(connection, server), ())
        except JournalError:
            if all(is_forgotten(each) for each in beside):
                raise
            left = ()
        else:
            self._catch_up([each for each in beside if is_forgotten(each)])
        # What is in a file is newer than what the same program had kept of it before.
        found = {(each.key, each.owner): each for each in (*left, *beside)}
        offered = (each for each in found.values() if not is_forgotten(each))
        return tuple(sorted(offered, key=lambda each: -each.at))

    def _catch_up(self, forgotten: Iterable[KeptDraft]) -> None:
        """Remove from the journal what it did not let go; where it still does not, later."""
        for draft in forgotten:
            with contextlib.suppress(JournalError):
                self._forget_in_journal(draft)
                with _of_files():
                    self._rescued.forget(draft)

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
            self._owner.acquire_lock()
            rescued = self._rescued.hand_over(draft, self._owner.token)
        if rescued:
            self._forget_surely(draft)  # an older one that the journal may have
            return True
        with self._database.writing() as connection:
            if self._is_alive(draft):
                return False
            adopted = drafts.hand_over(connection, draft, self._owner.token)
        if adopted:
            self._in_journal.add((draft.server, draft.key))
        return adopted

    def discard(self, draft: KeptDraft) -> bool:
        """Remove a draft that was left behind; False as with adopt."""
        with _of_files():
            if self._is_alive(draft):
                return False
        return self._forget_surely(draft)

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
