"""What can be shown of a profile before any server has answered, with the least of imports."""

import asyncio
import json
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings, Source
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services.listing_cache import listing_cache_of

if TYPE_CHECKING:
    from assistant_tui.services.assistants import AssistantService


class ProfileOpener:
    """Opens profiles: first what is known of them at once, then the server."""

    def __init__(self, settings: Settings, folders: Folders) -> None:
        self._settings = settings
        self._folders = folders

    def cached_rows(self, profile: Profile) -> Listing:
        """Remembered rows, or the first samples of a demo."""
        if profile.source is Source.DEMO:
            return _first_samples(profile)
        listing_cache = listing_cache_of(self._settings, profile, self._folders)
        return Listing() if listing_cache is None else listing_cache.read()

    async def connect(self, profile: Profile) -> "AssistantService":
        """Open the service of a profile; the imports are done in a thread, so that keys go on.

        Raises:
            ServiceError: a setting of the profile, or the local store, cannot be used.
        """
        connecting = await asyncio.to_thread(_import_connecting)
        service: AssistantService = await connecting.open_service(
            self._settings,
            profile,
            self._folders,
            listing_cache_of(self._settings, profile, self._folders),
        )
        return service


def _import_connecting() -> ModuleType:
    from assistant_tui.transport.deferred_import import import_httpx

    import_httpx()
    return import_module("assistant_tui.services.profiles")


def _first_samples(profile: Profile) -> Listing:
    """What the embedded server will answer, to the letter, so that nothing moves when it does."""
    from assistant_tui.core.assistants.samples import sample

    rows = []
    for index in range(min(profile.samples, profile.page_size)):
        body = sample(index)
        tools = tuple(tool["type"] for tool in body["tools"])
        rows.append(
            ResourceRow(
                body["id"],
                body["created_at"],
                json.dumps(body, ensure_ascii=False, separators=(",", ":")),
                summary=AssistantSummary(body["name"] or "", body["model"], tools),
            )
        )
    cut = len(rows) == profile.page_size
    return Listing(tuple(rows), complete=not cut, cut=cut)
