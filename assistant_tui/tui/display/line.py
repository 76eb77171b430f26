"""One line of the screen, cell by cell."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes
from rich.color import ColorSystem
from textual.strip import Strip

from assistant_tui.tui.display.looks import ground


class Line(NamedTuple):
    """What stands in each cell, and how it looks."""

    chars: list[str]
    """Empty for the right half of a wide character, several code points for a combined one."""
    looks: list[str]
    """The numbers of an SGR sequence, of a blank those that are seen; "" is the terminal's own."""

    @property
    def is_plain(self) -> bool:
        """Whether terminals agree about the width of all that stands here."""
        return all(len(char) < 2 for char in self.chars)

    @property
    def is_known(self) -> bool:
        """Whether it says what stands in each cell."""
        return UNKNOWN not in self.chars


UNKNOWN = "\0"


def unknown(width: int) -> Line:
    """A line that may show anything: no cell of it equals one that is drawn."""
    return Line([UNKNOWN] * width, [""] * width)


def blank(width: int) -> Line:
    """A line that the terminal has cleared."""
    return Line([" "] * width, [""] * width)


def line_of(strips: Iterable[Strip], colours: ColorSystem) -> Line:
    """Lay strips out side by side; hyperlinks are left out, the program has none."""
    chars: list[str] = []
    looks: list[str] = []
    for strip in strips:
        for text, style, control in strip:
            if control:
                continue
            look = "" if style is None else Strip.render_ansi(style, colours)
            if text.isascii():
                chars.extend(text)
            else:
                _join(chars, _cells(text))
            blank = ground(look)
            looks += [look if each != " " else blank for each in chars[len(looks) :]]
    return Line(chars, looks)


def _join(chars: list[str], cells: tuple[str, tuple[str, ...]]) -> None:
    """Add cells; what has no width of its own goes to the cell before."""
    mark, rest = cells
    if mark and chars:
        chars[-2 if chars[-1] == "" else -1] += mark
    chars.extend(rest)


@lru_cache(maxsize=4096)
def _cells(text: str) -> tuple[str, tuple[str, ...]]:
    """What has no cell at the beginning of a text, and its cells."""
    mark = ""
    cells: list[str] = []
    for start, end, width in split_graphemes(text)[0]:
        if width:
            cells += [text[start:end], *[""] * (width - 1)]
        else:
            mark += text[start:end]
    return mark, tuple(cells)
