"""From a profile to its service: what reaches the server, what is opened and closed."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from assistant_tui.config.folders import Folders
from assistant_tui.config.identity import identity_of
from assistant_tui.config.settings import LOCAL, Profile, Settings, demo
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import Forbidden, Offline, Unauthorized
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal
from assistant_tui.journal.pruning import DAY
from assistant_tui.server.vector_stores import ingestion
from assistant_tui.services import profiles
from assistant_tui.services.profiles import open_service
from assistant_tui.storage import connections
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.in_process import in_process
from tests.fakeserver.deviations import empty_list
from tests.fakeserver.server import FakeServer
from tests.fakeserver.sockets import serving
from tests.server.files.support import upload
from tests.server.vector_stores.support import create
from tests.server.vector_stores.test_ingestion import Reading
from tests.stores import SQLiteStore

NEW = Draft().edited("model", "m")


@pytest.fixture
def server() -> FakeServer:
    """An empty list for everybody."""
    return FakeServer(empty_list)


@pytest.fixture
def remote(server: FakeServer) -> Iterator[Profile]:
    """The profile of that server on this machine."""
    with serving(server) as url:
        yield Profile("r", base_url=f"{url}/api/")


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    """Folders that are not made yet."""
    return Folders(*(tmp_path / name for name in ("config", "data", "cache", "state")))


async def test_all_that_a_profile_says_reaches_its_server(
    remote: Profile,
    server: FakeServer,
    places: Folders,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-mine")
    profile = replace(
        remote,
        api_key_env="MY_KEY",
        api_key_header="api-key",
        headers={"X-Team": "a"},
        query={"api-version": "v1"},
        organization="org",
        project="proj",
        page_size=7,
    )
    service = await open_service(Settings(profile), profile, places, None)
    try:
        await service.page()
    finally:
        await service.close()
    (request,) = server.requests
    path, headers = request.url.raw_path.decode(), dict(request.headers)
    assert path == "/api/assistants?api-version=v1&limit=7&order=desc"
    assert headers["api-key"] == "sk-mine" and "authorization" not in headers
    assert headers["openai-organization"] == "org" and headers["openai-project"] == "proj"
    assert headers["x-team"] == "a" and headers["openai-beta"] == "assistants=v2"
    assert [*tmp_path.iterdir()] == []


async def test_a_named_profile_without_a_key_sends_none(
    remote: Profile, server: FakeServer, places: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    service = await open_service(Settings(remote), remote, places, None)
    try:
        await service.page()
    finally:
        await service.close()
    (request,) = server.requests
    headers = dict(request.headers)
    assert "authorization" not in headers and "sk-other" not in str(headers)


async def test_a_key_that_is_not_to_be_had_stops_before_anything_is_sent(
    remote: Profile, server: FakeServer, places: Folders
) -> None:
    profile = replace(remote, api_key_env="NOT_SET")
    service = await open_service(Settings(profile), profile, places, None)
    try:
        with pytest.raises(Unauthorized, match="NOT_SET is not set"):
            await service.page()
    finally:
        await service.close()
    assert server.requests == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [("ca_file", "/nowhere.pem"), ("client_cert", "/nowhere.pem"), ("proxy", "ftp://x")],
)
async def test_a_setting_that_cannot_be_used_is_named(
    remote: Profile, places: Folders, setting: str, value: str
) -> None:
    changed: dict[str, Any] = {setting: value}
    profile = replace(remote, **changed)
    with pytest.raises(Offline, match=setting):
        await open_service(Settings(profile), profile, places, None)


async def test_the_local_store_is_kept_and_closed(places: Folders) -> None:
    service = await open_service(Settings(LOCAL), LOCAL, places, None)
    saved = await service.create(NEW)
    assert service.notice == ""
    await service.close()
    assert [each.name for each in places.data.iterdir()] == ["assistants.db"]
    with SQLiteStore(places.store) as store:
        assert store.get(saved.row.id) is not None


async def test_read_only_holds_for_the_local_store(places: Folders) -> None:
    profile = replace(LOCAL, read_only=True)
    service = await open_service(Settings(profile), profile, places, None)
    try:
        with pytest.raises(Forbidden):
            await service.create(NEW)
    finally:
        await service.close()


async def test_a_demo_is_thrown_away(places: Folders, tmp_path: Path) -> None:
    for _ in range(2):
        service = await open_service(Settings(LOCAL), demo(3), places, None)
        try:
            await service.create(NEW)
            assert len((await service.page()).rows) == 4
        finally:
            await service.close()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("setting", "kept"),
    [
        ({}, ["c", "b", "a"]),
        ({"keep_days": 9}, ["c"]),
        ({"keep_days": 30}, ["c", "b"]),
        ({"keep_megabytes": 1}, ["c"]),
        ({"keep_megabytes": 2}, ["c", "b"]),
    ],
)
async def test_the_journal_is_kept_as_the_settings_say(
    places: Folders, setting: dict[str, Any], kept: list[str]
) -> None:
    today = time.time()
    server = identity_of(Settings(LOCAL), LOCAL, places).text()

    def opened(days_ago: int) -> Journal:
        return Journal(places.journal, clock=lambda: today - days_ago * DAY)

    for assistant_id, days_ago in (("a", 60), ("b", 20), ("c", 1)):
        with opened(days_ago) as journal:
            journal.entries.add(
                server, Change(assistant_id, ChangeKind.DELETED, "x" * 900_000, None)
            )
    for days_ago in range(9):
        with opened(days_ago) as journal:
            journal.entries.trash(server)
    service = await open_service(Settings(LOCAL, **setting), LOCAL, places, None)
    try:
        assert [entry.object_id for entry in await service.journal.trash()] == kept
    finally:
        await service.close()


async def test_the_models_of_the_settings_are_listed(places: Folders) -> None:
    settings = Settings(LOCAL, server_models=("own/model",))
    for profile in (LOCAL, demo(1)):
        service = await open_service(settings, profile, places, None)
        try:
            assert await service.inventory.models() == ("own/model",)
        finally:
            await service.close()


async def test_a_store_that_cannot_be_opened_is_told_in_a_sentence(places: Folders) -> None:
    places.store.mkdir(parents=True)
    with pytest.raises(Offline, match=r"assistants\.db"):
        await open_service(Settings(LOCAL), LOCAL, places, None)


async def test_a_file_system_without_a_write_ahead_log_is_remarked(
    places: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(path: Path) -> sqlite3.Connection:
        # This layer of SQLite has no shared memory, as is the case over NFS.
        uri = f"file:{quote(str(path))}?vfs=unix-dotfile"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)

    monkeypatch.setattr(connections, "_connect", connect)
    service = await open_service(Settings(LOCAL), LOCAL, places, None)
    try:
        assert "journal mode delete is in use" in service.notice
    finally:
        await service.close()


async def test_a_local_profile_that_is_closed_leaves_files_unread_without_a_word(
    places: Folders, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reading, apps = Reading(), list[Any]()

    def kept(app: Any) -> Endpoint:
        apps.append(app)
        return in_process(app)

    monkeypatch.setattr(profiles, "in_process", kept)
    monkeypatch.setattr(ingestion, "extract_text", reading.extract)
    service = await open_service(Settings(LOCAL), LOCAL, places, None)
    transport = httpx.ASGITransport(apps[0])
    async with httpx.AsyncClient(transport=transport, base_url="http://local") as http:
        await create(http, file_ids=[(await upload(http, b"a text"))["id"] for _ in range(2)])
        await reading.is_begun()
        await service.close()
        await reading.end()
    assert reading.count == 1 and not caplog.records
