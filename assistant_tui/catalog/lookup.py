"""Finds an assistant as it stands now, also on a server that cannot retrieve one."""

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.dialect import Capability
from assistant_tui.core.errors import Invalid, NotFound, NotServed
from assistant_tui.core.listing import Listing, Row

SEARCH_LIMIT = 100
"""Rows a page when an assistant is looked for in the list: the most that the API allows."""


async def fetch(client: AssistantsClient, assistant_id: str, above: str | None = None) -> Row:
    """Return an assistant as the server has it now.

    A server that never retrieved one is asked through its list, first just after the row `above`.

    Raises:
        NotFound: the server does not know the id.
        ServiceError: the server cannot be asked.
    """
    dialect = client.dialect
    if dialect.can(Capability.RETRIEVE):
        try:
            found = await client.retrieve(assistant_id)
        except (NotFound, NotServed):
            if dialect.has_done(Capability.RETRIEVE):
                raise
        else:
            dialect.prove(Capability.RETRIEVE)
            return found
    row = await find_in_list(client, assistant_id, above)
    if row is None:
        raise NotFound(f"there is no assistant {assistant_id} any more")
    dialect.learn_missing(Capability.RETRIEVE)
    return row


async def find_in_list(
    client: AssistantsClient, assistant_id: str, above: str | None = None
) -> Row | None:
    """Look for an assistant just after the row above it, else page by page through the list."""
    if above is not None and client.dialect.can(Capability.CURSOR):
        try:
            page = await client.list(limit=1, after=above)
        except Invalid:
            page = None
        for row in page.rows if page else ():
            if row.id == assistant_id:
                return row
    listing = Listing()
    while not listing.exhausted:
        try:
            page = await client.list(limit=SEARCH_LIMIT, after=listing.cursor)
        except Invalid:
            if listing.cursor is None:
                raise
            client.dialect.learn_missing(Capability.CURSOR)
            break
        listing = listing.extended(page)
        if (found := listing.row(assistant_id)) is not None:
            return found
    return None
