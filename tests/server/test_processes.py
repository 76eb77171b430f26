"""Several processes on one file, and processes that are killed while they write."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.server.assistants import created, modified
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.storage import connections
from tests.process_pool import process_pool, wait_for_all
from tests.server.support import Json, connection_of
from tests.stores import SQLiteStore

FIELDS = created({"model": "m"})
PROCESSES, ROUNDS = 4, 25


def _open(paths: list[Path]) -> set[str]:
    modes = set()
    for path in paths:
        wait_for_all()
        with SQLiteStore(path) as store:
            modes.add(store.journal_mode)
    return modes


def _create(path: Path) -> list[str]:
    with SQLiteStore(path) as store:
        wait_for_all()
        return [store.create(FIELDS)["id"] for _ in range(ROUNDS)]


def _modify(path: Path, assistant_id: str, field: str) -> bool:
    """Whether this process always found its own field as it left it."""

    def change(number: int, assistant: Json) -> Json:
        seen.append(assistant[field])
        return modified(assistant, {field: str(number)})

    seen: list[str | None] = []
    with SQLiteStore(path) as store:
        wait_for_all()
        for number in range(ROUNDS):
            store.modify(assistant_id, partial(change, number))
    return seen == [None, *map(str, range(ROUNDS - 1))]


def test_a_new_file_can_be_opened_by_many_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.db" for n in range(40)]
    with process_pool(PROCESSES) as pool:
        assert pool.map(_open, [paths] * PROCESSES, chunksize=1) == [{"wal"}] * PROCESSES


class Overtaken(sqlite3.Connection):
    """A connection that another program overtakes when this one looks once more what is there."""

    path: Path
    looks = 0

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Have the other program make the tables between two questions."""
        if sql == "PRAGMA user_version":
            self.looks += 1
            if self.looks == 2:
                with closing(SQLiteStore(self.path)) as other:
                    other.create(created({"model": "m"}))
        return super().execute(sql, *parameters)


def test_tables_that_another_program_makes_meanwhile_are_not_taken_for_a_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "assistants.db"
    monkeypatch.setattr(Overtaken, "path", path, raising=False)
    connect, factories = connections._connect, [Overtaken]

    def overtaken(path: Path) -> sqlite3.Connection:
        if not factories:
            return connect(path)
        factory = factories.pop()
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=factory)

    monkeypatch.setattr(connections, "_connect", overtaken)
    with closing(SQLiteStore(path)) as store:
        assert len(store.page(PageQuery(limit=9)).data) == 1


def test_what_many_create_is_all_there(tmp_path: Path) -> None:
    path = tmp_path / "assistants.db"
    with process_pool(PROCESSES) as pool:
        made = pool.map(_create, [path] * PROCESSES, chunksize=1)
    with SQLiteStore(path) as store:
        page = store.page(PageQuery(limit=PROCESSES * ROUNDS, ascending=True))
        listed = [assistant["id"] for assistant in page.data]
        times = [assistant["created_at"] for assistant in page.data]
    assert sorted(listed) == sorted(each for ids in made for each in ids)
    assert times == sorted(times)
    for ids in made:  # each process sees its own in the order it made them
        assert [each for each in listed if each in set(ids)] == ids


def test_changes_of_different_fields_do_not_undo_each_other(tmp_path: Path) -> None:
    path = tmp_path / "assistants.db"
    with SQLiteStore(path) as store:
        assistant_id = store.create(FIELDS)["id"]
        fields = ["name", "description", "instructions", "response_format"]
        store.modify(assistant_id, lambda old: {**old, "response_format": None})
        each = [(path, assistant_id, field) for field in fields]
        with process_pool(PROCESSES) as pool:
            assert all(pool.starmap(_modify, each, chunksize=1))
        last = store.get(assistant_id)
        assert last is not None
        assert [last[field] for field in fields] == [str(ROUNDS - 1)] * len(fields)


_WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from assistant_tui.server.assistants import created
from tests.stores import SQLiteStore
store, number = SQLiteStore(Path(sys.argv[1])), 0
while True:
    made = store.create(created({"model": "m", "instructions": "x" * 20_000}))
    store.modify(made["id"], lambda old: {**old, "name": str(number)})
    print(made["id"], number, flush=True)
    number += 1
"""


@pytest.mark.parametrize("rounds", [1, 20, 60])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, rounds: int) -> None:
    path = tmp_path / "assistants.db"
    command = [sys.executable, "-c", _WRITE_UNTIL_KILLED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(rounds)]
        process.kill()
        lines += process.stdout.read().splitlines()
    acknowledged = [line.split() for line in lines if line.count(" ") == 1]
    with SQLiteStore(path) as store:
        (check,) = connection_of(store).execute("PRAGMA integrity_check").fetchone()
        assert check == "ok"
        for assistant_id, number in acknowledged:
            kept = store.get(assistant_id)
            assert kept is not None and kept["name"] == number
        listed = store.page(PageQuery(limit=10_000)).data
        assert len(acknowledged) <= len(listed) <= len(acknowledged) + 2
