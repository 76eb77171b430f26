"""What is imported only after the first frame is on the screen: services, HTTP client and models.

They take longer to import than Textual itself, and nothing on the first screen needs them: its rows
come from the cache. `connect` calls this in a thread, so that keys are answered meanwhile.

What a part of the screen needs is put off in the function that opens this part, by an import
inside it; the message classes of such parts stand in `tui/messages.py`, so that the screen can
handle them before the part is imported. `transport.deferred_import` keeps httpx from importing its
command line.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings
from assistant_tui.services.listing_cache import ListingCache

if TYPE_CHECKING:
    from assistant_tui.services.assistants import AssistantService

OpenService = Callable[
    [Settings, Profile, Folders, ListingCache | None], Awaitable["AssistantService"]
]


def import_open_service() -> OpenService:
    """Import all that a connection needs; returns `services.profiles.open_service`."""
    from assistant_tui.transport.deferred_import import import_httpx

    import_httpx()
    from assistant_tui.services.profiles import open_service

    return open_service
