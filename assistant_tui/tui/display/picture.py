"""What the terminal shows, as far as it is known."""

from collections.abc import Mapping

from assistant_tui.tui.display.changes import write_changes
from assistant_tui.tui.display.line import Line, blank, unknown
from assistant_tui.tui.display.pen import Pen
from assistant_tui.tui.display.scrolling import find_scroll
from assistant_tui.tui.display.terminal import Terminal


class Picture:
    """The lines of a screen; at first nothing is known of them."""

    def __init__(self, width: int, height: int) -> None:
        self.size = width, height
        self.lines = [unknown(width) for _ in range(height)]

    @property
    def is_whole(self) -> bool:
        """Whether every cell has been drawn."""
        return all(line.is_known for line in self.lines)

    def copy(self) -> "Picture":
        """A picture that stays as it is now."""
        picture = Picture(*self.size)
        picture.lines = self.lines.copy()
        return picture

    def replace(self, lines: Mapping[int, Line], terminal: Terminal) -> str:
        """Take in lines that are to be shown, and return what makes the terminal show them."""
        changed = {y: line for y, line in lines.items() if line != self.lines[y]}
        pen = Pen()
        if terminal.scrolls and len(changed) > 2:
            self._scroll(changed, pen)
        for y, line in sorted(changed.items()):
            write_changes(pen, y, self.lines[y], line, erases=terminal.erases)
            self.lines[y] = line
        return pen.written

    def _scroll(self, changed: dict[int, Line], pen: Pen) -> None:
        """Let the terminal move what has only moved; what that spoils is drawn again."""
        scroll = find_scroll(self.lines, changed)
        if scroll is None:
            return
        top, bottom, by = scroll
        for y in range(top, bottom + 1):
            changed.setdefault(y, self.lines[y])
        pen.scroll(top, bottom, by)
        blanks = [blank(self.size[0]) for _ in range(abs(by))]
        moved = self.lines[top : bottom + 1]
        moved = [*moved[by:], *blanks] if by > 0 else [*blanks, *moved[:by]]
        self.lines[top : bottom + 1] = moved
