"""The one door between the screen and a server."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import replace

from assistant_tui.api.capabilities import Capability
from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.bulk_edits import BulkEdit
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.tool_resources import ToolResourceList
from assistant_tui.core.assistants.verification import SaveResult
from assistant_tui.core.errors import (
    Conflict,
    Forbidden,
    NoBackup,
    NotFound,
    NotServed,
    ServiceError,
)
from assistant_tui.core.listing import Listing, Order, Page
from assistant_tui.core.pending_writes import PendingWrites, counts_as_write
from assistant_tui.core.raw_json import same_json
from assistant_tui.core.rows import ResourceRow
from assistant_tui.journal.entries import ChangeKind
from assistant_tui.journal.errors import JournalError
from assistant_tui.services import fetching, verified_writes
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.creating import Creator, IdempotentCreator
from assistant_tui.services.fetching import fetch_page
from assistant_tui.services.full_listing import load_all
from assistant_tui.services.listing_cache import ListingCache
from assistant_tui.transport.activity import Activity


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
        self._client = client
        self.writes = PendingWrites()
        """The creates, changes and deletions under way; those of several services may be one."""
        self._page_size = page_size
        self._read_only = read_only
        self._full_replace = full_replace
        self._listing_cache = listing_cache
        self.journal = journal or AccountJournal()
        """What was done and typed here."""
        self.notice = notice
        """One sentence that a person should know about this service; empty for none."""
        self._creating = Creator(client)
        self._noted = IdempotentCreator(self._creating, self.journal)
        self._files: ToolResourceList | None = None
        self._vector_stores: ToolResourceList | None = None
        self._resources = resources or AsyncExitStack()

    async def close(self) -> None:
        """Close the connection, and the embedded server where there is one."""
        await self._resources.aclose()

    @property
    def activity(self) -> Activity:
        """What the requests to the server are doing at this moment."""
        return self._client.activity

    def can(self, capability: Capability) -> bool:
        """Whether the server can do this, as far as is known."""
        return self._client.capabilities.can(capability)

    async def page(
        self, after: str | None = None, loaded: Listing | None = None, *, order: Order = "desc"
    ) -> Page:
        """Load the first page, or the one after an id, newest first unless told otherwise.

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
        """Keep on disk what the next start and the next walk can use, if the settings allow it."""
        if self._listing_cache is not None:
            self._listing_cache.write(listing, self._page_size)

    async def fetch(self, assistant_id: str, previous_id: str | None = None) -> ResourceRow:
        """Return an assistant as the server has it now; `previous_id` is the row before it."""
        return await fetching.fetch(self._client, assistant_id, previous_id)

    async def models(self) -> tuple[str, ...]:
        """The names of the models that the server lists; empty where it lists none."""
        return await self._client.models()

    async def files(self) -> ToolResourceList | None:
        """The files that tools can be given, as first answered; None where there is no list."""
        if self._files is None:
            self._files = await self._client.files()
        return self._files

    async def vector_stores(self) -> ToolResourceList | None:
        """The vector stores, as first answered; None where the server has no list of them."""
        if self._vector_stores is None:
            self._vector_stores = await self._client.vector_stores()
        return self._vector_stores

    @counts_as_write
    async def create(
        self,
        draft: Draft,
        known: Collection[str] = (),
        undoes: int | None = None,
        batch: str = "",
        imported: str = "",
    ) -> SaveResult:
        """Create an assistant; `known` are the ids loaded so far, `undoes` a deletion's number.

        `batch`, here and below, is the token of an act on many assistants that this is part of;
        `imported` is the key under which an import finds it when the same file is read again. What
        an earlier try of the same made, whose answer was lost, is found and not made once more.
        Raises Conflict where another program takes the same deletion back, or has done so.
        """
        self._check_possible(Capability.CREATE)
        async with self.journal.claimed(undoes) as free:
            if not free:
                raise Conflict("another program on this machine brings it back; nothing was sent")
            key = imported or ("" if undoes is None else f"undo {undoes}")
            if key:
                saved = await self._noted.create(draft, known, key)
            else:
                saved = await self._creating.create(draft, known)
            return await self._recorded(
                saved, ChangeKind.CREATED, None, undoes=undoes, batch=batch, key=key
            )

    async def _recorded(
        self,
        saved: SaveResult,
        kind: ChangeKind,
        before: str | None,
        *,
        undoes: int | None,
        batch: str,
        key: str = "",
    ) -> SaveResult:
        """Keep what was done, or say in the result why it cannot be undone."""
        row = saved.row
        try:
            await self.journal.add(
                row.id, kind, before, row.text, undoes=undoes, batch=batch, key=key
            )
        except JournalError as error:
            return replace(saved, unkept=str(error))
        return saved

    async def find_imported(self, draft: Draft, key: str) -> ResourceRow | None:
        """Look for what the create of an earlier import made, whose answer was never known."""
        row = await self._noted.find(draft, key)
        if row is not None:
            with suppress(JournalError):  # the next import looks for it once more
                await self.journal.add(row.id, ChangeKind.CREATED, None, row.text, key=key)
        return row

    def use_full_replace(self) -> None:
        """From now on, let each modify carry the whole object, as `full_replace` does."""
        self._full_replace = True

    @counts_as_write
    async def save(
        self,
        draft: Draft,
        previous_id: str | None = None,
        undoes: int | None = None,
        batch: str = "",
    ) -> SaveResult:
        """Save the changes of a draft; raises EditConflict if they clash with somebody else's."""
        self._check_possible(Capability.MODIFY)
        saved = await verified_writes.modify(
            self._client, draft, previous_id=previous_id, full_replace=self._full_replace
        )
        return await self._record_change(saved, undoes, batch)

    @counts_as_write
    async def change(
        self, assistant_id: str, edit: BulkEdit, previous_id: str | None = None, batch: str = ""
    ) -> SaveResult:
        """Make an edit of an assistant as the server has it now."""
        self._check_possible(Capability.MODIFY)
        saved = await verified_writes.change(
            self._client,
            assistant_id,
            edit,
            previous_id=previous_id,
            full_replace=self._full_replace,
        )
        return await self._record_change(saved, None, batch)

    async def _record_change(self, saved: SaveResult, undoes: int | None, batch: str) -> SaveResult:
        before = saved.before
        if before is not None and not same_json(before, saved.row.text):
            return await self._recorded(
                saved, ChangeKind.CHANGED, before, undoes=undoes, batch=batch
            )
        if undoes is not None:
            await self.journal.pass_over(undoes)
        return saved

    @counts_as_write
    async def delete(
        self,
        assistant_id: str,
        previous_id: str | None = None,
        undoes: int | None = None,
        batch: str = "",
        *,
        for_good: bool = False,
        made: str | None = None,
    ) -> bool:
        """Delete an assistant; what it was is kept first, since nothing else brings it back.

        Where that cannot be kept, it is deleted only `for_good`, and else NotKept is raised.
        Conflict is raised where `made`, what was created, is given and was changed since.

        Returns:
            False if there was none any more, so that this is nothing to undo.
        """
        self._check_possible(Capability.DELETE)
        try:
            before = (await self.fetch(assistant_id, previous_id)).text
        except NotFound:
            if undoes is not None:
                await self.journal.pass_over(undoes)
            return False
        if made is not None:
            verified_writes.check_unchanged(made, before)
        self.activity.writing()  # whoever ended here would leave a copy of what is still there
        number = None
        try:
            number = await self.journal.add(
                assistant_id, ChangeKind.DELETED, before, None, undoes=undoes, batch=batch
            )
        except JournalError as error:
            if not for_good:
                raise NoBackup(f"nothing was sent, since no copy is kept: {error}") from error
        try:
            await verified_writes.delete(self._client, assistant_id, previous_id)
        except ServiceError as error:
            if not error.may_have_arrived:
                await self.journal.withdraw(number)
            raise
        return True

    def _check_possible(self, capability: Capability) -> None:
        if self._read_only:
            raise Forbidden("this profile is read-only: nothing was sent")
        if not self.can(capability):
            raise NotServed(f"this server cannot {capability.name.lower()} assistants")
        needs_whole = capability is Capability.MODIFY and not self.can(Capability.PATCH)
        if needs_whole and not self._full_replace:
            raise verified_writes.incomplete(
                "this server replaces the whole object: nothing was sent"
            )
