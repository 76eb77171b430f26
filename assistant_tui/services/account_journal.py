"""The journal of one account: what was done and typed there, asked for without blocking."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.resource import ASSISTANTS, THREADS, ResourceKind
from assistant_tui.journal.drafts import EditorState, KeptDraft, dump_draft
from assistant_tui.journal.entries import Change, Entry
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.idempotency import KnownCreate
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_notes import AccountNotes
from assistant_tui.services.account_threads import AccountThreads
from assistant_tui.services.journal_access import Account, JournalAccess


class AccountJournal:
    """What the journal has of one account's objects of one kind, and the drafts of them.

    Without a journal, nothing is kept and nothing found. Where the journal fails, `trouble` says
    how in one sentence, and what was asked for goes on without it, unless a method says otherwise.
    """

    def __init__(
        self,
        journal: Journal | None = None,
        account: Account | str = "",
        resource: ResourceKind = ASSISTANTS,
    ) -> None:
        """Open nothing yet.

        Args:
            journal: where all is kept; None where nothing is.
            account: what the entries are kept under.
            resource: the kind of object that it keeps changes and drafts of.
        """
        account = Account(account) if isinstance(account, str) else account
        self._access = JournalAccess(journal, account)
        self._resource = resource
        self.drafts = AccountDrafts(self._access, resource)
        self.threads = AccountThreads(self._access)
        self.thread_drafts = AccountDrafts(self._access, THREADS)

    @property
    def trouble(self) -> str:
        """Why the journal last failed; empty while it works."""
        return self._access.trouble

    def notes(self, kind: ResourceKind) -> AccountNotes:
        """The notes of one kind of what must not be left behind."""
        return AccountNotes(self._access, kind)

    async def check(self, size: int) -> str:
        """Why a copy of so many bytes could not be kept just now; empty if it could."""
        try:
            await self._access.attempt(lambda journal, _: journal.check(size), None)
        except JournalError as error:
            return str(error)
        return ""

    async def add(self, change: Change, key: str = "") -> int | None:
        """Keep what is done to an object; `key` is the idempotency key of a create.

        Returns:
            The number of the entry; None without a journal.

        Raises:
            JournalError: it was not kept.
        """
        return await self._access.attempt(
            lambda journal, server: journal.entries.add(server, change, self._resource, key=key),
            None,
        )

    async def known_creates(self, keys: Collection[str]) -> Mapping[str, KnownCreate]:
        """What became of the creates with these keys, of those that are known."""
        return await self._access.ask(
            lambda journal, server: journal.idempotency.find(server, keys, self._resource), {}
        )

    async def created_ids(self) -> frozenset[str]:
        """The ids of all that is known to have been created with an idempotency key."""
        return await self._access.ask(
            lambda journal, server: journal.idempotency.created_ids(server, self._resource),
            frozenset[str](),
        )

    async def begin_create(self, key: str, before: Collection[str] | None) -> bool:
        """Note that the create with this key is about to be sent.

        Args:
            key: the idempotency key.
            before: the newest ids of the server, which it cannot have made; None if it lists none.

        Returns:
            False if there is an earlier create with this key that got no answer.

        Raises:
            JournalError: it was not noted.
        """
        return await self._access.attempt(
            lambda journal, server: journal.idempotency.begin(server, key, before, self._resource),
            True,
        )

    async def drop_create(self, key: str) -> None:
        """Forget a create that certainly made nothing."""
        await self._access.ask(
            lambda journal, server: journal.idempotency.drop(server, key, self._resource), None
        )

    async def withdraw(self, number: int | None) -> None:
        """Take back an entry whose change did not come about."""
        if number is not None:
            await self._access.ask(lambda journal, _: journal.entries.withdraw(number), None)

    async def pass_over(self, number: int | None) -> None:
        """Mark an entry as undone whose change is gone already, so that `last` passes over it."""
        if number is not None:
            await self._access.ask(lambda journal, _: journal.entries.mark_undone(number), False)

    @asynccontextmanager
    async def claimed(self, number: int | None) -> AsyncIterator[bool]:
        """Whether an entry is this program's alone to take back, as long as this lasts."""
        if number is None:
            yield True
            return
        free = await self._access.ask(lambda journal, _: journal.entries.claim(number), True)
        try:
            yield free
        finally:
            if free and self._access.journal is not None:
                self._access.journal.entries.release(number)

    @asynccontextmanager
    async def creating(self, key: str, earlier: str) -> AsyncIterator[bool]:
        """Whether a create with this key is this program's alone, as long as this lasts.

        `earlier` is the id of what is known to have been created with it; empty for none.
        """
        free = await self._access.ask(
            lambda journal, server: journal.idempotency.claim(server, key, earlier, self._resource),
            True,
        )
        try:
            yield free
        finally:
            if free:
                await self._access.ask(
                    lambda journal, server: journal.idempotency.release(
                        server, key, self._resource
                    ),
                    None,
                )

    async def last(self) -> Entry | None:
        """What is to be undone next."""
        return await self._access.ask(
            lambda journal, server: journal.entries.last(server, self._resource), None
        )

    async def batch(self, token: str) -> tuple[Entry, ...]:
        """What of an operation on many objects was not undone yet, newest first."""
        return await self._access.ask(
            lambda journal, server: journal.entries.batch(server, token, self._resource), ()
        )

    async def history(self, object_id: str) -> tuple[Entry, ...]:
        """What was done to an object here, newest first."""
        return await self._access.ask(
            lambda journal, server: journal.entries.history(server, object_id, self._resource), ()
        )

    async def trash(self) -> tuple[Entry, ...]:
        """What was deleted here and not restored, newest first."""
        return await self._access.ask(
            lambda journal, server: journal.entries.trash(server, resource=self._resource), ()
        )

    async def present_id(self, object_id: str) -> str:
        """The id under which an object goes on since it was last recreated."""
        return await self._access.ask(
            lambda journal, server: journal.entries.present_id(server, object_id, self._resource),
            object_id,
        )


class AccountDrafts:
    """The drafts of one account's objects of one kind, of this program and those left behind."""

    def __init__(self, access: JournalAccess, resource: ResourceKind) -> None:
        self._access = access
        self._resource = resource
        self._kept_under: dict[str, str] = {}
        """The account under which each draft was last kept, by the draft's key."""

    async def keep(self, key: str, draft: Draft) -> None:
        """Keep what is being typed, so that it outlives the program."""
        await asyncio.to_thread(self.keep_now, key, draft)

    def keep_now(self, key: str, draft: Draft, editor_state: EditorState | None = None) -> None:
        """As `keep`, but done when it returns, within a moment: before the program is ended,
        or before the terminal is an editor's, which a text of the draft is open in then. Where the
        journal cannot take it, it is kept in a file beside that."""
        text = dump_draft(draft, editor_state)

        def keep_in(journal: Journal, server: str) -> None:
            journal.drafts.keep(server, key, text, self._resource)
            former, self._kept_under[key] = self._kept_under.get(key, server), server
            if former != server:  # it was kept before it was known whose it is
                journal.drafts.forget(former, key, self._resource)

        self._access.ask_now(keep_in)

    def forget_now(self, key: str) -> None:
        """As `forget`, but done when it returns."""
        under, kind = self._kept_under, self._resource
        self._access.ask_now(
            lambda journal, server: journal.drafts.forget(under.pop(key, server), key, kind)
        )

    def leave_now(self, key: str) -> None:
        """Offer a draft from now on as one that was left behind; done when it returns."""
        under, kind = self._kept_under, self._resource
        self._access.ask_now(
            lambda journal, server: journal.drafts.leave(under.pop(key, server), key, kind)
        )

    @property
    def edits(self) -> Path | None:
        """The folder for texts that are open in an editor; None where nothing is kept."""
        return None if self._access.journal is None else self._access.journal.edits

    async def forget(self, key: str) -> None:
        """The draft was saved or given up."""
        await asyncio.to_thread(self.forget_now, key)

    async def orphans(self) -> tuple[KeptDraft, ...]:
        """Drafts that programs left behind, newest first."""
        return await self._access.ask(
            lambda journal, server: journal.drafts.orphans(server, self._resource), ()
        )

    async def adopt(self, draft: KeptDraft) -> bool:
        """Take over a draft that was left behind; False if another program has taken it."""
        return await self._access.ask(lambda journal, _: journal.drafts.adopt(draft), False)

    async def discard(self, draft: KeptDraft) -> None:
        """Remove a draft that was left behind."""
        await self._access.ask(lambda journal, _: journal.drafts.discard(draft), False)
