"""JSON as lines in which keys, strings, numbers and literals have styles of their own."""

import re
from collections.abc import Iterator

from assistant_tui.core.json_text import indent, read_json
from assistant_tui.core.safe_text import json_line, many_lines
from assistant_tui.tui.playground.spans import Line, Span, chopped

LARGEST = 200_000
"""Characters of JSON that are laid out; a longer text is shown as it is."""
_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*+"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*+")'
    r"|(?P<number>-?\d[\d.eE+-]*+)|(?P<literal>\b(?:true|false|null)\b)"
)


def is_json(text: str) -> bool:
    """Whether a text is JSON of a size that is laid out."""
    if len(text) > LARGEST:
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
