"""Lines of a conversation as spans of text, each in the style of a part; wrapped to a width.

Of JSON, keys, strings, numbers and literals are parts with styles of their own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from assistant_tui.core.json_text import indent, read_json
from assistant_tui.core.safe_text import json_line, many_lines
from assistant_tui.tui.widgets.text_layout import fit

LARGEST_JSON = 200_000
"""Characters of JSON that are laid out; a longer text is shown as it is."""
_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*+"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*+")'
    r"|(?P<number>-?\d[\d.eE+-]*+)|(?P<literal>\b(?:true|false|null)\b)"
)


class Span(NamedTuple):
    """A piece of a line, safe to show."""

    text: str
    part: str = ""
    """The name of a component class of the view, without its prefix; empty for plain text."""


Line = tuple[Span, ...]


def width_of(line: Iterable[Span]) -> int:
    """The cells that a line takes."""
    return sum(cell_len(span.text) for span in line)


def cut(line: Sequence[Span], width: int) -> Line:
    """A line in at most so many cells; what is left out is shown by an ellipsis."""
    if width_of(line) <= width:
        return tuple(line)
    kept: list[Span] = []
    for span in line:
        cells = cell_len(span.text)
        if cells >= width:
            return (*kept, Span(fit(f"{span.text} ", width), span.part))
        kept.append(span)
        width -= cells
    return tuple(kept)


def chopped(line: Sequence[Span], width: int, margin: str = "") -> Iterator[Line]:
    """A line broken wherever it is full; each part of it stands behind the margin."""
    room = max(width - cell_len(margin), 2)
    current: list[Span] = [Span(margin)] if margin else []
    free = room
    for span in line:
        text = span.text
        while cell_len(text) > free:
            piece = _head(text, free)
            yield (*current, Span(piece, span.part))
            current, free, text = [Span(margin)] if margin else [], room, text[len(piece) :]
        if text:
            current.append(Span(text, span.part))
            free -= cell_len(text)
    yield tuple(current)


def _head(text: str, cells: int) -> str:
    """As much of the beginning of a text as fits."""
    if text.isascii():
        return text[:cells]
    # A character of two cells may not fit into one.
    return chop_cells(text, cells)[0] if cells > 1 else ""


def is_json(text: str) -> bool:
    """Whether a text is JSON of a size that is laid out."""
    if len(text) > LARGEST_JSON:
        return False
    try:
        read_json(text)
    except ValueError:
        return False
    return True


def json_lines(text: str, width: int, margin: str = "") -> Iterator[Line]:
    """JSON laid out and coloured; what is no JSON as it is, line by line."""
    known = is_json(text)
    shown = json_line_by_line(indent(text)) if known else many_lines(text)
    for line in shown.split("\n"):
        yield from chopped(tuple(coloured(line)) if known else (Span(line),), width, margin)


def json_line_by_line(text: str) -> str:
    """Laid out JSON in which what could steer a terminal is written as escapes."""
    return "\n".join(json_line(line) for line in text.split("\n"))


def coloured(line: str) -> Iterator[Span]:
    """A line of JSON in spans."""
    at = 0
    for token in _TOKEN.finditer(line):
        if token.start() > at:
            yield Span(line[at : token.start()], "muted")
        yield Span(token[0], token.lastgroup or "")
        at = token.end()
    if at < len(line):
        yield Span(line[at:], "muted")
