"""What assistants' tools can be given: the files and vector stores of a server, all pages."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from assistant_tui.api.parsing import LONGEST_ID, Keep, text_of
from assistant_tui.api.resource import ResourceClient
from assistant_tui.core.assistants.tool_resources import ToolResource, ToolResourceList
from assistant_tui.core.errors import NotServed, ServiceError
from assistant_tui.core.json_text import members
from assistant_tui.core.labels import placeholder_id
from assistant_tui.core.listing import Listing
from assistant_tui.core.resource import Capability
from assistant_tui.core.rows import NameSummary, ResourceRow

MOST = 1_000
"""Entries of one list: more than anybody looks through, in ten requests."""
FILES_QUERY = {"purpose": "assistants", "limit": "100"}
VECTOR_STORES_QUERY = {"limit": "100"}


def parse_tool_resource(value: Any, text: str, keep: Keep = str) -> ResourceRow:
    """Make the row of one file or vector store, as a `Parser` does; whatever is odd is left out."""
    problem = ""
    try:
        parts = members(text)
    except ValueError as error:
        parts, problem = {}, str(error)
    known = text_of(parts, "id")
    name = text_of(parts, "filename") or text_of(parts, "name")
    identity = known if 0 < len(known) <= LONGEST_ID else placeholder_id(text)
    return ResourceRow(identity, None, keep(text), problem, NameSummary(name))


async def list_tool_resources(
    client: ResourceClient, query: Mapping[str, str]
) -> ToolResourceList | None:
    """Return all that a server lists of a kind; None where it has no such list.

    Raises:
        ServiceError: there is no first page. What fails later leaves the list incomplete.
    """
    if not client.capabilities.can(Capability.LIST):
        return None
    try:
        listing = Listing().extended(await client.page(query))
    except NotServed:
        client.capabilities.learn_missing(Capability.LIST)
        return None
    with suppress(ServiceError):
        while not listing.exhausted and len(listing) < MOST:
            cursor = {} if listing.cursor is None else {"after": listing.cursor}
            listing = listing.extended(await client.page({**query, **cursor}))
    return _tool_resources(listing)


def _tool_resources(listing: Listing) -> ToolResourceList:
    """The entries that can be named to a server; the others are of no use."""
    found = tuple(read_tool_resource(row) for row in listing.rows if row.has_id)
    return ToolResourceList(found[:MOST], complete=listing.complete and len(found) <= MOST)


def read_tool_resource(row: ResourceRow) -> ToolResource:
    """Read the size of an entry; what cannot be read counts as absent."""
    parts = members(row.text)
    sizes = (_size(text_of(parts, member)) for member in ("bytes", "usage_bytes"))
    return ToolResource(row.id, row.name, next((size for size in sizes if size is not None), None))


def _size(text: str) -> int | None:
    """A number of bytes; servers send it as an integer, a float or a decimal string."""
    try:
        size = int(float(text))
    except (ValueError, OverflowError):
        return None
    return size if size >= 0 else None
