"""The project's own side of the listing measurement: the one place that knows its API."""

import sys
from collections.abc import Awaitable, Callable

from benchmarks.session import BenchmarkFailed

Walk = Callable[[str], Awaitable[int]]
"""Lists everything that the server at a base URL has; the number of assistants seen."""

PAGE = 100


async def walk_with_client(base_url: str) -> int:
    """Lists as the program does, through its catalog; nothing is done here to make it faster.

    Imported late, so that a program that cannot be imported leaves the other groups alone.
    """
    from assistant_tui.api.client import AssistantsClient
    from assistant_tui.api.endpoint import Endpoint
    from assistant_tui.catalog.catalog import Catalog
    from assistant_tui.core.errors import ServiceError

    try:
        async with AssistantsClient(Endpoint(base_url)) as client:
            return len(await Catalog(client, page_size=PAGE).reload(sys.maxsize))
    except ServiceError as error:
        raise BenchmarkFailed(f"the client could not list {base_url}: {error}") from error
