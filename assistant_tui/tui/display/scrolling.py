"""Finds lines that have only moved up or down, which a terminal can do by itself."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import ne
from typing import NamedTuple

from assistant_tui.tui.display.line import Line

_COST = 30
"""Cells that could be written with the bytes of one scroll."""
_LEAST = 3
"""Lines that must have moved alike."""


class Scroll(NamedTuple):
    """The lines from top to bottom move up; down, if by is negative."""

    top: int
    bottom: int
    by: int


def find_scroll(before: Sequence[Line], after: Mapping[int, Line]) -> Scroll | None:
    """The scroll that saves most, if one saves anything; `after` holds the lines drawn anew."""
    moves = _moves(before, after)
    if not moves:
        return None
    by, found = moves.most_common(1)[0]
    if found < _LEAST:
        return None
    moved = [y for y in after if 0 <= y + by < len(before) and _same(after[y], before[y + by])]
    scroll = Scroll(min(moved + [y + by for y in moved]), max(moved + [y + by for y in moved]), by)
    return scroll if _saves(scroll, before, after) else None


def _moves(before: Sequence[Line], after: Mapping[int, Line]) -> "Counter[int]":
    """How many lines have moved by how far."""
    places = {tuple(before[y].chars): y for y in reversed(sorted(after))}
    moves: Counter[int] = Counter()
    for y, line in after.items():
        was = places.get(tuple(line.chars))
        if was is not None and set(line.chars) != {" "}:
            moves[was - y] += 1
    del moves[0]
    return moves


def _same(one: Line, other: Line) -> bool:
    return one.chars == other.chars


def _saves(scroll: Scroll, before: Sequence[Line], after: Mapping[int, Line]) -> bool:
    top, bottom, by = scroll
    stay = moved = 0
    for y in range(top, bottom + 1):
        new = after.get(y, before[y])
        stay += _distance(before[y], new)
        inside = top <= y + by <= bottom
        moved += _distance(before[y + by], new) if inside else len(new.chars)
    return moved + _COST < stay


def _distance(one: Line, other: Line) -> int:
    """Cells that differ, about."""
    if one == other:
        return 0
    differing: list[int] = [sum(map(ne, was, now)) for was, now in zip(one, other, strict=True)]
    return max(differing)
