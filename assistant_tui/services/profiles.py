"""Opens the service of a profile: the one place where client and embedded server meet.

It imports the HTTP client and the models, so it is imported only after the first frame.
"""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from assistant_tui.api.client import AssistantsClient
from assistant_tui.config.api_keys import ApiKeySource
from assistant_tui.config.folders import Folders
from assistant_tui.config.identity import AccountIdentity, identity_of
from assistant_tui.config.settings import Profile, Settings, Source
from assistant_tui.core.errors import Offline
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.endpoints import backends_of, remote_endpoint
from assistant_tui.services.journal_access import Account
from assistant_tui.services.listing_cache import ListingCache
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.in_process import in_process

if TYPE_CHECKING:
    from assistant_tui.server.runs.canned import CannedModels
    from assistant_tui.server.sample_store import SampleStore

_MEGABYTE = 1_000_000


async def open_service(
    settings: Settings, profile: Profile, folders: Folders, listing_cache: ListingCache | None
) -> AssistantService:
    """Open a profile.

    Raises:
        ServiceError: a setting of the profile, or the local store, cannot be used.
    """
    async with AsyncExitStack() as stack:
        notice, key = "", ApiKeySource(profile)
        if profile.source is Source.REMOTE:
            endpoint = remote_endpoint(profile, key)
        else:
            endpoint, notice = await _embedded(settings, profile, folders, stack)
        client = await stack.enter_async_context(AssistantsClient(endpoint))
        return AssistantService(
            client,
            page_size=profile.page_size,
            read_only=profile.read_only,
            full_replace=profile.full_replace,
            listing_cache=listing_cache,
            journal=AccountJournal(
                _journal(settings, profile, folders, stack),
                _account(identity_of(settings, profile, folders, key.current), client),
            ),
            notice=notice,
            resources=stack.pop_all(),
        )


def _account(identity: AccountIdentity, client: AssistantsClient) -> Account:
    """The account whose entries the journal keeps; its key is fetched where that identifies it."""
    asked = identity.profile.api_key_command or identity.profile.api_key_keyring
    return Account(identity, client.fetch_key if asked else None)


def _journal(
    settings: Settings, profile: Profile, folders: Folders, stack: AsyncExitStack
) -> Journal:
    """The journal on disk; that of a demo goes with it."""
    path = folders.journal
    if profile.source is Source.DEMO:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="assistant-tui-")))
        folder.chmod(0o700)  # where the umask would not even let the owner in
        path = folder / path.name
    journal = Journal(
        path, keep_days=settings.keep_days, keep_bytes=settings.keep_megabytes * _MEGABYTE
    )
    stack.callback(journal.close)
    return journal


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
