"""Compares two values of a field, or two assistants, as a person reads them."""

from collections.abc import Iterator
from typing import NamedTuple

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.json_text import indent, read_json
from assistant_tui.core.raw_json import RawJson, same_json
from assistant_tui.core.safe_text import escaped
from assistant_tui.core.text_comparison import DiffLine, LinePair, compare_texts, paired_lines

NOT_SET = "–"


def differences(draft: Draft) -> Iterator[DiffLine]:
    """What saving this draft would send, field by field, against the original."""
    for name, text in draft.patch().items():
        yield DiffLine("", name)
        before = draft.start.get(name) if draft.original is not None else None
        yield from compare_values(before, text)


def compare_values(before: str | None, after: str | None) -> Iterator[DiffLine]:
    """Compare two JSON texts of one field as a person reads them; None is no value."""
    yield from compare_texts(readable(before), readable(after))


def readable(text: str | None) -> str:
    """A text as it is, anything else as JSON laid out over lines; nothing for what is empty."""
    if text is None:
        return ""
    try:
        value = read_json(text)
    except ValueError:
        return indent(text)
    if value in (None, [], {}):
        return ""
    return value if isinstance(value, str) else indent(text)


class ComparedField(NamedTuple):
    """One field of both."""

    name: str
    same: bool
    pairs: tuple[LinePair, ...]


def compare_assistants(left: RawJson, right: RawJson) -> Iterator[ComparedField]:
    """The ids, and every field that one of them has: first those of the form, in its order.

    Raises ValueError where one is no object.
    """
    ids = [name for name in ("id",) if name in left.members or name in right.members]
    known = [name for name in FIELDS if name in left.members or name in right.members]
    for name in dict.fromkeys([*ids, *known, *left.members, *right.members]):
        one, other = left.members.get(name), right.members.get(name)
        same = same_json(one or "null", other or "null")
        yield ComparedField(name, same, tuple(_pairs(_lines(name, one), _lines(name, other), same)))


def _lines(name: str, text: str | None) -> list[str]:
    if name == "id" and isinstance(value := read_json(text or "null"), str):
        return [escaped(value)]
    return (readable(text) or NOT_SET).split("\n")


def _pairs(left: list[str], right: list[str], same: bool) -> Iterator[LinePair]:
    if same:
        return (LinePair(line, line, True) for line in left)
    return paired_lines(left, right)
