"""Opens the service of a profile: the one place where client and embedded server meet.

It imports the HTTP client and the models, so it is imported only after the first frame.
"""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

from assistant_tui.api.client import AssistantsClient
from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings, Source
from assistant_tui.core.errors import Offline
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.endpoints import backends_of, remote_endpoint
from assistant_tui.services.listing_cache import ListingCache
from assistant_tui.services.profile_journal import ProfileJournal
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.in_process import in_process

if TYPE_CHECKING:
    from assistant_tui.server.runs.canned import CannedModels
    from assistant_tui.server.sample_store import SampleStore


async def open_service(
    settings: Settings,
    profile: Profile,
    folders: Folders,
    listing_cache: ListingCache | None,
    journal: ProfileJournal | None = None,
) -> AssistantService:
    """Open a profile.

    Args:
        settings: those that the profile is part of.
        profile: what to open.
        folders: where the local store and the journal are.
        listing_cache: where the first page is kept for the next start.
        journal: that of the profile where it is open already, which its owner closes.

    Raises:
        ServiceError: a setting of the profile, or the local store, cannot be used.
    """
    async with AsyncExitStack() as stack:
        notice = ""
        if journal is None:
            journal = ProfileJournal(settings, profile, folders)
            stack.callback(journal.close)
        if profile.source is Source.REMOTE:
            endpoint = remote_endpoint(profile, journal.key)
        else:
            endpoint, notice = await _embedded(settings, profile, folders, stack)
        client = await stack.enter_async_context(AssistantsClient(endpoint))
        journal.identify_by(client.fetch_key)
        return AssistantService(
            client,
            page_size=profile.page_size,
            read_only=profile.read_only,
            full_replace=profile.full_replace,
            listing_cache=listing_cache,
            journal=journal.of_account,
            notice=notice,
            resources=stack.pop_all(),
        )


async def _embedded(
    settings: Settings, profile: Profile, folders: Folders, stack: AsyncExitStack
) -> tuple[Endpoint, str]:
    """The server in this process, over the samples of a demo or the local store."""
    from assistant_tui.server.app import create_app
    from assistant_tui.server.errors import StoreError
    from assistant_tui.server.sample_store import SampleStore
    from assistant_tui.server.store.sqlite_store import SQLiteStore

    if profile.source is Source.DEMO:
        samples = SampleStore(profile.samples)
        models = partial(_canned_models, samples)
        app = create_app(samples, models=settings.server_models, make_chat_models=models)
        stack.push_async_callback(app.state.close)
        return in_process(app), ""
    try:
        store = await asyncio.to_thread(SQLiteStore, folders.store)
    except StoreError as error:
        raise Offline(str(error)) from None
    stack.callback(store.close)
    backends = partial(backends_of, settings.backends)
    app = create_app(store, models=settings.server_models, make_chat_models=backends)
    stack.push_async_callback(app.state.close)
    return in_process(app), store.notice


def _canned_models(samples: "SampleStore") -> "CannedModels":
    """What a demo has beside assistants, made when it is first asked for."""
    from assistant_tui.server.runs.canned import CannedModels
    from assistant_tui.server.sample_files import add_sample_files

    add_sample_files(samples)
    return CannedModels()
