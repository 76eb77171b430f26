"""The terminal shows cell for cell what Textual would have it show, for fewer bytes."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Size

from assistant_tui.server.app import create_app
from assistant_tui.tui.terminal import diffing_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running
from tests.tui.terminal.screens import Compared

NAMES = ("東京の天気 assistant", "e\u0301te\u0301 · Zürich", "👍 thumbs up", "plain", "漢字a漢字")


def compared(driver: Driver) -> Compared:
    """The application, with its two terminals."""
    assert isinstance(driver.app, Compared)
    return driver.app


def assert_same(driver: Driver) -> None:
    """No update has left the two terminals different, and there were some."""
    app = compared(driver)
    assert app._is_diffing and app.updates > 1
    assert app.differences == []


def has_size(driver: Driver, size: Size) -> bool:
    """Whether the program has taken note of its size."""
    return driver.app.size == size


@pytest.fixture
async def program(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Driver]:
    """A program with many rows on two terminals, of 80 columns unless a test says otherwise."""
    size = getattr(request, "param", (80, 24))
    async with running(served(120), tmp_path, size=size, kind=Compared) as driver:
        yield driver


both_layouts = pytest.mark.parametrize(
    "program", [(80, 24), (120, 36)], ids=["narrow", "wide"], indirect=True
)
"""One pane at a time, and both side by side."""


def served(count: int) -> InProcessServer:
    """A server with so many samples."""
    return InProcessServer(create_app(SampleStore(count), models=("gpt-4o",)))


@both_layouts
async def test_moving_and_scrolling_the_list(program: Driver) -> None:
    await program.press(*["down"] * 40, "pagedown", "pageup", "end", "home", *["up"] * 3)
    await program.press("right_square_bracket", *["up"] * 45, "G", "k", "k")
    assert_same(program)


@both_layouts
async def test_reading_and_scrolling_the_detail(program: Driver) -> None:
    await program.press("tab", *["down"] * 12, "pagedown", *["up"] * 5, "escape", "down")
    assert_same(program)


@both_layouts
async def test_dialogs_over_the_list(program: Driver) -> None:
    for keys in (["question_mark", "pagedown"], ["v", "down", "down"], ["d"], ["Y"], ["m"]):
        await program.press(*keys)
        await program.press("escape")
    await program.press("colon")
    await program.type("cop")
    await program.press("escape", "down")
    assert_same(program)


@both_layouts
async def test_the_form_and_its_fields(program: Driver) -> None:
    await program.press("enter")
    await program.type(" née 東京")
    await program.press(*["tab"] * 6, "down", "down", "f3", "escape", *["tab"] * 4, "escape")
    await program.press("tab", "enter", "down")
    assert_same(program)


@pytest.mark.parametrize("theme", ["textual-light", "nord", "ansi-dark"])
async def test_another_theme(program: Driver, theme: str) -> None:
    program.app.theme = theme
    await program.press(*["down"] * 30, "v", "escape")
    assert_same(program)


async def test_terminals_that_change_their_size(program: Driver) -> None:
    for columns, lines in ((60, 20), (130, 40), (130, 12), (80, 24)):
        size = Size(columns, lines)
        program.app.post_message(events.Resize(size, size))
        await program.until(partial(has_size, program, size))
        await program.press(*["down"] * 25, "pageup")
    assert_same(program)


async def test_no_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(served(60), tmp_path, kind=Compared) as driver:
        await driver.press(*["down"] * 30, "d", "escape", "enter", "tab")
        assert_same(driver)
        assert "38;" not in compared(driver).wire.sent


@pytest.mark.parametrize("term", ["screen", "vt100", "no-such-terminal"])
async def test_terminals_that_can_do_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    async with running(served(60), tmp_path, kind=Compared) as driver:
        await driver.press(*["down"] * 30, "pageup", "d", "escape")
        assert_same(driver)


async def test_names_that_are_wide_combined_or_both(tmp_path: Path) -> None:
    store = SampleStore(3)
    for name in NAMES * 10:
        store.create({"model": "gpt-4o", "name": name, "tools": [], "instructions": name * 20})
    server = InProcessServer(create_app(store, models=("gpt-4o",)))
    async with running(server, tmp_path, size=(110, 24), kind=Compared) as driver:
        await driver.press(*["down"] * 30, "pageup", "d", "escape", "enter", "escape", "end")
        assert_same(driver)


async def test_what_another_program_wrote_is_painted_over(program: Driver) -> None:
    app = compared(program)
    with app.suspend():
        app.scribble("\x1b[2J\x1b[H\x1b[31mvi was here\r\n~\r\n~")
    await program.press("down")
    assert_same(program)
    assert "vi was here" not in "\n".join(app.ours.display)


async def test_a_terminal_given_back_by_the_shell_is_drawn_anew(program: Driver) -> None:
    app = compared(program)
    before = app.ours.cells
    app.scribble("\x1b[2J")
    app.post_message(app.wire.SignalResume())
    await program.settle()
    assert_same(program)
    assert app.ours.cells == before


async def test_an_update_without_a_change_sends_nothing(program: Driver) -> None:
    app = compared(program)
    updates, cost = app.updates, app.cost
    app.screen.refresh()
    await program.settle()
    assert app.updates > updates and app.cost == cost


async def test_another_textual_writes_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diffing_app, "TESTED_VERSIONS", ("0.1",))
    async with running(served(60), tmp_path, kind=Compared) as driver:
        await driver.press("down")
        assert not compared(driver)._writes_diffs()


async def test_it_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(diffing_app.DISPLAY_VARIABLE, "textual")
    async with running(served(60), tmp_path, kind=Compared) as driver:
        await driver.press("down")
        assert not compared(driver)._writes_diffs()
