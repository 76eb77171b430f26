"""JSON files: every number and string as the server sent it, laid out over lines."""

from collections.abc import Iterable, Iterator

from assistant_tui.core.document import elements, indent
from assistant_tui.core.formats.found import Found
from assistant_tui.core.strict import Value, place, read_each, read_strictly, without_mark

_ALLOWED = "an object is allowed, one for each assistant"


def write(text: str) -> str:
    """Lay out the JSON of one assistant; nothing but white space changes."""
    return indent(text) + "\n"


def read(text: str) -> list[Found]:
    """Read one object, several one after the other (also one a line), or an array of them.

    Raises:
        ValueError: not JSON, or something else than objects; the message says where.
    """
    text = without_mark(text)
    values = read_each(text)
    first = next(values, None)
    if first is None:
        return []
    if not isinstance(first.meaning, list):
        return list(_checked(text, (first, *values)))
    read_strictly(text)
    return list(_checked(text, _elements(text, first)))


def _elements(text: str, array: Value) -> Iterator[Value]:
    """The elements of an array, each with its place."""
    at = array.start + 1
    for part, meaning in zip(elements(array.text), array.meaning, strict=True):
        at = text.index(part, at)
        yield Value(at, part, meaning)
        at += len(part)


def _checked(text: str, values: Iterable[Value]) -> Iterator[Found]:
    line, seen = 1, 0
    for value in values:
        if not isinstance(value.meaning, dict):
            raise ValueError(f"{place(text, value.start)}: {_ALLOWED}")
        line, seen = line + text.count("\n", seen, value.start), value.start
        yield Found(line, value.text)
