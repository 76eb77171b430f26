"""The assistants of one profile: every read and write of the program goes through here."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import AsyncExitStack, aclosing, contextmanager, suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.bulk_edits import BulkEdit
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import (
    Conflict,
    Forbidden,
    NotServed,
)
from assistant_tui.core.listing import Listing, Order, Page
from assistant_tui.core.resource import ASSISTANTS, Capability, ResourceKind
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.verification import SaveResult
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.errors import JournalError
from assistant_tui.services import fetching
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.creating import IdempotentCreator
from assistant_tui.services.fetching import fetch_page
from assistant_tui.services.full_listing import load_all
from assistant_tui.services.inventory import InventoryService
from assistant_tui.services.listing_cache import ListingCache
from assistant_tui.services.temporary_assistants import NOTES, TemporaryAssistants
from assistant_tui.services.verified_writes import VerifiedWrite, incomplete
from assistant_tui.services.writes import PendingWrites, WriteContext
from assistant_tui.transport.activity import Activity

if TYPE_CHECKING:
    from assistant_tui.services.threads.service import ThreadService

NO_CONTEXT = WriteContext()
"""The context of a write that belongs to nothing else."""


class AssistantService:
    """The assistants of one profile; every method but `can` raises ServiceError."""

    def __init__(
        self,
        client: AssistantsClient,
        *,
        page_size: int = 50,
        read_only: bool = False,
        full_replace: bool = False,
        listing_cache: ListingCache | None = None,
        journal: AccountJournal | None = None,
        notice: str = "",
        resources: AsyncExitStack | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            client: an open connection to the server.
            page_size: rows a page of the list, 1 to 100.
            read_only: refuse all writes before anything is sent.
            full_replace: let each modify carry the whole object, not the changed fields alone.
            listing_cache: where the first page is kept for the next start.
            journal: where changes, deletions and drafts are kept.
            notice: one sentence about this profile that a person should know.
            resources: what close() closes.
        """
        self._client = client
        self.inventory = InventoryService(client)
        """What the server lists that an assistant may name."""
        self.writes = PendingWrites()
        """The creates, changes and deletions under way; those of several services may be one."""
        self._page_size = page_size
        self._read_only = read_only
        self._full_replace = full_replace
        self._listing_cache = listing_cache
        self.journal = journal or AccountJournal()
        """What was done and typed on this account; without a journal, nothing is kept."""
        self.notice = notice
        """One sentence that a person should know about this service; empty for none."""
        self._creator = IdempotentCreator(client, self.journal)
        self._resources = resources or AsyncExitStack()

    async def close(self) -> None:
        """Close the connection, and the embedded server where there is one."""
        if "threads" in vars(self):
            await self.threads.close()
        if "temporary" in vars(self):
            await self.temporary.close()
        await self._resources.aclose()

    @property
    def activity(self) -> Activity:
        """What the requests to the server are doing at this moment."""
        return self._client.activity

    def can(self, capability: Capability, kind: ResourceKind = ASSISTANTS) -> bool:
        """Whether the server can do this with a kind of object, as far as is known."""
        return self._client.server.of(kind).can(capability)

    async def page(
        self, after: str | None = None, loaded: Listing | None = None, *, order: Order = "desc"
    ) -> Page:
        """Load the first page, or the one after an id, newest first unless `order` says otherwise.

        `loaded` is what is there already. A server that takes no cursor gets a page that says so,
        not an error; NotFound means that the row with that id is gone.
        """
        return await fetch_page(self._client, after, self._page_size, order=order, loaded=loaded)

    async def reload(self, count: int) -> Listing:
        """Load anew, page by page, until at least `count` rows are there or the list ends."""
        listing = Listing()
        while not listing.exhausted and (not listing.rows or len(listing) < count):
            listing = listing.extended(await self.page(listing.cursor, listing))
        if not listing.exhausted and not self.can(Capability.CURSOR):
            listing = listing.extended(await self.page(listing.cursor, listing))
        return listing

    async def load_all(self, listing: Listing) -> AsyncGenerator[Listing, None]:
        """Load all that is not in a listing: each answer brings a listing that has it, too."""
        checkpoints = (
            await asyncio.to_thread(self._listing_cache.checkpoints) if self._listing_cache else ()
        )
        async with aclosing(load_all(self._client, listing, checkpoints)) as listings:
            async for listing in listings:
                yield listing
        if listing.complete:
            await asyncio.to_thread(self.remember, listing)

    def remember(self, listing: Listing) -> None:
        """Keep on disk what the next start and the next full listing use, if the settings allow."""
        if self._listing_cache is not None:
            self._listing_cache.write(listing, self._page_size)

    async def fetch(self, assistant_id: str, previous_id: str | None = None) -> ResourceRow:
        """Return an assistant as the server has it now; `previous_id` is the row before it."""
        return await fetching.fetch(self._client, assistant_id, previous_id)

    async def create(
        self,
        draft: Draft,
        known: Collection[str] = (),
        context: WriteContext = NO_CONTEXT,
    ) -> SaveResult:
        """Create an assistant; `known` are the ids loaded so far.

        What an earlier try of an undoing or an import made, whose answer was lost, is found and not
        made once more. Raises Conflict where another program takes the same deletion back, or has
        done so.
        """
        with self._writing(Capability.CREATE, context) as write:
            async with self.journal.claimed(context.undoes) as free:
                if not free:
                    who = "another program on this machine"
                    raise Conflict(f"{who} brings it back; nothing was sent")
                saved = await self._creator.create(draft, known, context.idempotency_key)
                return await write.record(saved, ChangeKind.CREATED)

    async def find_imported(self, draft: Draft, key: str) -> ResourceRow | None:
        """Look for what the create of an earlier import made, whose answer was never known."""
        row = await self._creator.find(draft, key)
        if row is not None:
            change = Change(row.id, ChangeKind.CREATED, None, row.text)
            with suppress(JournalError):  # the next import looks for it once more
                await self.journal.add(change, key)
        return row

    def use_full_replace(self) -> None:
        """From now on, let each modify carry the whole object, as `full_replace` does."""
        self._full_replace = True

    async def save(self, draft: Draft, context: WriteContext = NO_CONTEXT) -> SaveResult:
        """Save the changes of a draft; raises EditConflict if they clash with somebody else's."""
        with self._writing(Capability.MODIFY, context) as write:
            return await write.save(draft)

    async def change(
        self, assistant_id: str, edit: BulkEdit, context: WriteContext = NO_CONTEXT
    ) -> SaveResult:
        """Make an edit of an assistant as the server has it now."""
        with self._writing(Capability.MODIFY, context) as write:
            return await write.change(assistant_id, edit)

    async def delete(
        self,
        assistant_id: str,
        context: WriteContext = NO_CONTEXT,
        *,
        allow_without_backup: bool = False,
        unchanged_since: str | None = None,
    ) -> bool:
        """Delete an assistant; what it was is kept first, since nothing else brings it back.

        Where that cannot be kept, NoBackup is raised unless `allow_without_backup`.
        Conflict is raised if it is not as in `unchanged_since`, its JSON at an earlier time.

        Returns:
            False if there was none any more, so that this is nothing to undo.
        """
        with self._writing(Capability.DELETE, context) as write:
            return await write.delete(
                assistant_id,
                allow_without_backup=allow_without_backup,
                unchanged_since=unchanged_since,
            )

    @cached_property
    def threads(self) -> "ThreadService":
        """The threads of this profile."""
        # No list needs them.
        from assistant_tui.services.threads.service import ThreadService
        from assistant_tui.services.writes import WriteGate

        gate = WriteGate(self.writes, read_only=self._read_only)
        return ThreadService(self._client, self.journal, gate)

    @cached_property
    def temporary(self) -> TemporaryAssistants:
        """The assistants that are made to try an edit."""
        begin_write = partial(self._writing, context=NO_CONTEXT)
        return TemporaryAssistants(self._client, self.journal.notes(NOTES), begin_write)

    @contextmanager
    def _writing(self, capability: Capability, context: WriteContext) -> Iterator[VerifiedWrite]:
        """Count a write that is possible while the block runs, or raise why it is not."""
        if self._read_only:
            raise Forbidden("this profile is read-only: nothing was sent")
        if not self.can(capability):
            raise NotServed(f"this server cannot {capability.name.lower()} assistants")
        needs_whole = capability is Capability.MODIFY and not self.can(Capability.PATCH)
        if needs_whole and not self._full_replace:
            raise incomplete("this server replaces the whole object: nothing was sent")
        with self.writes.counting():
            yield VerifiedWrite(
                self._client, self.journal, context, full_replace=self._full_replace
            )
