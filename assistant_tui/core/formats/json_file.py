"""JSON files: every number and string as the server sent it, laid out over lines."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from assistant_tui.core.json_text import elements, indent, members
from assistant_tui.core.strict_json import (
    ParsedValue,
    line_and_column,
    read_each,
    read_strictly,
    without_bom,
)


class ParsedAssistant(NamedTuple):
    """One assistant in a file."""

    line: int
    """Where it begins, counted from 1."""
    text: str
    """Its JSON, numbers as they stand in the file."""


_ALLOWED = "an object is allowed, one for each assistant"


def write(text: str) -> str:
    """Lay out the JSON of one assistant; nothing but white space changes."""
    return indent(text) + "\n"


def read(text: str) -> list[ParsedAssistant]:
    """Read one object, several one after the other (also one a line), or an array of them.

    An answer to a list request, whose `data` is such an array, is read as that array.

    Raises:
        ValueError: not JSON, or something else than objects; the message says where.
    """
    text = without_bom(text)
    values = read_each(text)
    first = next(values, None)
    if first is None:
        return []
    array = _listed(text, first)
    if array is None:
        return list(_checked(text, (first, *values)))
    read_strictly(text)
    return list(_checked(text, _elements(text, array)))


def _listed(text: str, first: ParsedValue) -> ParsedValue | None:
    """The array that the first value is, or has as its data; None where it is one assistant."""
    if isinstance(first.meaning, list):
        return first
    if not isinstance(first.meaning, dict) or first.meaning.get("object") != "list":
        return None
    data = first.meaning.get("data")
    if not isinstance(data, list):
        return None
    array = members(first.text)["data"]
    return ParsedValue(text.index(array, first.start), array, data)


def _elements(text: str, array: ParsedValue) -> Iterator[ParsedValue]:
    """The elements of an array, each with its offset."""
    offset = array.start + 1
    for part, meaning in zip(elements(array.text), array.meaning, strict=True):
        offset = text.index(part, offset)
        yield ParsedValue(offset, part, meaning)
        offset += len(part)


def _checked(text: str, values: Iterable[ParsedValue]) -> Iterator[ParsedAssistant]:
    line, seen = 1, 0
    for value in values:
        if not isinstance(value.meaning, dict):
            raise ValueError(f"{line_and_column(text, value.start)}: {_ALLOWED}")
        line, seen = line + text.count("\n", seen, value.start), value.start
        yield ParsedAssistant(line, value.text)
