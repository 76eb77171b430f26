"""Compares two texts line by line and word by word, in bounded time."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import NamedTuple

CONTEXT = 2
"""Unchanged lines that are shown around a change."""
MOST_WORDS = 1_000
"""Words of a line up to which it is compared word by word; a longer one would take too long."""
MAX_WORD_PAIRS = 1_000_000
"""Pairs of equal words, over all lines of a text, up to which lines are compared word by word."""
MAX_ITEM_PAIRS = 200_000
"""Pairs of equal items, one of each side, up to which two sequences are aligned."""
Opcode = tuple[str, int, int, int, int]
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


class DiffLine(NamedTuple):
    """One line of a comparison."""

    sign: str
    """"-" only before, "+" only after, "~" changed inside, " " unchanged, "" a field's name."""
    text: str


def compare_texts(before: str, after: str) -> Iterator[DiffLine]:
    """Compare two texts by line, and changed lines by word: `a [-old-]{+new+} word`."""
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    budget = MAX_WORD_PAIRS
    for operation, first, last, start, end in _with_context(aligned(old, new)):
        if operation == "equal":
            yield from (DiffLine(" ", line) for line in old[first:last])
            continue
        paired = min(last - first, end - start)
        for was, now in zip(old[first : first + paired], new[start : start + paired], strict=True):
            words, others = _words(was), _words(now)
            budget -= _equal_pairs(words, others)
            if budget > 0 and (marked := _by_word(words, others)):
                yield DiffLine("~", marked)
            else:
                yield from (DiffLine("-", was), DiffLine("+", now))
        yield from (DiffLine("-", line) for line in old[first + paired : last])
        yield from (DiffLine("+", line) for line in new[start + paired : end])


def aligned(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    """How one sequence becomes the other, as difflib says it; in bounded time.

    What is the same at both ends is found first. Where what is between would take long, all of it
    counts as replaced.
    """
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    remaining = shorter - head
    tail = next((at for at in range(remaining) if old[-1 - at] != new[-1 - at]), remaining)
    ends = len(old) - tail, len(new) - tail
    found: list[Opcode] = [("equal", 0, head, 0, head)] if head else []
    found += _between(old[head : ends[0]], new[head : ends[1]], head)
    if tail:
        found.append(("equal", ends[0], len(old), ends[1], len(new)))
    return found


def _between(old: Sequence[str], new: Sequence[str], head: int) -> Iterator[Opcode]:
    if not old or not new or _equal_pairs(old, new) > MAX_ITEM_PAIRS:
        if old or new:
            kind = "replace" if old and new else "delete" if old else "insert"
            yield kind, head, head + len(old), head, head + len(new)
        return
    for kind, *places in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        first, last, start, end = (head + place for place in places)
        yield kind, first, last, start, end


def _with_context(opcodes: Sequence[Opcode]) -> Iterator[Opcode]:
    """Of what is equal only the lines around a change."""
    for at, (kind, first, last, start, end) in enumerate(opcodes):
        if kind != "equal":
            yield kind, first, last, start, end
            continue
        below = 0 if at == 0 else CONTEXT
        above = 0 if at == len(opcodes) - 1 else CONTEXT
        if last - first <= below + above:
            yield kind, first, last, start, end
            continue
        yield kind, first, first + below, start, start + below
        yield kind, last - above, last, end - above, end


def _equal_pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pairs of equal items there are, which is the work of a comparison."""
    counts = Counter(new)
    return sum(counts[item] for item in old)


def _words(line: str) -> list[str]:
    """The words of a line that is short enough to be compared by them."""
    found = list(islice((match[0] for match in _WORD.finditer(line)), MOST_WORDS + 1))
    return found if len(found) <= MOST_WORDS else []


def _by_word(old: list[str], new: list[str]) -> str:
    """A changed line with its changes marked; empty where the lines have little in common."""
    return "".join(_marked(_word_opcodes(old, new), old, new))


def _word_opcodes(old: list[str], new: list[str]) -> list[Opcode]:
    """How the words of one line become those of another; none where they have little in common."""
    if not old or not new:
        return []
    matcher = SequenceMatcher(None, old, new)
    if matcher.quick_ratio() < 0.5 or matcher.ratio() < 0.5:
        return []
    return [*matcher.get_opcodes()]


def _marked(opcodes: Sequence[Opcode], old: list[str], new: list[str]) -> Iterator[str]:
    for operation, first, last, start, end in opcodes:
        gone, come = "".join(old[first:last]), "".join(new[start:end])
        if operation == "equal":
            yield gone
            continue
        yield (f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else "")


class LinePair(NamedTuple):
    """One line of each; the same on both sides, or not."""

    left: str | None
    """None where this side has no such line."""
    right: str | None
    same: bool


def paired_lines(left: Sequence[str], right: Sequence[str]) -> Iterator[LinePair]:
    """The lines of two texts side by side."""
    for operation, first, last, start, end in aligned(left, right):
        if operation == "equal":
            yield from (LinePair(line, line, True) for line in left[first:last])
        else:
            yield from _beside(left[first:last], right[start:end])


def _beside(left: Sequence[str], right: Sequence[str]) -> Iterator[LinePair]:
    for at in range(max(len(left), len(right))):
        one = left[at] if at < len(left) else None
        other = right[at] if at < len(right) else None
        yield LinePair(one, other, one == other)


class Piece(NamedTuple):
    """A part of a line."""

    text: str
    differs: bool
    """Whether the other side lacks it."""


class ComparedLine(NamedTuple):
    """One line of each text, in the pieces that both have and those that differ."""

    left: tuple[Piece, ...] | None
    """None where this side has no such line."""
    right: tuple[Piece, ...] | None

    @property
    def same(self) -> bool:
        """Whether both sides have this line, word by word."""
        return self.left is not None and self.left == self.right


def compare_lines(left: str, right: str) -> Iterator[ComparedLine]:
    """Put the lines of two texts side by side, with what differs inside of them marked.

    A line that has little in common with the one beside it differs as a whole.
    """
    one, other = left.split("\n") if left else [], right.split("\n") if right else []
    budget = MAX_WORD_PAIRS
    for pair in paired_lines(one, other):
        if pair.left is None or pair.right is None or pair.same:
            yield ComparedLine(_whole(pair.left, pair.same), _whole(pair.right, pair.same))
            continue
        words, others = _words(pair.left), _words(pair.right)
        budget -= _equal_pairs(words, others)
        by_pieces = _by_pieces(words, others) if budget > 0 else None
        yield by_pieces or ComparedLine(_whole(pair.left, False), _whole(pair.right, False))


def _whole(line: str | None, same: bool) -> tuple[Piece, ...] | None:
    return None if line is None else (Piece(line, not same),)


def _by_pieces(old: list[str], new: list[str]) -> ComparedLine | None:
    """Two lines in pieces; None where they have little in common."""
    left, right = [], []
    for operation, first, last, start, end in _word_opcodes(old, new):
        differs = operation != "equal"
        left += [Piece("".join(old[first:last]), differs)] if first < last else []
        right += [Piece("".join(new[start:end]), differs)] if start < end else []
    return ComparedLine(tuple(left), tuple(right)) if left and right else None
