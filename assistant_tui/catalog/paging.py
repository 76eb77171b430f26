"""Asks for one page, and tells a cursor that is gone from a server that takes none."""

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.dialect import Capability
from assistant_tui.catalog.lookup import fetch
from assistant_tui.core.errors import Invalid, NotFound, ServiceError
from assistant_tui.core.listing import Order, Page


async def page_behind(
    client: AssistantsClient, after: str | None, limit: int, *, order: Order = "desc"
) -> Page:
    """Load the first page, or the one after an id.

    A server that refuses the cursor gets a page that says so, not an error.

    Raises:
        NotFound: the row with that id is gone.
        ServiceError: there is no page.
    """
    try:
        return await client.list(limit=limit, order=order, after=after)
    except Invalid:
        if after is None:
            raise
        # A cursor is also refused when its row is gone, which says nothing about the server.
        await check_present(client, after)
        client.dialect.learn_missing(Capability.CURSOR)
        return Page((), None, after, limit, refused=True)


async def check_present(client: AssistantsClient, assistant_id: str) -> None:
    """Raise NotFound if an assistant is certainly gone."""
    try:
        await fetch(client, assistant_id)
    except NotFound:
        raise
    except ServiceError:
        return
