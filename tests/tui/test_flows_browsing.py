"""Moving through the list: pages, highlight, panes, refresh."""

from pathlib import Path

import pytest

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.assistants.samples import sample
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

SMALL_PAGES = Profile("small", Source.LOCAL, page_size=10)


def name_of(index: int) -> str:
    """The name of a sample."""
    return sample(index)["name"] or ""


async def test_the_first_page_is_there_and_the_newest_is_highlighted(program: Driver) -> None:
    assert program.highlighted == name_of(0)
    assert "1–3 of 3 (all)" in program.header
    assert [line for line in program.lines if line.startswith(f"> {name_of(0)}")]


async def test_the_next_page_is_asked_for_before_the_cursor_arrives(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(100), models=()))
    async with running(
        server, tmp_path, profile=Profile("p", Source.LOCAL, page_size=40)
    ) as program:
        asked = len(server.requests)
        assert asked == 1
        await program.press(*["j"] * 16)
        assert len(server.requests) == asked + 1
        assert "1–40 of 80+" in program.header
        assert program.main.browser.list_pane.cursor == 16


async def test_the_end_of_the_list_is_told_apart_from_what_is_loaded(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(64), models=()))
    async with running(server, tmp_path, profile=SMALL_PAGES) as program:
        assert "of 30+" in program.header
        for _ in range(5):
            await program.press("G")
        assert "61–64 of 64 (all)" in program.header
        assert program.highlighted == name_of(63)
        await program.press("g")
        assert program.highlighted == name_of(0)


async def test_brackets_jump_a_page_also_to_one_that_is_not_loaded_yet(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(200), models=()))
    profile = Profile("p", Source.LOCAL, page_size=50)
    async with running(server, tmp_path, profile=profile) as program:
        assert "1–50 of 50+" in program.header
        server.hold = lambda method, path: True
        await program.pilot.press("right_square_bracket")
        await server.arrived.wait()
        assert program.main.browser.list_pane.cursor == 49
        server.opened.set()
        await program.settle()
        assert program.highlighted == name_of(50)
        await program.press("left_square_bracket")
        assert program.highlighted == name_of(0)


async def test_a_refresh_keeps_the_highlight_on_its_assistant(
    program: Driver, store: SampleStore
) -> None:
    await program.press("j")
    assert program.highlighted == name_of(1)
    store.create({"name": "newer", "model": "m", "tools": []})
    await program.press("r")
    assert program.highlighted == name_of(1)
    assert any("newer" in line for line in program.lines)
    assert "of 4 (all)" in program.header


async def test_a_refresh_that_fails_keeps_the_list_and_names_the_key(
    program: Driver, server: InProcessServer
) -> None:
    server.refuse = lambda method, path: (403, b'{"error": {"message": "not today"}}')
    await program.press("r")
    assert program.highlighted == name_of(0)
    assert "not today" in program.status
    assert "r tries again" in program.status
    server.refuse = lambda method, path: None
    await program.press("r")
    assert program.status == ""


async def test_a_page_that_is_no_longer_wanted_is_dropped(tmp_path: Path) -> None:
    """Page two is slow; meanwhile the row that it follows is gone, and the list was reloaded."""
    store = SampleStore(60)
    server = InProcessServer(create_app(store, models=()))
    profile = Profile("p", Source.LOCAL, page_size=30)
    async with running(server, tmp_path, profile=profile) as program:
        server.hold = lambda method, path: True
        await program.pilot.press("G")
        await server.arrived.wait()
        server.hold = lambda method, path: False
        last = program.main.list_model.listing.rows[-1]
        store.delete(last.id)
        await program.pilot.press("r")
        await program.pilot.pause()
        server.opened.set()
        await program.settle()
        ids = [row.id for row in program.main.list_model.listing.rows]
        assert len(ids) == len(set(ids))
        assert last.id not in ids
        expected = [sample(index)["id"] for index in range(60) if sample(index)["id"] != last.id]
        assert ids == expected[: len(ids)]


async def test_remembered_rows_are_marked_until_the_server_has_answered(
    server: InProcessServer, tmp_path: Path
) -> None:
    old = ResourceRow(
        "asst_old",
        1,
        '{"id": "asst_old", "name": "gone by now"}',
        summary=AssistantSummary("gone by now", "m"),
    )
    server.hold = lambda method, path: True
    opening = Listing((old,), remembered=True)
    async with running(server, tmp_path, opening=opening, settle=False) as program:
        await server.arrived.wait()
        await program.pilot.pause()
        assert "remembered" in program.header
        assert program.highlighted == "gone by now"
        server.opened.set()
        await program.settle()
        assert "remembered" not in program.header
        assert program.highlighted == name_of(0)


async def test_tab_goes_to_the_detail_and_escape_back(program: Driver) -> None:
    await program.press("tab")
    assert sample(0)["id"] in program.text
    assert not any(line.startswith("> ") for line in program.lines)
    await program.press("escape")
    assert any(line.startswith("> ") for line in program.lines)


async def test_side_by_side_the_detail_follows_the_cursor(
    server: InProcessServer, tmp_path: Path
) -> None:
    async with running(server, tmp_path, size=(120, 36)) as program:
        assert sample(0)["id"] in program.text
        await program.press("j")
        await program.until(lambda: sample(1)["id"] in program.text)
        assert sample(0)["id"] not in program.text


async def test_a_held_key_leaves_the_detail_alone(server: InProcessServer, tmp_path: Path) -> None:
    async with running(server, tmp_path, size=(120, 36)) as program:
        detail = program.main.browser.detail_pane
        before = detail.lines
        await program.pilot.press("j", "k", "j", "k", "j")
        assert detail.lines == before
        await program.until(lambda: detail.lines != before)


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (99, 20), (100, 30), (200, 60), (300, 100)])
async def test_every_size_shows_rows_and_keys(
    server: InProcessServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with running(server, tmp_path, size=size) as program:
        assert any(line.startswith(f"> {name_of(0)[:10]}") for line in program.lines)
        assert "n New" in program.lines[-1]
        await program.press("enter")
        assert "Name" in program.text
        assert "Esc Back" in program.lines[-1]
        await program.press("escape", "d")
        assert "Delete this assistant?" in program.text
