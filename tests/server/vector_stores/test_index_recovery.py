"""A text index that was lost or damaged is made anew; what has expired does not stay in it."""

import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest

from assistant_tui.server.app import create_app
from assistant_tui.server.store.interface import Collection
from assistant_tui.server.vector_stores.objects import VECTOR_STORE
from assistant_tui.server.vector_stores.text_index import TextIndex
from tests.server.runs.support import ScriptedModel, calls, says, server
from tests.server.vector_stores.support import create, filled, get, ingested
from tests.server.vector_stores.test_ingestion import found
from tests.stores import SQLiteStore


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, SQLiteStore]]:
    """A program that uses a store, and ends."""
    with SQLiteStore(path) as store:
        app = create_app(store, models=())
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://local") as http:
            yield http, store
        await app.state.close()


def index_of(store: SQLiteStore) -> Path:
    """Where the index is."""
    return store.files_folder() / "text_index.db"


def remove(path: Path) -> None:
    """Take the index away, with its log."""
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def overwrite(path: Path) -> None:
    """Leave something that is no database."""
    remove(path)
    path.write_bytes(b"no database at all " * 1_000)


def empty(path: Path) -> None:
    """Leave nothing of it."""
    remove(path)
    path.touch()


def damage(path: Path) -> None:
    """Overwrite all pages but the first, as a failing disk would."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        size = path.stat().st_size
        assert size > 2 * 4096
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))


@pytest.mark.parametrize("spoil", [remove, overwrite, empty, damage])
async def test_an_index_that_is_lost_is_made_anew(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    path = tmp_path / "store.db"
    async with opened(path) as (http, store):
        vs, (file, _) = await filled(http, "a text", "other words")
        before = await get(http, f"/vector_stores/{vs}")
        assert await found(http, vs) == [file]
    spoil(index_of(store))
    async with opened(path) as (http, store):
        # The first search may find that it is damaged, or that nothing is read yet.
        await http.post(f"/vector_stores/{vs}/search", json={"query": "text"})
        await ingested()
        assert await found(http, vs) == [file]
        page = await get(http, f"/vector_stores/{vs}/files/{file}/content")
        assert page["data"] == [{"type": "text", "text": "a text"}]
        after = await get(http, f"/vector_stores/{vs}")
    assert after["file_counts"] == before["file_counts"]
    assert after["usage_bytes"] == before["usage_bytes"]


async def test_an_index_that_is_removed_under_a_program_is_made_anew(tmp_path: Path) -> None:
    async with opened(tmp_path / "store.db") as (http, store):
        vs, (file,) = await filled(http, "a text")
        assert await found(http, vs) == [file]
        remove(index_of(store))
        answer = await http.post(f"/vector_stores/{vs}/search", json={"query": "text"})
        assert answer.status_code == 503
        await ingested()
        assert await found(http, vs) == [file]


async def test_a_file_whose_content_is_gone_as_well_has_failed(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with opened(path) as (http, store):
        vs, (file,) = await filled(http, "a text")
    remove(index_of(store))
    (store.files_folder() / file).unlink()
    async with opened(path) as (http, store):
        await http.post(f"/vector_stores/{vs}/search", json={"query": "text"})
        await ingested()
        read = await get(http, f"/vector_stores/{vs}/files/{file}")
    assert (read["status"], read["last_error"]["code"]) == ("failed", "invalid_file")


@pytest.mark.parametrize("spoil", [remove, overwrite, damage])
async def test_a_run_waits_until_the_index_is_made_anew(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    path = tmp_path / "store.db"
    async with opened(path) as (http, store):
        vs, _ = await filled(http, "The code word is heron.")
    spoil(index_of(store))
    model = ScriptedModel([calls("file_search", arguments='{"query": "code word"}'), says("heron")])
    async with server(path, model) as api:
        resources = {"file_search": {"vector_store_ids": [vs]}}
        assistant = await api.assistant(tools=[{"type": "file_search"}], tool_resources=resources)
        await api.wait(await api.run(await api.thread("What is it?"), assistant), "completed")
    assert "heron" in model.requests[1].messages[-1]["content"]


async def test_what_has_expired_is_removed_from_the_index(tmp_path: Path) -> None:
    async with opened(tmp_path / "store.db") as (http, store):
        old, _ = await filled(http, "a text")
        expires = {"anchor": "last_active_at", "days": 1}
        await create(http, f"/vector_stores/{old}", expires_after=expires)
        long_ago = int(time.time()) - 2 * 24 * 3600
        Collection(store, VECTOR_STORE).modify(
            old, lambda vector_store: {**vector_store, "last_active_at": long_ago}
        )
    async with opened(tmp_path / "store.db") as (http, store):
        index = TextIndex(index_of(store))
        assert index.vector_store_ids() == [old]
        assert await found(http, old) == []
        new, (file,) = await filled(http, "a text")
        assert index.vector_store_ids() == [new] and await found(http, new) == [file]
        assert (await get(http, f"/vector_stores/{old}"))["status"] == "expired"


async def test_a_new_store_has_nothing_to_make_anew(tmp_path: Path) -> None:
    async with opened(tmp_path / "store.db") as (http, store):
        vs = (await create(http))["id"]
        assert await found(http, vs) == []
        await ingested()
        assert not store.files_folder().exists()
