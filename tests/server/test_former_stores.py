"""Stores that former versions have written."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from assistant_tui.server.assistants import ASSISTANT
from assistant_tui.server.errors import StoreError
from assistant_tui.server.store.interface import (
    Collection,
    Event,
    Lease,
)
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.server.store.sqlite_store import SQLiteStore
from assistant_tui.storage import connections
from tests.server.kinds import FIELDS, MESSAGE, ids

FORMER = [Path(__file__).with_name(f"store_{version}.sql") for version in (1, 2)]
"""The same store as each former version wrote it."""


@pytest.mark.parametrize("former", FORMER, ids=lambda path: path.stem)
def test_a_former_store_opens_with_all_that_is_in_it(tmp_path: Path, former: Path) -> None:
    path = tmp_path / "assistants.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(former.read_text())
    with SQLiteStore(path, clock=lambda: 0) as store:
        assistants = Collection(store, ASSISTANT)
        first, odd, changed = assistants.page(PageQuery(ascending=True)).data
        assert odd["name"] == "odd \x00 \ud800 ünïcode; with 'quotes'"
        assert odd["tool_resources"] == {"file_search": {"vector_store_ids": ["vs_1"]}}
        assert (first["created_at"], changed["description"]) == (1_790_000_000, "later")
        deleted = "asst_TFcUQWawpUnxq7DSTikc0Z5p"
        assert ids(assistants, PageQuery(after=deleted)) == [first["id"]]
        assert assistants.get(deleted) is None
        # The last one was deleted: its number and its time are not used again.
        new = assistants.create(FIELDS)
        assert new["created_at"] == 1_790_000_004
        assert ids(assistants) == [first["id"], odd["id"], changed["id"], new["id"]]
        Collection(store, MESSAGE, "thread_a").create({})
        store.write(lambda objects: objects.append("log", [Event("begun", "{}")]))
        store.write(lambda objects: objects.put_lease(Lease("thread_a", "run_a")))
    with SQLiteStore(path) as store:
        assert ids(Collection(store, ASSISTANT))[-1] == new["id"]
        assert [each.name for each in store.read(lambda reader: reader.events("log", 0, 9))] == [
            "begun"
        ]
        assert store.read(lambda reader: reader.leases()) == [Lease("thread_a", "run_a")]


def test_a_former_store_that_may_only_be_read_is_read_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FORMER[0].read_text())
        kept = connection.execute("SELECT * FROM assistants").fetchall()

    def read_only(path: Path) -> sqlite3.Connection:
        uri = f"file:{quote(str(path))}?mode=ro"
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)

    monkeypatch.setattr(connections, "_connect", read_only)
    with SQLiteStore(path) as store:
        assert len(ids(Collection(store, ASSISTANT))) == 3
        assert "a copy of it is read" in store.notice
        with pytest.raises(StoreError, match="it is read-only"):
            Collection(store, ASSISTANT).create(FIELDS)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM assistants").fetchall() == kept
    monkeypatch.undo()
    with SQLiteStore(path) as store:
        assert store.notice == "" and Collection(store, ASSISTANT).create(FIELDS)


def test_a_page_is_read_by_index_in_new_and_in_upgraded_stores(tmp_path: Path) -> None:
    for name, script in (("new", ""), *((each.stem, each.read_text()) for each in FORMER)):
        path = tmp_path / f"{name}.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)
        SQLiteStore(path).close()
        with closing(sqlite3.connect(path)) as connection:
            plan = connection.execute(
                "EXPLAIN QUERY PLAN SELECT body FROM objects WHERE kind = ? AND parent = ? AND"
                " body IS NOT NULL AND sequence > ? AND sequence < ? ORDER BY sequence DESC",
                ("assistant", "", 0, 9),
            ).fetchall()
        assert "USING INDEX living (kind=? AND parent=? AND sequence>? AND sequence<?)" in str(plan)
        assert "TEMP B-TREE" not in str(plan)
