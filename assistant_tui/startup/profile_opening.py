"""Opens a profile in two steps: cached rows at once, then, in a thread, what takes long to import.

The journal is opened by itself, when it is first needed: edits are kept before there is a service.
The services, the HTTP client and the models take longer to import than Textual itself, and nothing
on the first screen needs them: its rows come from the cache, or are the samples of a demo.

What a part of the screen needs is put off in the function that opens this part, by an import
inside it; the message classes of such parts stand in `tui/messages.py`, so that the screen can
handle them before the part is imported. `transport.httpx_import` keeps httpx from importing its
command line.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings, Source
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services.listing_cache import ListingCache, listing_cache_of

if TYPE_CHECKING:
    from assistant_tui.services.assistants import AssistantService
    from assistant_tui.services.profile_journal import ProfileJournal

OpenService = Callable[
    [Settings, Profile, Folders, ListingCache | None, "ProfileJournal | None"],
    Awaitable["AssistantService"],
]


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

    def open_journal(self, profile: Profile) -> "ProfileJournal":
        """Open what keeps edits of a profile on disk, to be closed by the caller."""
        from assistant_tui.services.profile_journal import ProfileJournal

        return ProfileJournal(self._settings, profile, self._folders)

    async def connect(
        self, profile: Profile, journal: Callable[[], "ProfileJournal"] | None = None
    ) -> "AssistantService":
        """Open the service of a profile; the imports run in a thread, so that keys are answered.

        `journal` returns that of the profile, if the caller has one.

        Raises:
            ServiceError: a setting of the profile, or the local store, cannot be used.
        """
        open_service = await asyncio.to_thread(_import_open_service)
        listing_cache = listing_cache_of(self._settings, profile, self._folders)
        opened = None if journal is None else journal()
        return await open_service(self._settings, profile, self._folders, listing_cache, opened)


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


def _import_open_service() -> OpenService:
    """Import all that a connection needs; returns `services.profiles.open_service`."""
    from assistant_tui.transport.httpx_import import import_httpx

    import_httpx()
    from assistant_tui.services.profiles import open_service

    return open_service
