"""The floor under latency: a bare Textual widget that draws its own lines.

``python -m benchmarks.floors.line_list ROWS``; Ctrl+Q quits.
"""

import sys
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from benchmarks.floors.rows import row_text

CURSOR = Style(reverse=True)


class LineList(Widget, can_focus=True):
    """Rows made as they are drawn, so that their number does not matter."""

    DEFAULT_CSS = "LineList { width: 1fr; height: 1fr }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("down", "move(1)"),
        ("up", "move(-1)"),
        ("pagedown", "page(1)"),
    ]

    def __init__(self, count: int) -> None:
        """A list of ``count`` rows, the cursor on the first."""
        super().__init__()
        self._count = count
        self._top = 0
        self._cursor = 0

    def action_move(self, step: int) -> None:
        """Moves the cursor by ``step`` rows and redraws no more than it must."""
        old, height, width = self._cursor, self.size.height, self.size.width
        self._cursor = min(self._count - 1, max(0, old + step))
        top = min(max(self._top, self._cursor - height + 1), self._cursor)
        if top != self._top:
            self._top = top
            self.refresh()
        elif self._cursor != old:
            self.refresh(Region(0, old - top, width, 1), Region(0, self._cursor - top, width, 1))

    def action_page(self, step: int) -> None:
        """Moves the cursor by whole screens."""
        self.action_move(step * self.size.height)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width, index = self.size.width, self._top + y
        if index >= self._count:
            return Strip.blank(width, self.rich_style)
        style = CURSOR if index == self._cursor else self.rich_style
        return Strip([Segment(row_text(index)[:width].ljust(width), style)], width)


class LineApp(App[None]):
    """The list and nothing else."""

    def compose(self) -> ComposeResult:
        """The list, as long as the command line says."""
        yield LineList(int(sys.argv[1]))


if __name__ == "__main__":
    LineApp().run()
