"""The last door before the terminal."""

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from assistant_tui.core.safe_text import one_line


class Sanitiser(LineFilter):
    """Lets no control character of any widget through, and keeps every line as wide as it is."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Replace what could steer a terminal; the cells stay as many."""
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(_harmless(segment.text), segment.style)
            for segment in segments
        ]


def _harmless(text: str) -> str:
    """A text in whose cells nothing is steered: what takes no cell is left out, not replaced."""
    replaced = ((each, one_line(each)) for each in text)
    shown = "".join(safe for each, safe in replaced if safe == each or cell_len(each))
    return set_cell_size(shown, cell_len(text))
