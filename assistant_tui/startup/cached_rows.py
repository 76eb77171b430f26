"""The rows that are shown before a server has answered: cached ones, or the samples of a demo."""

import asyncio
import json
from typing import TYPE_CHECKING

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings, Source
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services.listing_cache import listing_cache_of
from assistant_tui.startup.deferred_imports import import_open_service

if TYPE_CHECKING:
    from assistant_tui.services.assistants import AssistantService


class ProfileOpener:
    """Opens a profile in two steps: the cached rows at once, then the service."""

    def __init__(self, settings: Settings, folders: Folders) -> None:
        self._settings = settings
        self._folders = folders

    def cached_rows(self, profile: Profile) -> Listing:
        """The first page as it was last seen, or the first samples of a demo; may be empty."""
        if profile.source is Source.DEMO:
            return _first_samples(profile)
        listing_cache = listing_cache_of(self._settings, profile, self._folders)
        return Listing() if listing_cache is None else listing_cache.read()

    async def connect(self, profile: Profile) -> "AssistantService":
        """Open the service of a profile; the imports run in a thread, so that keys are answered.

        Raises:
            ServiceError: a setting of the profile, or the local store, cannot be used.
        """
        open_service = await asyncio.to_thread(import_open_service)
        listing_cache = listing_cache_of(self._settings, profile, self._folders)
        return await open_service(self._settings, profile, self._folders, listing_cache)


def _first_samples(profile: Profile) -> Listing:
    """The first page of samples, exactly as the embedded server will send it later."""
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
