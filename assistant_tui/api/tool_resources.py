"""The files and vector stores of a server, walked page by page as far as it lets itself be."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from assistant_tui.api.capabilities import Capabilities
from assistant_tui.api.parsing import read_resource
from assistant_tui.core.assistants.tool_resources import ToolResourceList
from assistant_tui.core.capability import Capability
from assistant_tui.core.errors import NotServed, ServiceError
from assistant_tui.core.listing import Listing, Page

MOST = 1_000
"""Entries of one list: more than anybody looks through, in ten requests."""

Ask = Callable[[str, Mapping[str, str]], Awaitable[Page]]
"""Asks for one page, by path and query."""


class Source(NamedTuple):
    """A list that some servers have."""

    path: str
    query: Mapping[str, str]
    capability: Capability


FILES = Source("/files", {"purpose": "assistants", "limit": "100"}, Capability.FILES)
VECTOR_STORES = Source("/vector_stores", {"limit": "100"}, Capability.VECTOR_STORES)


async def walk(source: Source, ask: Ask, capabilities: Capabilities) -> ToolResourceList | None:
    """Return what a server lists; None where it has no such list.

    Raises:
        ServiceError: there is no first page. What fails later leaves the list incomplete.
    """
    if not capabilities.can(source.capability):
        return None
    try:
        listing = Listing().extended(await ask(source.path, source.query))
    except NotServed:
        capabilities.learn_missing(source.capability)
        return None
    with suppress(ServiceError):
        while not listing.exhausted and len(listing) < MOST:
            cursor = {} if listing.cursor is None else {"after": listing.cursor}
            listing = listing.extended(await ask(source.path, {**source.query, **cursor}))
    return _resources(listing)


def _resources(listing: Listing) -> ToolResourceList:
    """The entries that can be named to a server; the others are of no use."""
    found = tuple(read_resource(row) for row in listing.rows if row.has_id)
    return ToolResourceList(found[:MOST], complete=listing.complete and len(found) <= MOST)
