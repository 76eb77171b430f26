"""The columns of the list as the terminal's cells are counted here."""

from itertools import takewhile
from operator import eq

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from assistant_tui.core.assistants import columns
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.matching import Spans
from assistant_tui.core.search.ordering import Ordering
from assistant_tui.tui.widgets.wrapping import fit

_FOUND = Style(bold=True, underline=True)
"""What was looked for, whatever the colours."""


def titles(width: int, ordering: Ordering | None = None) -> str:
    """The line above the rows."""
    return columns.titles(width, fit, ordering)


def row_text(row: ResourceRow, width: int) -> str:
    """One row, safe to show, exactly `width` cells wide."""
    return columns.row_text(row, width, fit)


def with_matches(line: str, at: int, name: str, spans: Spans, style: Style) -> list[Segment]:
    """A line in segments; what matches in the name, which begins `at` and may be cut, is marked.

    Where that would change how many cells the line takes, as inside an emoji, nothing is.
    """
    end = at + sum(takewhile(bool, map(eq, line[at:], name)))
    segments: list[Segment] = []
    done = 0
    for start, stop in ((at + start, min(at + stop, end)) for start, stop in spans):
        if start < stop:
            marked = Segment(line[start:stop], style + _FOUND)
            segments += [Segment(line[done:start], style), marked]
            done = stop
    segments.append(Segment(line[done:], style))
    same = sum(segment.cell_length for segment in segments) == cell_len(line)
    return segments if same else [Segment(line, style)]
