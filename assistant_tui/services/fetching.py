"""Fetches one assistant as it is now, or one page of the list, also from servers that lack much.

From a server that cannot retrieve one it is looked for in the list. Where a cursor is refused, it
finds out whether the row of the cursor is gone.
"""

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.resource import cursor_of
from assistant_tui.core.errors import Deleted, Invalid, NotFound, NotServed, ServiceError
from assistant_tui.core.labels import shown_id
from assistant_tui.core.listing import Listing, Order, Page
from assistant_tui.core.resource import Capability
from assistant_tui.core.rows import ResourceRow

SEARCH_LIMIT = 100
"""Rows a page when an assistant is looked for in the list: the most that the API allows."""


async def fetch(
    client: AssistantsClient, assistant_id: str, previous_id: str | None = None
) -> ResourceRow:
    """Return an assistant as the server has it now.

    A server that never retrieved one is asked through its list.

    Args:
        client: the server.
        assistant_id: the id, as the server gave it.
        previous_id: the id of the row before it, if known: the list is asked from there first.

    Raises:
        Deleted: the server can retrieve assistants, and certainly has not this one.
        NotFound: the server does not show one with this id.
        ServiceError: the server cannot be asked.
    """
    capabilities = client.capabilities
    refusal: ServiceError | None = None
    if capabilities.can(Capability.RETRIEVE):
        try:
            return await _retrieve(client, assistant_id)
        except (NotFound, NotServed) as error:
            if capabilities.has_done(Capability.RETRIEVE):
                raise
            refusal = error
    row, seen_whole = await _find_in_list(client, assistant_id, previous_id)
    if row is not None:
        capabilities.learn_missing(Capability.RETRIEVE)
        return row
    kind = Deleted if seen_whole and isinstance(refusal, NotFound) else NotFound
    who = shown_id(await client.redact(assistant_id))
    was_seen = " any more" if previous_id is not None else ""
    raise kind(f"there is no assistant {who}{was_seen}")


async def _retrieve(client: AssistantsClient, assistant_id: str) -> ResourceRow:
    try:
        found = await client.retrieve(assistant_id)
    except NotFound as error:
        if not client.capabilities.has_done(Capability.RETRIEVE):
            raise
        raise Deleted(error.message, status=error.status, request_id=error.request_id) from error
    client.capabilities.prove(Capability.RETRIEVE)
    return found


async def _find_in_list(
    client: AssistantsClient, assistant_id: str, previous_id: str | None
) -> tuple[ResourceRow | None, bool]:
    """Look for an assistant just after the row above it, else page by page through the list.

    Also says whether all of the list was seen, so that what is not there is nowhere.
    """
    if previous_id is not None and client.capabilities.can(Capability.CURSOR):
        try:
            page = await client.list(limit=1, after=previous_id)
        except Invalid:
            page = None
        for row in page.rows if page else ():
            if row.id == assistant_id:
                return row, False
    listing = Listing()
    while not listing.exhausted:
        try:
            page = await client.list(limit=SEARCH_LIMIT, after=listing.cursor)
        except Invalid:
            if listing.cursor is None:
                raise
            client.capabilities.learn_missing(Capability.CURSOR)
            break
        listing = listing.extended(page)
        if (found := listing.row(assistant_id)) is not None:
            return found, False
    return None, listing.complete


async def fetch_page(
    client: AssistantsClient,
    after: str | None,
    limit: int,
    *,
    order: Order = "desc",
    loaded: Listing | None = None,
) -> Page:
    """Load the first page, or the one after an id; `loaded` is what is there already.

    A server that refuses the cursor gets a page that says so, not an error, and so does one that
    is known to refuse or to ignore it: that one is not asked again.

    Raises:
        NotFound: the row with that id is gone.
        ServiceError: there is no page.
    """
    try:
        page = await client.list(limit=limit, order=order, after=after)
    except Invalid:
        if after is None:
            raise
        page = Page((), None, after, limit, refused=True)
    known = [] if loaded is None else [row for row in page.rows if loaded.row(row.id)]
    cursor = cursor_of(order)
    if after is not None and (known or page.refused) and client.capabilities.can(cursor):
        # Both also come of a cursor whose row is gone, which says nothing about the server.
        if all(row.id != after for row in page.rows):
            await check_present(client, after)
        if len(known) == len(page.rows):
            client.capabilities.learn_missing(cursor)
    return page


async def check_present(client: AssistantsClient, assistant_id: str) -> None:
    """Raise NotFound if an assistant is certainly gone."""
    try:
        await fetch(client, assistant_id)
    except NotFound:
        raise
    except ServiceError:
        return
