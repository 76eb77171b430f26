"""Lays text out in cells: wraps it, cuts it to a width, and highlights what was found.

Wrapping is fast enough for 256,000 characters in one line.
"""

from itertools import takewhile
from operator import eq

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

from assistant_tui.core.search.matching import Spans


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` cells, between words where there are any.

    Line breaks of the text are kept; a word longer than a line is broken inside.
    """
    width = max(width, 2)
    return [line for part in text.split("\n") for line in _wrap_line(part, width)]


def _wrap_line(text: str, width: int) -> list[str]:
    if not text.isascii() and cell_len(text) != len(text):
        return _wrap_by_cells(text, width)
    lines, start = [], 0
    while len(text) - start > width:
        end = text.rfind(" ", start, start + width + 1)
        if end <= start:
            end = start + width
        lines.append(text[start:end])
        start = end + (text[end : end + 1] == " ")
    return [*lines, text[start:]]


def _wrap_by_cells(text: str, width: int) -> list[str]:
    """As `_wrap_line`, where a character may take two cells or none."""
    lines, used = [""], -1
    for word in text.split(" "):
        cells = cell_len(word)
        if used + 1 + cells <= width:
            lines[-1] += f" {word}" if used >= 0 else word
            used += 1 + cells
            continue
        pieces = chop_cells(word, width) or [""]
        lines[-1 if used < 0 else len(lines) :] = pieces
        used = cell_len(pieces[-1])
    return lines


def fit(text: str, width: int) -> str:
    """Cut or fill text to exactly `width` cells; a cut is shown by an ellipsis."""
    if width < 1:
        return ""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
    missing = width - cell_len(text)
    if missing >= 0:
        return text + " " * missing
    cut = (chop_cells(text, width - 1)[0] if width > 1 else "") + "…"
    return cut + " " * (width - cell_len(cut))


_MATCH_STYLE = Style(bold=True, underline=True)
"""The style of a match: it is visible in all themes."""


def highlight_matches(line: str, at: int, name: str, spans: Spans, style: Style) -> list[Segment]:
    """A line in segments in which the matches of a search are highlighted.

    Nothing is highlighted where that would change the width of the line, as inside an emoji.

    Args:
        line: the text of a row.
        at: where the name begins in it; its end may be cut off.
        name: the whole name.
        spans: the matches, as positions in the name.
        style: the style of the line.
    """
    end = at + sum(takewhile(bool, map(eq, line[at:], name)))
    segments: list[Segment] = []
    done = 0
    for start, stop in ((at + start, min(at + stop, end)) for start, stop in spans):
        if start < stop:
            marked = Segment(line[start:stop], style + _MATCH_STYLE)
            segments += [Segment(line[done:start], style), marked]
            done = stop
    segments.append(Segment(line[done:], style))
    same = sum(segment.cell_length for segment in segments) == cell_len(line)
    return segments if same else [Segment(line, style)]
