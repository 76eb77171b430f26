"""Only lines that are seen and have changed are drawn, and they are what Textual draws."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from assistant_tui.server.app import create_app
from assistant_tui.tui.terminal import diffing_app
from assistant_tui.tui.terminal.compositor import VisibleCompositor
from assistant_tui.tui.widgets.text_view import LineWidget
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

Chops = Sequence[Mapping[int, Strip]]
DRAWN: list[int] = []
"""How many lines each region had that was drawn."""
DIFFERENCES: list[str] = []


class Twice(VisibleCompositor):
    """Draws once more as Textual does, and compares."""

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Chops:
        chops = super()._render_chops(crop, is_rendered_line)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LineWidget, "_is_decorated", True)
            expected = Compositor._render_chops(self, crop, is_rendered_line)
        DRAWN.append(crop.height)
        for y in filter(is_rendered_line, crop.line_range):
            for x, end in pairwise(self.cuts[y]):
                if x < crop.right and end > crop.x and [*chops[y][x]] != [*expected[y][x]]:
                    DIFFERENCES.append(f"{x}, {y}: {chops[y][x].text!r}")
        return chops


@pytest.fixture(params=[(80, 24), (120, 36)], ids=["narrow", "wide"])
async def program(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Driver]:
    """A program that draws twice."""
    monkeypatch.setattr(diffing_app, "VisibleCompositor", Twice)
    DRAWN.clear()
    DIFFERENCES.clear()
    server = InProcessServer(create_app(SampleStore(120), models=("gpt-4o",)))
    async with running(server, tmp_path, size=request.param) as driver:
        yield driver


async def test_the_list_and_its_dialogs(program: Driver) -> None:
    await program.press(*["down"] * 30, "end", "tab", "pagedown", "escape", "question_mark")
    await program.press("pagedown", "escape", "v", "down", "escape", "d", "escape", "colon")
    await program.type("cop")
    assert len(DRAWN) > 30
    assert DIFFERENCES == []


async def test_the_form_and_a_dialog_over_it(program: Driver) -> None:
    await program.press("enter")
    await program.type(" née 東京")
    await program.press(*["tab"] * 6, "down", "f3", "escape", *["tab"] * 4, "escape")
    assert len(DRAWN) > 10
    assert DIFFERENCES == []


async def test_the_playground(program: Driver) -> None:
    await program.press("t")
    await program.type("née 東京")
    await program.press("enter", "tab", "up", "question_mark", "escape", "escape")
    assert len(DRAWN) > 10
    assert DIFFERENCES == []


async def test_lines_with_a_border(program: Driver) -> None:
    DIFFERENCES.clear()
    for widget in program.main.query(LineWidget):
        widget.styles.border_left = ("solid", "red")
        widget.styles.padding = (1, 2)
    await program.press("down", "down", "tab")
    assert DIFFERENCES == []


async def test_a_cursor_that_moves_has_few_lines_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counting(former: Callable[[Widget, Region], list[Strip]]) -> object:
        def counted(widget: Widget, crop: Region) -> list[Strip]:
            asked.append(crop.height)
            return former(widget, crop)

        return counted

    for kind in (Widget, LineWidget):
        monkeypatch.setattr(kind, "render_lines", counting(kind.render_lines))
    server = InProcessServer(create_app(SampleStore(120), models=("gpt-4o",)))
    async with running(server, tmp_path, size=(60, 36)) as driver:
        asked.clear()
        await driver.press("down")
        assert 0 < sum(asked) < 60  # Textual's own asks for 138
