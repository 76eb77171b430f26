"""The rows on disk between two runs: private, whole or not there, never in the way."""

import json
import os
import stat
from pathlib import Path

import pytest

from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services import listing_cache
from assistant_tui.services.listing_cache import ListingCache

ROWS = (
    ResourceRow(
        "asst_1",
        1_700_000_000,
        '{"id": "asst_1"}',
        summary=AssistantSummary("Zoë \ud800\u202e", "m", ("function", "x")),
    ),
    ResourceRow("asst_2", None, "{", "not an object", AssistantSummary()),
)
SOUND = ["asst_1", "N", "m", ["x"], 5, "{}", ""]


def only_file(folder: Path) -> Path:
    """The one file in a folder."""
    (path,) = folder.iterdir()
    return path


@pytest.mark.parametrize("complete", [True, False])
def test_rows_come_back_as_they_were_but_marked(tmp_path: Path, complete: bool) -> None:
    ListingCache(tmp_path, "p").write(Listing(ROWS, complete=complete), 50)
    assert ListingCache(tmp_path, "p").read() == Listing(ROWS, complete=complete, remembered=True)


def test_the_file_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    before = os.umask(0)
    try:
        ListingCache(folder, "p").write(Listing(ROWS, complete=True), 50)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600


@pytest.mark.parametrize("other", [("q", "url"), ("p", "other"), ("purl", ""), ("p", "url", "org")])
def test_each_server_has_rows_of_its_own(tmp_path: Path, other: tuple[str, ...]) -> None:
    ListingCache(tmp_path, "p", "url").write(Listing(ROWS, complete=True), 50)
    assert ListingCache(tmp_path, *other).read() == Listing()


def test_no_name_of_a_server_is_in_the_name_of_the_file(tmp_path: Path) -> None:
    ListingCache(tmp_path, "p", "https://user:secret@host/../x").write(
        Listing(ROWS, complete=True), 50
    )
    assert "secret" not in only_file(tmp_path).name and "host" not in only_file(tmp_path).name


def test_what_is_written_replaces_what_was_there(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path, "p")
    cache.write(Listing(ROWS, complete=False), 50)
    cache.write(Listing(ROWS[:1], complete=True), 50)
    assert cache.read() == Listing(ROWS[:1], complete=True, remembered=True)
    assert only_file(tmp_path).suffix == ".json"


def test_rows_beyond_the_cap_are_left_out_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_cache, "MAX_CHARACTERS", 10)
    rows = [
        ResourceRow(f"a{size}", None, "x" * size, summary=AssistantSummary()) for size in (4, 6, 1)
    ]
    cache = ListingCache(tmp_path, "p")
    cache.write(Listing(rows, complete=True), 50)
    assert cache.read() == Listing(tuple(rows[:2]), complete=False, remembered=True)


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ListingCache(tmp_path, "p")
    cache.write(Listing(ROWS, complete=True), 50)

    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.write(Listing(complete=True), 50)
    assert cache.read().rows == ROWS
    assert only_file(tmp_path).suffix == ".json"


def test_a_folder_that_cannot_be_made_costs_only_the_head_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = ListingCache(tmp_path / "file", "p")
    cache.write(Listing(ROWS, complete=True), 50)
    assert cache.read() == Listing()


def file_of(format_number: object, *rows: object) -> str:
    """The text of a file with these rows."""
    kept = {"format": format_number, "complete": True, "seams": ["asst_1"], "rows": rows}
    return json.dumps(kept)


def far(count: int, *, complete: bool = True) -> Listing:
    """A listing of so many rows, `a0` and so on."""
    return Listing((ResourceRow(f"a{n}", None, "{}") for n in range(count)), complete)


@pytest.mark.parametrize(
    ("count", "checkpoints"),
    [(100, ()), (101, ("a99",)), (200, ("a99",)), (250, ("a99", "a199")), (0, ())],
)
def test_a_list_that_was_seen_whole_leaves_ids_at_even_distances(
    tmp_path: Path, count: int, checkpoints: tuple[str, ...]
) -> None:
    ListingCache(tmp_path, "p").write(far(count), 50)
    cache = ListingCache(tmp_path, "p")
    assert (cache.checkpoints(), len(cache.read())) == (checkpoints, min(count, 50))
    cache.write(far(3, complete=False), 50)
    assert (cache.checkpoints(), len(cache.read())) == (checkpoints, 3)
    cache.write(far(3), 50)
    assert cache.checkpoints() == ()


def test_ids_that_no_server_knows_or_of_no_reasonable_length_are_no_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ListingCache(tmp_path, "p")
    nameless = ResourceRow("(no id) #1", None, "{}")
    cache.write(Listing((*far(99).rows, nameless, *far(250).rows[99:]), complete=True), 50)
    assert cache.checkpoints() == ("a198",)
    monkeypatch.setattr(listing_cache, "MAX_CHARACTERS", 5)
    cache.write(far(250), 50)
    assert cache.checkpoints() == ()


@pytest.mark.parametrize("checkpoints", ["asst_1", [5], None, {"a": 1}])
def test_checkpoints_that_are_none_of_ours_are_not_used(
    tmp_path: Path, checkpoints: object
) -> None:
    cache = ListingCache(tmp_path, "p")
    assert cache.checkpoints() == ()
    cache.write(far(250), 50)
    kept = json.loads(only_file(tmp_path).read_text())
    only_file(tmp_path).write_text(json.dumps({**kept, "seams": checkpoints}))
    assert (cache.checkpoints(), len(cache.read())) == ((), 50)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '{"format": 2}',
        '{"format": 2, "rows": 5, "complete": true}',
        '{"format": 2, "rows": []}',
        file_of(1, SOUND),
        file_of(2, "asst_1"),
        file_of(2, None),
        file_of(2, SOUND[:5]),
        file_of(2, [*SOUND, "more"]),
        file_of(2, [5, *SOUND[1:]]),
        file_of(2, [*SOUND[:3], "xy", *SOUND[4:]]),
        file_of(2, [*SOUND[:3], [5], *SOUND[4:]]),
        file_of(2, [*SOUND[:4], "5", *SOUND[5:]]),
        file_of(2, [*SOUND[:5], None, ""]),
    ],
)
def test_a_file_that_is_not_what_was_written_gives_no_rows(tmp_path: Path, text: str) -> None:
    cache = ListingCache(tmp_path, "p")
    cache.write(Listing(ROWS, complete=True), 50)
    only_file(tmp_path).write_text(file_of(2, SOUND))
    assert len(cache.read()) == 1
    only_file(tmp_path).write_text(text)
    assert cache.read() == Listing()


def test_a_file_that_is_no_text_gives_no_rows(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path, "p")
    cache.write(Listing(ROWS, complete=True), 50)
    only_file(tmp_path).write_bytes(b"\xff\xfe")
    assert cache.read() == Listing()
