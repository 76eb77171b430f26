"""What an edit changes, in lines that a person can read without colours."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from assistant_tui.core.document import indent, read_json
from assistant_tui.core.draft import Draft

CONTEXT = 2
"""Unchanged lines that are shown around a change."""
MOST_WORDS = 1_000
"""Words of a line up to which it is compared word by word; beyond, it would take long."""
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


class Difference(NamedTuple):
    """One line of a comparison."""

    mark: str
    """"-" only before, "+" only after, "~" changed inside, " " unchanged, "" a field's name."""
    text: str


def differences(draft: Draft) -> Iterator[Difference]:
    """What saving this draft would send, field by field, against the original."""
    for name, text in draft.patch().items():
        yield Difference("", name)
        before = draft.start.get(name) if draft.original is not None else None
        yield from compare_values(before, text)


def compare_values(before: str | None, after: str | None) -> Iterator[Difference]:
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


def compare_texts(before: str, after: str) -> Iterator[Difference]:
    """Compare two texts by line, and changed lines by word: `a [-old-]{+new+} word`."""
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT):
        for operation, first, last, start, end in group:
            if operation == "equal":
                yield from (Difference(" ", line) for line in old[first:last])
            else:
                yield from _replaced(old[first:last], new[start:end])


def _replaced(old: list[str], new: list[str]) -> Iterator[Difference]:
    paired = min(len(old), len(new))
    for was, now in zip(old[:paired], new[:paired], strict=True):
        yield from _changed_line(was, now)
    yield from (Difference("-", line) for line in old[paired:])
    yield from (Difference("+", line) for line in new[paired:])


def _changed_line(was: str, now: str) -> Iterator[Difference]:
    old, new = _WORD.findall(was), _WORD.findall(now)
    if max(len(old), len(new)) <= MOST_WORDS:
        matcher = SequenceMatcher(None, old, new)
        if matcher.quick_ratio() >= 0.5 and matcher.ratio() >= 0.5:
            yield Difference("~", "".join(_marked(matcher, old, new)))
            return
    yield Difference("-", was)
    yield Difference("+", now)


def _marked(matcher: "SequenceMatcher[str]", old: list[str], new: list[str]) -> Iterator[str]:
    for operation, first, last, start, end in matcher.get_opcodes():
        gone, come = "".join(old[first:last]), "".join(new[start:end])
        if operation == "equal":
            yield gone
            continue
        yield (f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else "")
