"""Two assistants side by side: field by field, and long texts line by line."""

from collections.abc import Iterator
from typing import NamedTuple

from assistant_tui.core.difference import aligned, readable
from assistant_tui.core.display import escaped
from assistant_tui.core.document import Document, read_json, same_json
from assistant_tui.core.fields import FIELDS

NOT_SET = "–"


class Pair(NamedTuple):
    """One line of each; the same on both sides, or not."""

    left: str | None
    """None where this side has no such line."""
    right: str | None
    same: bool


class Compared(NamedTuple):
    """One field of both."""

    name: str
    same: bool
    pairs: tuple[Pair, ...]


def comparison(left: Document, right: Document) -> Iterator[Compared]:
    """The ids, and every field that one of them has: first those of the form, in its order.

    Raises ValueError where one is no object.
    """
    ids = [name for name in ("id",) if name in left.members or name in right.members]
    known = [name for name in FIELDS if name in left.members or name in right.members]
    for name in dict.fromkeys([*ids, *known, *left.members, *right.members]):
        one, other = left.members.get(name), right.members.get(name)
        same = same_json(one or "null", other or "null")
        yield Compared(name, same, tuple(_pairs(_lines(name, one), _lines(name, other), same)))


def _lines(name: str, text: str | None) -> list[str]:
    if name == "id" and isinstance(value := read_json(text or "null"), str):
        return [escaped(value)]
    return (readable(text) or NOT_SET).split("\n")


def _pairs(left: list[str], right: list[str], same: bool) -> Iterator[Pair]:
    if same:
        yield from (Pair(line, line, True) for line in left)
        return
    for operation, first, last, start, end in aligned(left, right):
        if operation == "equal":
            yield from (Pair(line, line, True) for line in left[first:last])
        else:
            yield from _beside(left[first:last], right[start:end])


def _beside(left: list[str], right: list[str]) -> Iterator[Pair]:
    for at in range(max(len(left), len(right))):
        one = left[at] if at < len(left) else None
        other = right[at] if at < len(right) else None
        yield Pair(one, other, one == other)
