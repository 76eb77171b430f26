"""A store that is locked, damaged, removed, read-only or full: said in a sentence, and outlived."""

import asyncio
import json
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from assistant_tui.server.assistants import created
from assistant_tui.server.errors import StoreBusy, StoreError
from assistant_tui.server.http import requests
from assistant_tui.server.store import executor, paging, sqlite_store
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.storage import lock_deadline
from assistant_tui.storage.database_errors import is_busy
from tests.limits import LIMIT
from tests.server.support import Json, client, connection_of, error_of
from tests.stores import SQLiteStore

FIELDS = created({"model": "m"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "assistants.db"


@pytest.fixture
def sqlite(path: Path) -> Iterator[SQLiteStore]:
    """A store with one assistant."""
    with SQLiteStore(path) as store:
        store.create(FIELDS)
        yield store


@pytest.fixture
async def http(sqlite: SQLiteStore) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application over that store."""
    async with client(sqlite) as speaking:
        yield speaking


@pytest.fixture
def other(sqlite: SQLiteStore, path: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has the same file open."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are waited for a little less long."""
    for module in sqlite_store, executor:
        monkeypatch.setattr(module, "BUSY_SECONDS", 0.5)


@pytest.mark.usefixtures("impatient")
async def test_many_writers_that_wait_do_not_hold_up_readers(
    http: httpx.AsyncClient, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    writers = [
        asyncio.create_task(http.post("/assistants", json={"model": "m"})) for _ in range(60)
    ]
    await asyncio.sleep(0)
    for _ in range(5):
        assert len((await http.get("/assistants")).json()["data"]) == 1
    assert not any(writer.done() for writer in writers)
    for answer in await asyncio.gather(*writers):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        error = error_of(answer)
        assert error["type"] == "server_error" and "nothing was changed" in error["message"]
    other.execute("ROLLBACK")
    assert (await http.post("/assistants", json={"model": "m"})).status_code == 200
    assert len((await http.get("/assistants")).json()["data"]) == 2


@pytest.mark.usefixtures("impatient")
async def test_changes_and_deletions_that_meet_a_lock_change_nothing(
    http: httpx.AsyncClient, other: sqlite3.Connection
) -> None:
    (made,) = (await http.get("/assistants")).json()["data"]
    other.execute("BEGIN IMMEDIATE")
    for answer in await asyncio.gather(
        http.post(f"/assistants/{made['id']}", json={"name": "n"}),
        http.delete(f"/assistants/{made['id']}"),
    ):
        assert answer.status_code == 503
    other.execute("ROLLBACK")
    assert (await http.get("/assistants")).json()["data"] == [made]


def test_a_lock_that_is_given_up_in_time_is_waited_for(
    sqlite: SQLiteStore, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    made: list[Json] = []
    writer = threading.Thread(target=lambda: made.append(sqlite.create(FIELDS)))
    writer.start()
    other.execute("ROLLBACK")
    writer.join()
    assert sqlite.get(made[0]["id"]) == made[0]


def test_a_store_that_is_closed_waits_for_no_lock(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = threading.Event()

    def noticed(error: sqlite3.Error) -> bool:
        waiting.set()
        return is_busy(error)

    monkeypatch.setattr(lock_deadline, "is_busy", noticed)
    store = SQLiteStore(path)
    refused: list[StoreError] = []

    def write() -> None:
        try:
            store.create(FIELDS)
        except StoreError as error:
            refused.append(error)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = threading.Thread(target=write)
        writer.start()
        assert waiting.wait(LIMIT)
        store.close()
        writer.join()
    assert len(refused) == 1


def test_a_store_that_somebody_writes_to_can_be_opened_and_read(
    sqlite: SQLiteStore, path: Path, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    with SQLiteStore(path) as second:
        assert len(second.page(PageQuery()).data) == 1


@pytest.mark.usefixtures("impatient")
def test_a_store_that_is_locked_from_the_start_says_so(path: Path) -> None:
    with SQLiteStore(path) as store:
        store.create(FIELDS)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match="another program holds it"):
            SQLiteStore(path)
    with SQLiteStore(path) as store:
        assert len(store.page(PageQuery()).data) == 1


# Each is put in the place of the body of an assistant, as SQL.
DAMAGED = {
    "cut off": "substr(body, 1, 40)",
    "empty": "''",
    "no object": "'[]'",
    "no JSON number": "replace(body, '\"temperature\": 1', '\"temperature\": NaN')",
    "no UTF-8": "CAST(x'7b22ff227d' AS TEXT)",
    "bytes": "x'00ff'",
    "a number": "5",
    "another's": 'replace(body, \'"id": "asst_\', \'"id": "asst_X\')',
    "too deep": "'" + "[" * 100_000 + "'",
    "a part of another type": "replace(body, '\"tool_resources\": {}', '\"tool_resources\": 5')",
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
async def test_a_damaged_row_is_named_and_passed_over(
    http: httpx.AsyncClient,
    sqlite: SQLiteStore,
    other: sqlite3.Connection,
    caplog: pytest.LogCaptureFixture,
    damage: str,
) -> None:
    made = [sqlite.create(FIELDS)["id"] for _ in range(4)]
    sound = [made[3], made[1], made[0]]
    other.execute(f"UPDATE objects SET body = {damage} WHERE id = ?", (made[2],))
    page = (await http.get("/assistants?limit=3")).json()
    assert [each["id"] for each in page["data"]] == sound
    assert page["has_more"] is True
    page = (await http.get(f"/assistants?after={made[2]}&limit=2")).json()
    assert [each["id"] for each in page["data"]] == sound[1:]
    page = (await http.get(f"/assistants?before={made[0]}")).json()
    assert [each["id"] for each in page["data"]] == sound[:2]
    assert made[2] in caplog.text and "Traceback" not in caplog.text
    for answer in (
        await http.get(f"/assistants/{made[2]}"),
        await http.post(f"/assistants/{made[2]}", json={"name": "n"}),
    ):
        assert answer.status_code == 500
        assert made[2] in error_of(answer)["message"]
        assert "row 4" in error_of(answer)["message"]
    assert (await http.delete(f"/assistants/{made[2]}")).status_code == 200
    assert (await http.get(f"/assistants/{made[2]}")).status_code == 404


async def test_a_damaged_id_is_passed_over_too(
    http: httpx.AsyncClient, sqlite: SQLiteStore, other: sqlite3.Connection
) -> None:
    made = sqlite.create(FIELDS)["id"]
    other.execute("UPDATE objects SET id = CAST(x'ff0a1b5b324a' AS TEXT) WHERE id = ?", (made,))
    assert len((await http.get("/assistants")).json()["data"]) == 1


async def test_what_a_damaged_row_is_called_cannot_steer_a_terminal(
    http: httpx.AsyncClient, other: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    other.execute("UPDATE objects SET id = 'a' || char(27) || '[2J', body = '{'")
    with caplog.at_level(logging.WARNING):
        assert (await http.get("/assistants")).json()["data"] == []
    assert "[2J" in caplog.text and "\x1b" not in caplog.text


@pytest.mark.parametrize("moved", [False, True], ids=["removed", "replaced"])
async def test_a_database_that_is_gone_takes_no_writes(
    http: httpx.AsyncClient, path: Path, moved: bool
) -> None:
    kept = path.rename(path.with_name("kept.db"))
    if moved:
        path.write_bytes(b"")
    for answer in (
        await http.get("/assistants"),
        await http.post("/assistants", json={"model": "m"}),
    ):
        assert answer.status_code == 503
        assert "was removed or replaced" in error_of(answer)["message"]
        assert str(path) in error_of(answer)["message"]
    kept.rename(path)
    assert len((await http.get("/assistants")).json()["data"]) == 1


async def test_a_database_that_is_removed_during_a_write_takes_it_not(
    sqlite: SQLiteStore, path: Path
) -> None:
    (made,) = sqlite.page(PageQuery()).data

    def remove(assistant: Json) -> Json:
        path.unlink()
        return {**assistant, "name": "n"}

    with pytest.raises(StoreError, match="was removed or replaced"):
        sqlite.modify(made["id"], remove)


@pytest.mark.parametrize(
    ("pragma", "said"), [("query_only = 1", "read-only"), ("max_page_count = 1", "full")]
)
async def test_what_cannot_be_written_is_said_and_the_rest_can_be_read(
    http: httpx.AsyncClient, sqlite: SQLiteStore, pragma: str, said: str
) -> None:
    connection_of(sqlite).execute(f"PRAGMA {pragma}")
    answer = await http.post("/assistants", json={"model": "m", "instructions": "x" * 200_000})
    assert answer.status_code == 503
    assert said in error_of(answer)["message"]
    assert len((await http.get("/assistants")).json()["data"]) == 1


async def test_a_page_ends_where_it_is_large_enough_and_says_that_there_is_more(
    http: httpx.AsyncClient, sqlite: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE_BYTES", 30_000)
    for size in (10, 50_000, 10_000, 10_000, 10_000, 10):
        sqlite.create({**FIELDS, "instructions": "x" * size})
    for order in "asc", "desc":
        seen: list[str] = []
        pages: list[int] = []
        more, query = True, f"limit=100&order={order}"
        while more:
            page = (await http.get(f"/assistants?{query}")).json()
            seen += [each["id"] for each in page["data"]]
            pages.append(len(page["data"]))
            more, query = page["has_more"], f"limit=100&order={order}&after={page['last_id']}"
        assert len(seen) == len(set(seen)) == 7
        assert len(pages) > 2 and min(pages) > 0


async def test_large_bodies_share_a_bounded_memory_and_small_ones_do_not_care(
    sqlite: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODIES_LIMIT", 1_000_000)
    headers = {"content-type": "application/json"}
    large = json.dumps({"model": "m"}).ljust(700_000).encode()
    halfway, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield large[:-1]
        halfway.set()
        await go_on.wait()
        yield large[-1:]

    async with client(sqlite) as http:
        slow = asyncio.create_task(http.post("/assistants", content=slowly(), headers=headers))
        await halfway.wait()
        answer = await http.post("/assistants", content=large, headers=headers)
        assert answer.status_code == 503
        assert "Too many large requests" in error_of(answer)["message"]
        assert (await http.post("/assistants", json={"model": "m"})).status_code == 200
        go_on.set()
        assert (await slow).status_code == 200
        for _ in range(3):  # what was taken was given back
            answer = await http.post("/assistants", content=large, headers=headers)
            assert answer.status_code == 200


async def test_a_body_of_too_many_values_is_refused_before_it_is_read(
    http: httpx.AsyncClient,
) -> None:
    many = '{"model": "m", "x": [' + "[],[]," * 600_000 + "0]}"
    answer = await http.post("/assistants", content=many)
    assert answer.status_code == 400
    assert "1,000,000 values" in error_of(answer)["message"]
    commas = json.dumps({"model": "m", "instructions": "," * 256_000})
    assert (await http.post("/assistants", content=commas)).status_code == 200
