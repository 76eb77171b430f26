"""The project's own side of the listing measurement: the one place that knows its API."""

import gc
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.session import BenchmarkFailed

Walk = Callable[[str, Path], Awaitable[int]]
"""Lists everything that the server at a base URL has; the number of assistants seen.

What it learns for the next walk it keeps in the folder.
"""

PAGE = 100


async def walk_with_client(base_url: str, folder: Path) -> int:
    """Lists as the program does, through its service; nothing is done here to make it faster.

    Imported late, so that a program that cannot be imported leaves the other groups alone.
    """
    from assistant_tui.api.client import AssistantsClient
    from assistant_tui.core.errors import ServiceError
    from assistant_tui.core.listing import Listing
    from assistant_tui.services.assistants import AssistantService
    from assistant_tui.services.listing_cache import ListingCache
    from assistant_tui.transport.endpoint import Endpoint

    listing = Listing()
    try:
        async with AssistantsClient(Endpoint(base_url)) as client:
            service = AssistantService(client, page_size=PAGE, listing_cache=ListingCache(folder))
            async for more in service.load_all(listing):
                listing = more
    except ServiceError as error:
        raise BenchmarkFailed(f"the client could not list {base_url}: {error}") from error
    return len(listing) if listing.complete else 0


async def memory_of_walk(base_url: str) -> float:
    """Bytes that each assistant of a whole listing takes, its text not counted."""
    from assistant_tui.api.client import AssistantsClient
    from assistant_tui.core.listing import Listing
    from assistant_tui.services.assistants import AssistantService
    from assistant_tui.transport.endpoint import Endpoint

    listing = Listing()
    async with AssistantsClient(Endpoint(base_url)) as client:
        service = AssistantService(client)
        await service.page()
        tracemalloc.start()
        try:
            async for more in service.load_all(listing):
                listing = more
            gc.collect()
            taken, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    held = sum(len(row.stored_text) for row in listing.rows if isinstance(row.stored_text, str))
    return (taken - held) / len(listing)
