"""The reader: wraps once, scrolls within its text, moves only when it is told to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from assistant_tui.core.assistants.description import StyledText
from assistant_tui.tui.widgets.text_view import TextView

NUMBERED = tuple(StyledText(f"line {number}") for number in range(100))


class Host(App[None]):
    """A reader and nothing else."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield TextView()


class Reading:
    """A reader on a screen, and its keys."""

    def __init__(self, app: Host) -> None:
        self.reader = app.query_one(TextView)

    @property
    def shown(self) -> list[str]:
        """The lines on the screen."""
        return [self.reader.render_line(y).text for y in range(self.reader.size.height)]

    @property
    def top(self) -> str:
        """The uppermost line."""
        return self.shown[0].strip()


@asynccontextmanager
async def reading(
    lines: tuple[StyledText, ...], size: tuple[int, int] = (20, 10)
) -> AsyncIterator[Reading]:
    """Show lines on a screen of that size."""
    app = Host()
    async with app.run_test(size=size) as pilot:
        reading = Reading(app)
        reading.reader.lines = lines
        await pilot.pause()
        yield reading


async def test_lines_are_wrapped_and_indented() -> None:
    async with reading((StyledText("one two three four", indent=2),), (12, 4)) as it:
        assert it.shown == ["  one two   ", "  three four", " " * 12, " " * 12]


async def test_every_line_fills_the_width() -> None:
    async with reading(
        (StyledText("日本語" * 9), StyledText("é" * 25), StyledText("", "label"))
    ) as it:
        assert {cell_len(line) for line in it.shown} == {20}


async def test_it_moves_by_lines_and_screens_and_stays_within_the_text() -> None:
    async with reading(NUMBERED) as it:
        for move, top in (
            (it.reader.action_move_up, "line 0"),
            (it.reader.action_move_down, "line 1"),
            (it.reader.action_move_page_down, "line 11"),
            (it.reader.action_move_up, "line 10"),
            (it.reader.action_move_page_up, "line 0"),
            (it.reader.action_move_last, "line 90"),
            (it.reader.action_move_down, "line 90"),
            (it.reader.action_move_page_down, "line 90"),
            (it.reader.action_move_first, "line 0"),
            (it.reader.on_mouse_scroll_down, "line 3"),
            (it.reader.on_mouse_scroll_up, "line 0"),
        ):
            move()
            assert it.top == top


@pytest.mark.parametrize(
    ("keys", "top"),
    [
        (["j", "down", "k", "up", "j"], "line 1"),
        (["pagedown", "pagedown", "pageup"], "line 10"),
        (["G"], "line 90"),
        (["end", "g"], "line 0"),
        (["G", "home"], "line 0"),
    ],
)
async def test_the_keys_of_a_pane_move_it(keys: list[str], top: str) -> None:
    app = Host()
    async with app.run_test(size=(20, 10)) as pilot:
        reading = Reading(app)
        reading.reader.lines = NUMBERED
        reading.reader.focus()
        await pilot.press(*keys)
        assert reading.top == top


async def test_a_text_that_fits_does_not_scroll() -> None:
    async with reading(NUMBERED[:5]) as it:
        it.reader.action_move_last()
        it.reader.action_move_down()
        assert it.top == "line 0"


async def test_another_text_is_shown_from_its_top() -> None:
    async with reading(NUMBERED) as it:
        it.reader.action_move_last()
        it.reader.lines = NUMBERED[50:]
        assert it.top == "line 50"


async def test_another_width_wraps_anew_and_stays_within_the_text() -> None:
    app = Host()
    async with app.run_test(size=(10, 5)) as pilot:
        it = Reading(app)
        it.reader.lines = (StyledText("word " * 40),)
        await pilot.pause()
        it.reader.action_move_last()
        await pilot.resize_terminal(80, 5)
        await pilot.pause()
        assert it.shown[0].startswith("word word word")
        assert it.shown[-1].strip() == ""
