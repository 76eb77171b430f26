"""The rows on disk between two runs: private, whole or not there, never in the way."""

import json
import os
import stat
from pathlib import Path

import pytest

from assistant_tui.catalog import remembered
from assistant_tui.catalog.remembered import Memory
from assistant_tui.core.listing import Listing, Row

ROWS = (
    Row("asst_1", "Zoë \ud800\u202e", "m", ("function", "x"), 1_700_000_000, '{"id": "asst_1"}'),
    Row("asst_2", "", "", (), None, "{", "not an object"),
)
SOUND = ["asst_1", "N", "m", ["x"], 5, "{}", ""]


def only_file(folder: Path) -> Path:
    """The one file in a folder."""
    (path,) = folder.iterdir()
    return path


@pytest.mark.parametrize("complete", [True, False])
def test_rows_come_back_as_they_were_but_marked(tmp_path: Path, complete: bool) -> None:
    Memory(tmp_path, "p").write(ROWS, complete=complete)
    assert Memory(tmp_path, "p").read() == Listing(ROWS, complete=complete, remembered=True)


def test_the_file_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    before = os.umask(0)
    try:
        Memory(folder, "p").write(ROWS, complete=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600


@pytest.mark.parametrize("other", [("q", "url"), ("p", "other"), ("purl", ""), ("p", "url", "org")])
def test_each_server_has_rows_of_its_own(tmp_path: Path, other: tuple[str, ...]) -> None:
    Memory(tmp_path, "p", "url").write(ROWS, complete=True)
    assert Memory(tmp_path, *other).read() == Listing()


def test_no_name_of_a_server_is_in_the_name_of_the_file(tmp_path: Path) -> None:
    Memory(tmp_path, "p", "https://user:secret@host/../x").write(ROWS, complete=True)
    assert "secret" not in only_file(tmp_path).name and "host" not in only_file(tmp_path).name


def test_what_is_written_replaces_what_was_there(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "p")
    memory.write(ROWS, complete=False)
    memory.write(ROWS[:1], complete=True)
    assert memory.read() == Listing(ROWS[:1], complete=True, remembered=True)
    assert only_file(tmp_path).suffix == ".json"


def test_rows_beyond_the_cap_are_left_out_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "LARGEST", 10)
    rows = [Row(f"a{size}", "", "", (), None, "x" * size) for size in (4, 6, 1)]
    memory = Memory(tmp_path, "p")
    memory.write(rows, complete=True)
    assert memory.read() == Listing(tuple(rows[:2]), complete=False, remembered=True)


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory(tmp_path, "p")
    memory.write(ROWS, complete=True)

    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    memory.write((), complete=True)
    assert memory.read().rows == ROWS
    assert only_file(tmp_path).suffix == ".json"


def test_a_folder_that_cannot_be_made_costs_only_the_head_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    memory = Memory(tmp_path / "file", "p")
    memory.write(ROWS, complete=True)
    assert memory.read() == Listing()


def file_of(format_number: object, *rows: object) -> str:
    """The text of a file with these rows."""
    return json.dumps({"format": format_number, "complete": True, "rows": rows})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '{"format": 1}',
        '{"format": 1, "rows": 5, "complete": true}',
        '{"format": 1, "rows": []}',
        file_of(2, SOUND),
        file_of(1, "asst_1"),
        file_of(1, None),
        file_of(1, SOUND[:5]),
        file_of(1, [*SOUND, "more"]),
        file_of(1, [5, *SOUND[1:]]),
        file_of(1, [*SOUND[:3], "xy", *SOUND[4:]]),
        file_of(1, [*SOUND[:3], [5], *SOUND[4:]]),
        file_of(1, [*SOUND[:4], "5", *SOUND[5:]]),
        file_of(1, [*SOUND[:5], None, ""]),
    ],
)
def test_a_file_that_is_not_what_was_written_gives_no_rows(tmp_path: Path, text: str) -> None:
    memory = Memory(tmp_path, "p")
    memory.write(ROWS, complete=True)
    only_file(tmp_path).write_text(file_of(1, SOUND))
    assert len(memory.read()) == 1
    only_file(tmp_path).write_text(text)
    assert memory.read() == Listing()


def test_a_file_that_is_no_text_gives_no_rows(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "p")
    memory.write(ROWS, complete=True)
    only_file(tmp_path).write_bytes(b"\xff\xfe")
    assert memory.read() == Listing()
