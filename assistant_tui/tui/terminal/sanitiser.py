"""Replaces control characters in everything that is drawn, whichever widget drew it."""

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from assistant_tui.core.safe_text import one_line


class Sanitiser(LineFilter):
    """A line filter that replaces control characters without changing the width of a line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Replace what could control a terminal; the width in cells stays the same."""
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(_harmless(segment.text), segment.style)
            for segment in segments
        ]


def _harmless(text: str) -> str:
    """The text without control characters: those that take no cell are dropped."""
    replaced = ((each, one_line(each)) for each in text)
    shown = "".join(safe for each, safe in replaced if safe == each or cell_len(each))
    return set_cell_size(shown, cell_len(text))
