"""What happens to vector stores while the files in them are read, and where that is cut short."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest

from assistant_tui.server.app import create_app
from assistant_tui.server.store.interface import Collection, Store
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.server.vector_stores import ingestion
from assistant_tui.server.vector_stores.objects import INDEX_TASK
from tests.limits import LIMIT
from tests.server.files.support import on_disk, upload
from tests.server.support import client
from tests.server.vector_stores.support import create, filled, get, ingested
from tests.stores import SQLiteStore


class Reading:
    """Reads files only when it is told to."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.count = 0

    def extract(self, name: str, content: BinaryIO, go_on: Callable[[], bool]) -> str:
        """In place of extract_text."""
        self.count += 1
        self.begun.set()
        assert self.go_on.wait(LIMIT)
        return content.read().decode()

    async def is_begun(self) -> None:
        """Wait until a file is being read."""
        assert await asyncio.to_thread(self.begun.wait, LIMIT)

    async def end(self) -> None:
        """Let it be read, and wait until all is done."""
        self.go_on.set()
        await ingested()


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reading]:
    """Holds up the thread that reads files."""
    held = Reading()
    monkeypatch.setattr(ingestion, "extract_text", held.extract)
    yield held
    held.go_on.set()


def tasks(store: Store) -> int:
    """How many tasks are left."""
    return len(Collection(store, INDEX_TASK).page(PageQuery(limit=100)).data)


async def found(http: httpx.AsyncClient, store_id: str, query: str = "text") -> list[str]:
    """The files that a search finds."""
    page = await create(http, f"/vector_stores/{store_id}/search", query=query)
    return [each["file_id"] for each in page["data"]]


async def test_requests_go_on_while_a_file_is_read(
    http: httpx.AsyncClient, store: Store, reading: Reading
) -> None:
    file = (await upload(http, b"a text"))["id"]
    vs = (await create(http, file_ids=[file]))["id"]
    await reading.is_begun()
    assert (await get(http, f"/vector_stores/{vs}"))["status"] == "in_progress"
    assert await found(http, vs) == []
    changed = await create(http, f"/vector_stores/{vs}/files/{file}", attributes={"a": "b"})
    assert changed["status"] == "in_progress"
    await reading.end()
    read = await get(http, f"/vector_stores/{vs}/files/{file}")
    assert (read["status"], read["attributes"]) == ("completed", {"a": "b"})
    assert await found(http, vs) == [file] and tasks(store) == 0


@pytest.mark.parametrize("path", ["/vector_stores/{vs}/files/{file}", "/files/{file}"])
async def test_a_file_that_is_taken_out_while_it_is_read(
    http: httpx.AsyncClient, store: Store, reading: Reading, path: str
) -> None:
    file = (await upload(http, b"a text"))["id"]
    vs = (await create(http, file_ids=[file]))["id"]
    await reading.is_begun()
    assert (await http.delete(path.format(vs=vs, file=file))).status_code == 200
    await reading.end()
    assert await found(http, vs) == [] and tasks(store) == 0
    assert (await get(http, f"/vector_stores/{vs}"))["file_counts"]["total"] == 0


async def test_a_vector_store_that_is_deleted_while_its_files_are_read(
    http: httpx.AsyncClient, store: Store, reading: Reading
) -> None:
    files = [(await upload(http, b"a text"))["id"] for _ in range(3)]
    vs = (await create(http, file_ids=files))["id"]
    await reading.is_begun()
    await http.delete(f"/vector_stores/{vs}")
    await reading.end()
    assert reading.count == 1 and tasks(store) == 0


async def test_a_file_that_is_put_in_anew_while_it_is_read(
    http: httpx.AsyncClient, store: Store, reading: Reading
) -> None:
    file = (await upload(http, b"some text " * 100))["id"]
    vs = (await create(http, file_ids=[file]))["id"]
    await reading.is_begun()
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}
    strategy = {"type": "static", "static": static}
    await create(http, f"/vector_stores/{vs}/files", file_id=file, chunking_strategy=strategy)
    await reading.end()
    read = await get(http, f"/vector_stores/{vs}/files/{file}")
    assert read["status"] == "completed" and len(await found(http, vs)) == 3
    assert (await get(http, f"/vector_stores/{vs}"))["file_counts"]["completed"] == 1
    assert tasks(store) == 0


async def test_a_batch_is_cancelled(
    http: httpx.AsyncClient, store: Store, reading: Reading
) -> None:
    vs = (await create(http))["id"]
    files = [(await upload(http, b"a text"))["id"] for _ in range(3)]
    path = f"/vector_stores/{vs}/file_batches"
    batch = (await create(http, path, file_ids=files))["id"]
    await reading.is_begun()
    cancelled = await create(http, f"{path}/{batch}/cancel")
    assert cancelled["status"] == "cancelled" and cancelled["file_counts"]["cancelled"] == 3
    await reading.end()
    assert await get(http, f"{path}/{batch}") == cancelled
    assert await found(http, vs) == [] and tasks(store) == 0
    assert (await get(http, f"/vector_stores/{vs}"))["status"] == "completed"
    # What is over is left as it is.
    done = (await create(http, path, file_ids=files))["id"]
    await ingested()
    assert (await create(http, f"{path}/{done}/cancel"))["status"] == "completed"


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Two programs on one store."""
    with SQLiteStore(tmp_path / "store.db") as one, SQLiteStore(tmp_path / "store.db") as other:
        async with client(one) as http, client(other) as elsewhere:
            yield http, elsewhere


async def test_two_programs_read_a_file_once(
    two: tuple[httpx.AsyncClient, httpx.AsyncClient], reading: Reading
) -> None:
    http, elsewhere = two
    file = (await upload(http, b"a text"))["id"]
    vs = (await create(http, file_ids=[file]))["id"]
    await reading.is_begun()
    assert (await get(elsewhere, f"/vector_stores/{vs}"))["status"] == "in_progress"
    await reading.end()
    assert reading.count == 1
    assert await found(elsewhere, vs) == [file]


async def test_what_a_program_has_left_is_read_by_another(
    two: tuple[httpx.AsyncClient, httpx.AsyncClient],
    reading: Reading,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    http, elsewhere = two
    file = (await upload(http, b"a text"))["id"]
    vs = (await create(http, file_ids=[file]))["id"]
    await reading.is_begun()
    monkeypatch.setattr(ingestion, "extract_text", lambda name, content, go_on: "another text")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + ingestion.CLAIM_SECONDS + 1)
    path = f"/vector_stores/{vs}"
    for _ in range(1_000):
        if (await get(elsewhere, path))["status"] == "completed":
            break
        await asyncio.sleep(0.01)
    assert await found(elsewhere, vs, "another") == [file]
    # The first one goes on after all, and changes nothing.
    await reading.end()
    assert await found(http, vs, "another") == [file]
    assert (await get(http, path))["file_counts"]["completed"] == 1


async def test_a_store_that_is_closed_meanwhile_is_said_and_outlived(
    tmp_path: Path, reading: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    with SQLiteStore(tmp_path / "store.db") as store:
        async with client(store) as http:
            file = (await upload(http, b"a text"))["id"]
            vs = (await create(http, file_ids=[file]))["id"]
            await reading.is_begun()
    with caplog.at_level(logging.WARNING):
        await reading.end()
    assert "Files wait to be made searchable" in caplog.text
    with SQLiteStore(tmp_path / "store.db") as store, pytest.MonkeyPatch.context() as patch:
        now = time.time()
        patch.setattr(time, "time", lambda: now + ingestion.CLAIM_SECONDS + 1)
        async with client(store) as http:
            assert (await get(http, f"/vector_stores/{vs}"))["status"] == "in_progress"
            await ingested()
            assert await found(http, vs) == [file]


async def test_a_program_that_ends_leaves_its_work_without_a_word(
    tmp_path: Path, reading: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    with SQLiteStore(tmp_path / "store.db") as store:
        app = create_app(store, models=())
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://local") as http:
            async with app.router.lifespan_context(app):
                files = [(await upload(http, b"a text"))["id"] for _ in range(2)]
                await create(http, file_ids=files)
                await reading.is_begun()
            await reading.end()
        assert reading.count == 1 and tasks(store) == 2
    assert not caplog.records


async def test_a_fault_in_reading_fails_the_file_alone(
    http: httpx.AsyncClient,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(name: str, content: BinaryIO, go_on: Callable[[], bool]) -> str:
        if name == "0.txt":
            raise RuntimeError("on the way")
        return content.read().decode()

    monkeypatch.setattr(ingestion, "extract_text", fail)
    with caplog.at_level(logging.ERROR):
        vs, (bad, good) = await filled(http, "a text", "a text")
    failed = await get(http, f"/vector_stores/{vs}/files/{bad}")
    assert failed["status"] == "failed" and failed["last_error"]["code"] == "server_error"
    assert "on the way" not in failed["last_error"]["message"]
    assert "RuntimeError: on the way" in caplog.text
    assert await found(http, vs) == [good] and tasks(store) == 0


async def test_what_is_left_from_before_is_removed_at_the_first_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SQLiteStore(tmp_path / "store.db") as store:
        async with client(store) as http:
            batch = await upload(http, b"{}", purpose="batch")
            kept = await upload(http, b"a text")
            vs = (await create(http, file_ids=[batch["id"], kept["id"]]))["id"]
            await ingested()
        (store.files_folder() / "file-orphan").touch()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31 * 24 * 3600)
    with SQLiteStore(tmp_path / "store.db") as store:
        async with client(store) as http:
            await create(http, file_ids=[kept["id"]])
            await ingested()
            assert {name for name in on_disk(store) if name.startswith("file")} == {kept["id"]}
            counts = (await get(http, f"/vector_stores/{vs}"))["file_counts"]
            assert counts["total"] == 1
