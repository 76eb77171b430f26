"""Two terminals side by side: one gets what is sent, the other what Textual would have sent."""

import unicodedata
from typing import Any

import pyte
from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.drivers.headless_driver import HeadlessDriver
from textual.screen import Screen

from assistant_tui.tui.app import AssistantApp

Cells = list[list[pyte.screens.Char]]


class Shown(pyte.Screen):
    """A terminal's screen that is fed with text."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__(columns, lines)
        self._stream = pyte.Stream(self)
        self.reset_mode(pyte.modes.DECAWM)

    def feed(self, text: str) -> None:
        """Write a text, in which a line feed does what it does on a terminal."""
        self._stream.feed(text.replace("\n", "\r\n"))

    def draw(self, data: str) -> None:
        """Leave out marks without a width that are no combining characters to pyte."""
        super().draw("".join(each for each in data if not _is_unknown(each)))

    @property
    def cells(self) -> Cells:
        """Every cell, line by line, as it is seen."""
        return [[_seen(self.buffer[y][x]) for x in range(self.columns)] for y in range(self.lines)]


def _seen(cell: pyte.screens.Char) -> pyte.screens.Char:
    """A cell without what nobody sees of a blank."""
    if cell.data != " " or cell.reverse or cell.underscore or cell.strikethrough:
        return cell
    return cell._replace(fg="default", bold=False, italics=False)


def _is_unknown(char: str) -> bool:
    mark = unicodedata.category(char) in {"Mn", "Me", "Cf"}
    return mark and not unicodedata.combining(char)


class Wire(HeadlessDriver):
    """A driver that writes into memory, and counts as a terminal."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self.sent = ""

    @property
    def is_headless(self) -> bool:
        """It has something to write to."""
        return False

    @property
    def can_suspend(self) -> bool:
        """It can be given away."""
        return True

    def write(self, data: str) -> None:
        """Take a text for the terminal."""
        self.sent += data


class Compared(AssistantApp):
    """Compares the two terminals after every single update."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.driver_class = Wire
        self.ours, self.theirs = Shown(1, 1), Shown(1, 1)
        self.differences: list[str] = []
        self.updates = 0
        self.cost = self.theirs_cost = 0

    @property
    def wire(self) -> Wire:
        """The driver."""
        assert isinstance(self._driver, Wire)
        return self._driver

    def on_resize(self, event: events.Resize) -> None:
        """Give both terminals the new size."""
        for shown in (self.ours, self.theirs):
            shown.resize(event.size.height, event.size.width)

    def scribble(self, text: str) -> None:
        """Let another program write on both terminals."""
        self.ours.feed(text)
        self.theirs.feed(text)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        written = self._writes_diffs() and isinstance(renderable, CompositorUpdate)
        if written and isinstance(renderable, CompositorUpdate):
            x, y = self.screen.outer_size.clamp_offset(self.cursor_position)
            sequence = f"{renderable.render_segments(self.console)}\x1b[{y + 1};{x + 1}H"
            self.theirs.feed(sequence)
            self.theirs_cost += len(sequence)
        self.wire.sent = ""
        super()._display(screen, renderable)
        self.ours.feed(self.wire.sent)
        if written:
            self.updates += 1
            self.cost += len(self.wire.sent)
            # What was laid out for another size runs over the edge: each terminal has its own mess.
            if screen._compositor.size == self.size:
                self._compare()

    def _compare(self) -> None:
        for y, (mine, other) in enumerate(zip(self.ours.cells, self.theirs.cells, strict=True)):
            for x, (one, two) in enumerate(zip(mine, other, strict=True)):
                if one != two:
                    self.differences.append(f"update {self.updates}, {x},{y}: {one} != {two}")
        if (self.ours.cursor.x, self.ours.cursor.y) != (self.theirs.cursor.x, self.theirs.cursor.y):
            self.differences.append(f"update {self.updates}: another cursor")
