"""What was done and typed on one server, kept in the journal; its failures never stop the work."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from assistant_tui.config.identity import AccountIdentity
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.journal.drafts import InEditor, KeptDraft, dump_draft
from assistant_tui.journal.entries import ChangeKind, Entry
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.idempotency import KnownCreate
from assistant_tui.journal.journal import Journal


class Account:
    """One account on one server, by its name in the journal."""

    def __init__(
        self, server: str | AccountIdentity, fetch_key: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """`server` is the name, or is asked for it each time.

        `fetch_key` is given where only the key tells whose account it is.
        """
        self._server = server
        self._fetch_key = fetch_key
        self._guard = threading.Lock()
        self._taken_over = isinstance(server, str)

    def name(self) -> str:
        """The name as far as it is known now.

        Raises:
            JournalError: nothing tells this account from others.
        """
        if isinstance(self._server, str):
            return self._server
        try:
            return self._server.text()
        except OSError as error:
            why = f"{error.strerror}: {error.filename}"
            raise JournalError(f"the journal cannot tell this account from others: {why}") from None

    async def known(self) -> None:
        """Return once it is known whose account it is.

        Raises:
            JournalError: the key is not to be had.
        """
        if self._fetch_key is not None:
            try:
                await self._fetch_key()
            except ServiceError as error:
                raise JournalError(f"it is not known whose account this is: {error}") from None

    def take_over(self, journal: Journal, name: str) -> None:
        """Once, put under this name what was kept before the account had it."""
        if isinstance(self._server, str):
            return
        with self._guard:
            if not self._taken_over:
                with suppress(JournalError):  # whoever asks the journal next meets it, too
                    journal.take_over(name, self._server.matches_former)
                    self._taken_over = True


_Found = TypeVar("_Found")


class JournalAccess:
    """The way to the journal, or to none: then nothing is kept and nothing found."""

    def __init__(self, journal: Journal | None = None, account: Account | str = "") -> None:
        """`account` tells what the entries are kept under."""
        self._journal = journal
        self._account = Account(account) if isinstance(account, str) else account
        self._kept_under: dict[str, str] = {}
        """What drafts were kept under last, by their keys."""
        self.trouble = ""
        """Why the journal last failed; empty while it works."""

    async def _ask(self, question: Callable[[Journal, str], _Found], otherwise: _Found) -> _Found:
        """Do something with the journal in a thread, since it waits for the disk."""
        try:
            return await self._try(question, otherwise)
        except JournalError:
            return otherwise

    async def _try(self, question: Callable[[Journal, str], _Found], otherwise: _Found) -> _Found:
        """As `_ask`, but a failure of the journal is raised, too; `otherwise` is without any."""
        if self._journal is None:
            return otherwise
        try:
            await self._account.known()
            found = await asyncio.to_thread(self._answer, question, self._journal)
        except JournalError as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        return found

    def _answer(self, question: Callable[[Journal, str], _Found], journal: Journal) -> _Found:
        name = self._account.name()
        self._account.take_over(journal, name)
        return question(journal, name)


class AccountJournal(JournalAccess):
    """The part of the journal that is about one server.

    Without a journal, nothing is kept and nothing found. Where the journal fails, `trouble` says
    how in one sentence, and what was asked for goes on without it, unless a method says otherwise.
    """

    async def check(self, size: int) -> str:
        """Why a copy of so many bytes could not be kept just now; empty if it could."""
        try:
            await self._try(lambda journal, _: journal.check(size), None)
        except JournalError as error:
            return str(error)
        return ""

    async def add(
        self,
        assistant_id: str,
        kind: ChangeKind,
        before: str | None,
        after: str | None,
        *,
        undoes: int | None = None,
        batch: str = "",
        key: str = "",
    ) -> int | None:
        """Keep what is done to an assistant; the number of the entry, None without a journal.

        Raises:
            JournalError: it was not kept.
        """
        return await self._try(
            lambda journal, server: journal.add(
                server,
                assistant_id,
                kind,
                before,
                after,
                undoes=undoes,
                batch=batch,
                key=key,
            ),
            None,
        )

    async def begin_create(self, key: str, before: Collection[str] | None) -> bool:
        """Note a create before it is sent; False if an earlier one with this key may still arrive.

        Raises:
            JournalError: it was not noted.
        """
        return await self._try(
            lambda journal, server: journal.creates.begin(server, key, before), True
        )

    async def drop_create(self, key: str) -> None:
        """Forget a create that certainly made nothing."""
        await self._ask(lambda journal, server: journal.creates.drop(server, key), None)

    async def creates(self, keys: Collection[str]) -> Mapping[str, KnownCreate]:
        """What became of the creates with these keys, of those that are known."""
        return await self._ask(lambda journal, server: journal.creates.find(server, keys), {})

    async def made(self) -> frozenset[str]:
        """The ids of all that is known to have been created here."""
        return await self._ask(
            lambda journal, server: journal.creates.made(server), frozenset[str]()
        )

    async def withdraw(self, number: int | None) -> None:
        """Take back an entry whose deed did not come about."""
        if number is not None:
            await self._ask(lambda journal, _: journal.withdraw(number), None)

    async def pass_over(self, number: int) -> None:
        """What an entry did is taken back already: the next undoing reaches the one before."""
        await self._ask(lambda journal, _: journal.mark_undone(number), False)

    @asynccontextmanager
    async def claimed(self, number: int | None) -> AsyncIterator[bool]:
        """Whether an entry is this program's alone to take back, as long as this lasts."""
        if number is None:
            yield True
            return
        free = await self._ask(lambda journal, _: journal.claim(number), True)
        try:
            yield free
        finally:
            if free and self._journal is not None:
                self._journal.release(number)

    @asynccontextmanager
    async def creating(self, key: str, earlier: str) -> AsyncIterator[bool]:
        """Whether a create with this key is this program's alone, as long as this lasts.

        `earlier` is the id of what is known to have been created with it; empty for none.
        """
        free = await self._ask(
            lambda journal, server: journal.creates.claim(server, key, earlier), True
        )
        try:
            yield free
        finally:
            if free:
                await self._ask(lambda journal, server: journal.creates.release(server, key), None)

    async def last(self) -> Entry | None:
        """What is to be undone next."""
        return await self._ask(lambda journal, server: journal.last(server), None)

    async def batch(self, token: str) -> tuple[Entry, ...]:
        """What of an act on many assistants was not undone yet, newest first."""
        return await self._ask(lambda journal, server: journal.batch(server, token), ())

    async def history(self, assistant_id: str) -> tuple[Entry, ...]:
        """What was done to an assistant here, newest first."""
        return await self._ask(lambda journal, server: journal.history(server, assistant_id), ())

    async def trash(self) -> tuple[Entry, ...]:
        """What was deleted here and not restored, newest first."""
        return await self._ask(lambda journal, server: journal.trash(server), ())

    async def present_id(self, assistant_id: str) -> str:
        """The id under which an assistant goes on since it was last recreated."""
        return await self._ask(
            lambda journal, server: journal.present_id(server, assistant_id), assistant_id
        )

    async def keep_draft(self, key: str, draft: Draft) -> None:
        """Keep what is being typed, so that it outlives the program."""
        await asyncio.to_thread(self.keep_draft_now, key, draft)

    def keep_draft_now(self, key: str, draft: Draft, in_editor: InEditor | None = None) -> None:
        """As `keep_draft`, but done when it returns, within a moment: before the program is ended,
        or before the terminal is an editor's, which a text of the draft is open in then. Where the
        journal cannot take it, it is kept in a file beside that."""
        text = dump_draft(draft, in_editor)

        def keep(journal: Journal, server: str) -> None:
            journal.keep_draft(server, key, text)
            former, self._kept_under[key] = self._kept_under.get(key, server), server
            if former != server:  # it was kept before it was known whose it is
                journal.forget_draft(former, key)

        self._do_now(keep)

    def forget_draft_now(self, key: str) -> None:
        """As `forget_draft`, but done when it returns."""
        under = self._kept_under
        self._do_now(lambda journal, server: journal.forget_draft(under.pop(key, server), key))

    def leave_draft_now(self, key: str) -> None:
        """Offer a draft from now on as one that was left behind; done when it returns."""
        under = self._kept_under
        self._do_now(lambda journal, server: journal.leave_draft(under.pop(key, server), key))

    @property
    def edits(self) -> Path | None:
        """The folder for texts that are open in an editor; None where nothing is kept."""
        return None if self._journal is None else self._journal.edits

    def _do_now(self, action: Callable[[Journal, str], None]) -> None:
        if self._journal is not None:
            try:
                action(self._journal, self._account.name())
            except JournalError as error:
                self.trouble = str(error)
            else:
                self.trouble = ""

    async def forget_draft(self, key: str) -> None:
        """The draft was saved or given up."""
        await asyncio.to_thread(self.forget_draft_now, key)

    async def orphans(self) -> tuple[KeptDraft, ...]:
        """Drafts that programs left behind, newest first."""
        return await self._ask(lambda journal, server: journal.orphans(server), ())

    async def adopt(self, draft: KeptDraft) -> bool:
        """Take over a draft that was left behind; False if it is not to be had any more."""
        return await self._ask(lambda journal, _: journal.adopt(draft), False)

    async def discard(self, draft: KeptDraft) -> None:
        """Remove a draft that was left behind."""
        await self._ask(lambda journal, _: journal.discard(draft), False)
