"""Where drafts are kept while one types: in the journal, at the worst in a file beside it."""

import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from assistant_tui.core.resource import ASSISTANTS, ResourceKind
from assistant_tui.journal.drafts import OPEN_HERE, DraftFiles, KeptDraft, is_forgotten
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.locks import Owner
from assistant_tui.journal.schema import to_blob, to_text
from assistant_tui.storage.sqlite import Database

_THIS = "server = :server AND resource = :resource AND key = :key AND owner = :owner"
_PATIENCE = 0.5
"""Seconds that the screen, or the end of the program, waits for the journal to take a draft."""


class DraftStore:
    """The drafts of one journal, by server, resource and key; all methods raise JournalError.

    A key is the object's id, or a random name for a new one. Each running program has its own draft
    of a key; those of programs that run no more can be adopted.
    """

    def __init__(self, database: Database, owner: Owner, clock: Callable[[], float]) -> None:
        self._database = database
        self._owner = owner
        self._clock = clock
        self._files = DraftFiles(database.path)
        self._in_journal: set[tuple[str, str, ResourceKind]] = set()
        """Server, key and resource of this owner's drafts of which the journal has any version."""

    def keep(self, server: str, key: str, text: str, resource: ResourceKind = ASSISTANTS) -> None:
        """Keep a draft (of dump_draft) in the place of this owner's former one with its key.

        Where the journal does not take it within a moment, it is kept in a file beside it, from
        where it is offered as all others.
        """
        draft = self._draft(server, key, resource, text)
        try:
            self._keep_in_journal(draft)
        except JournalError:
            with _translated():
                self._files.keep(draft)
                self._owner.acquire_lock()

    def _keep_in_journal(self, draft: KeptDraft) -> None:
        with self._database.writing(_PATIENCE) as connection:
            self._owner.acquire_lock()
            _keep(connection, draft)
        self._in_journal.add((draft.server, draft.key, draft.resource))
        with _translated():
            self._files.forget(draft)

    def _draft(self, server: str, key: str, resource: ResourceKind, text: str = "") -> KeptDraft:
        return KeptDraft(server, key, self._clock(), text, self._owner.token, resource)

    def forget(self, server: str, key: str, resource: ResourceKind = ASSISTANTS) -> None:
        """Remove this owner's draft, if there is one: it was saved or given up.

        Where the journal does not let it go within a moment, a file beside it says so.
        """
        draft = self._draft(server, key, resource)
        if (server, key, resource) in self._in_journal:
            self._forget_everywhere(draft)
        else:
            with _translated():
                self._files.forget(draft)

    def _forget_everywhere(self, draft: KeptDraft) -> bool:
        """Remove a draft; where the journal does not let it go, a file says that it is forgotten.

        Returns:
            False if there was certainly none.
        """
        with _translated():
            was_in_file = self._files.forget(draft)
        try:
            return self._forget_in_journal(draft) or was_in_file
        except JournalError:
            with _translated():
                self._files.note_forgotten(draft)
            return True

    def _forget_in_journal(self, draft: KeptDraft) -> bool:
        with self._database.writing(_PATIENCE) as connection:
            return _forget(connection, draft)

    def leave(self, server: str, key: str, resource: ResourceKind = ASSISTANTS) -> None:
        """Make this owner's draft one that was left behind, to be offered from now on."""
        mine, left = self._draft(server, key, resource), f"left-{secrets.token_hex(8)}"
        with _translated():
            was_in_file = self._files.hand_over(mine, left)
        try:
            with self._database.writing(_PATIENCE) as connection:
                _hand_over(connection, mine, left)
        except JournalError:
            if not was_in_file:
                raise

    def all(self, server: str, resource: ResourceKind = ASSISTANTS) -> tuple[KeptDraft, ...]:
        """All drafts, newest first: this owner's, other programs', and those left behind."""
        nothing: tuple[KeptDraft, ...] = ()
        return self._database.read_if_exists(
            lambda connection: _kept(connection, server, resource), nothing
        )

    def orphans(self, server: str, resource: ResourceKind = ASSISTANTS) -> tuple[KeptDraft, ...]:
        """The drafts, newest first, of programs that run no more: those to offer."""
        with _translated():
            beside = [each for each in self._files.of(server, resource) if not self._is_alive(each)]
        left: tuple[KeptDraft, ...] = ()
        try:
            left = self._database.read_if_exists(
                lambda connection: self._orphans_in(connection, server, resource), left
            )
        except JournalError:
            if all(is_forgotten(each) for each in beside):
                raise
        else:
            self._catch_up([each for each in beside if is_forgotten(each)])
        # What is in a file is newer than what the same program had kept of it before.
        found = {(each.key, each.owner): each for each in (*left, *beside)}
        offered = (each for each in found.values() if not is_forgotten(each))
        return tuple(sorted(offered, key=lambda each: -each.at))

    def _catch_up(self, forgotten: Iterable[KeptDraft]) -> None:
        """Remove from the journal what could not be removed before, if it can be now."""
        for draft in forgotten:
            with contextlib.suppress(JournalError):
                self._forget_in_journal(draft)
                with _translated():
                    self._files.forget(draft)

    def _orphans_in(
        self, connection: sqlite3.Connection, server: str, resource: ResourceKind
    ) -> tuple[KeptDraft, ...]:
        found = _kept(connection, server, resource)
        alive = {owner: self._owner.is_alive(owner) for owner in {each.owner for each in found}}
        return tuple(draft for draft in found if not alive[draft.owner])

    def rename_server(self, connection: sqlite3.Connection, former: str, server: str) -> None:
        """Put the drafts of programs that run no more under another name of their server.

        Those of programs that still run stay where these look for them.
        """
        owners = connection.execute(
            "SELECT DISTINCT owner FROM drafts WHERE server = ?", (to_blob(former),)
        ).fetchall()
        for (owner,) in owners:
            if not self._owner.is_alive(owner):
                connection.execute(
                    "UPDATE OR REPLACE drafts SET server = ? WHERE server = ? AND owner = ?",
                    (to_blob(server), to_blob(former), owner),
                )

    def adopt(self, draft: KeptDraft) -> bool:
        """Take over a draft that was left behind: it is this owner's from now on.

        Returns:
            False if another program was quicker, or its owner still runs.

        Raises:
            JournalError: this owner has a draft with its key already, which would be lost.
        """
        with _translated():
            if self._is_alive(draft):
                return False
            self._owner.acquire_lock()
            was_in_file = self._files.hand_over(draft, self._owner.token)
        if was_in_file:
            self._forget_everywhere(draft)  # an older one that the journal may have
            return True
        with self._database.writing() as connection:
            if self._is_alive(draft):
                return False
            adopted = _hand_over(connection, draft, self._owner.token)
        if adopted:
            self._in_journal.add((draft.server, draft.key, draft.resource))
        return adopted

    def discard(self, draft: KeptDraft) -> bool:
        """Remove a draft that was left behind; False as with adopt."""
        with _translated():
            if self._is_alive(draft):
                return False
        return self._forget_everywhere(draft)

    def _is_alive(self, draft: KeptDraft) -> bool:
        return self._owner.is_alive(draft.owner)


@contextmanager
def _translated() -> Iterator[None]:
    """What the file system says of the files beside the journal, as a JournalError."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise JournalError(f"the files beside the journal cannot be used: {why}") from error


def _keep(connection: sqlite3.Connection, draft: KeptDraft) -> None:
    """Put a draft in the place of its owner's former one with the same key."""
    connection.execute(
        "INSERT INTO drafts (server, resource, key, owner, at, text)"
        " VALUES (:server, :resource, :key, :owner, :at, :text)"
        " ON CONFLICT (server, resource, key, owner)"
        " DO UPDATE SET at = excluded.at, text = excluded.text",
        {**_key_columns(draft), "at": draft.at, "text": to_blob(draft.text)},
    )


def _forget(connection: sqlite3.Connection, draft: KeptDraft) -> bool:
    """Remove an owner's draft; False if there was none."""
    done = connection.execute(f"DELETE FROM drafts WHERE {_THIS}", _key_columns(draft))
    return done.rowcount == 1


def _kept(
    connection: sqlite3.Connection, server: str, resource: ResourceKind
) -> tuple[KeptDraft, ...]:
    """The drafts of all owners on one server, newest first."""
    rows = connection.execute(
        "SELECT key, at, text, owner FROM drafts WHERE server = ? AND resource = ?"
        " ORDER BY at DESC, rowid DESC",
        (to_blob(server), resource.journal_name),
    )
    return tuple(
        KeptDraft(server, to_text(key), at, to_text(text), owner, resource)
        for key, at, text, owner in rows
    )


def _hand_over(connection: sqlite3.Connection, draft: KeptDraft, owner: str) -> bool:
    """Make a draft another owner's; False if it is not there (any more).

    Raises:
        JournalError: that owner has a draft with this key already, which would be lost.
    """
    try:
        done = connection.execute(
            f"UPDATE drafts SET owner = :next WHERE {_THIS}", {**_key_columns(draft), "next": owner}
        )
    except sqlite3.IntegrityError:
        raise JournalError(OPEN_HERE) from None
    return done.rowcount == 1


def _key_columns(draft: KeptDraft) -> Mapping[str, Any]:
    return {
        "server": to_blob(draft.server),
        "resource": draft.resource.journal_name,
        "key": to_blob(draft.key),
        "owner": draft.owner,
    }
