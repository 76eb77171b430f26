"""JSON files: every number and string as the server sent it, laid out over lines."""

import json
from collections.abc import Iterator

from assistant_tui.core.document import elements, indent, read_strictly, told_with_place
from assistant_tui.core.formats.found import Found

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"


def write(text: str) -> str:
    """Lay out the JSON of one assistant; nothing but white space changes."""
    return indent(text) + "\n"


def read(text: str) -> list[Found]:
    """Read one object, several one after the other (also one a line), or an array of them.

    Raises:
        ValueError: not JSON, or something else than objects; the message says where.
    """
    start = _next(text, 0)
    if text.startswith("[", start):
        read_strictly(text)
        return list(_placed(text, elements(text)))
    found = []
    while start < len(text):
        try:
            _, end = _DECODER.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise told_with_place(error) from None
        except RecursionError:
            raise ValueError("nested too deeply") from None
        found.append(_checked(text[start:end], _line(text, start)))
        start = _next(text, end)
    return found


def _placed(text: str, parts: list[str]) -> Iterator[Found]:
    """The elements of an array, each with its line."""
    at = text.index("[") + 1
    for part in parts:
        at = text.index(part, at)
        yield _checked(part, _line(text, at))
        at += len(part)


def _checked(text: str, line: int) -> Found:
    if not isinstance(read_strictly(text), dict):
        raise ValueError(f"line {line}: an object is allowed, one for each assistant")
    return Found(line, text)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _next(text: str, at: int) -> int:
    """Where the next thing begins that is no white space."""
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at
