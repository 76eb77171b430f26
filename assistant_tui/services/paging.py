"""Asks for one page, and tells a cursor that is gone from a server that takes none."""

from assistant_tui.api.capabilities import Capability
from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Invalid, NotFound, ServiceError
from assistant_tui.core.listing import Listing, Order, Page
from assistant_tui.services.lookup import fetch


async def page_behind(
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
    if after is not None and (known or page.refused) and client.capabilities.can(Capability.CURSOR):
        # Both also come of a cursor whose row is gone, which says nothing about the server.
        await check_present(client, after)
        if len(known) == len(page.rows):
            client.capabilities.learn_missing(Capability.CURSOR)
    return page


async def check_present(client: AssistantsClient, assistant_id: str) -> None:
    """Raise NotFound if an assistant is certainly gone."""
    try:
        await fetch(client, assistant_id)
    except NotFound:
        raise
    except ServiceError:
        return
