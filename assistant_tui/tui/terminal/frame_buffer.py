"""Keeps what the terminal shows, and writes what has to change for it to show something else.

Lines that have only moved up or down are scrolled by the terminal where that saves bytes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import ne
from typing import NamedTuple

from assistant_tui.tui.terminal.screen_lines import ScreenLine, blank_line, unknown_line
from assistant_tui.tui.terminal.terminal_writer import (
    TerminalFeatures,
    TerminalWriter,
    write_changes,
)

_SCROLL_COST = 30
"""Cells that could be written with the bytes of one scroll."""
_MIN_MOVED = 3
"""Lines that must have moved alike."""


class Scroll(NamedTuple):
    """The lines from `top` to `bottom` move up by `by` lines; down, if it is negative."""

    top: int
    bottom: int
    by: int


def find_scroll(before: Sequence[ScreenLine], after: Mapping[int, ScreenLine]) -> Scroll | None:
    """The scroll that saves most bytes; None if none saves any.

    Args:
        before: all lines of the screen.
        after: the lines that change, by their number.
    """
    moves = _count_moves(before, after)
    if not moves:
        return None
    by, found = moves.most_common(1)[0]
    if found < _MIN_MOVED:
        return None
    moved = [y for y in after if 0 <= y + by < len(before) and _same_text(after[y], before[y + by])]
    scroll = Scroll(min(moved + [y + by for y in moved]), max(moved + [y + by for y in moved]), by)
    return scroll if _saves_bytes(scroll, before, after) else None


def _count_moves(before: Sequence[ScreenLine], after: Mapping[int, ScreenLine]) -> "Counter[int]":
    """How many lines have moved, by distance."""
    places = {tuple(before[y].chars): y for y in reversed(sorted(after))}
    moves: Counter[int] = Counter()
    for y, line in after.items():
        was = places.get(tuple(line.chars))
        if was is not None and set(line.chars) != {" "}:
            moves[was - y] += 1
    del moves[0]
    return moves


def _same_text(one: ScreenLine, other: ScreenLine) -> bool:
    return one.chars == other.chars


def _saves_bytes(
    scroll: Scroll, before: Sequence[ScreenLine], after: Mapping[int, ScreenLine]
) -> bool:
    top, bottom, by = scroll
    stay = moved = 0
    for y in range(top, bottom + 1):
        new = after.get(y, before[y])
        stay += _distance(before[y], new)
        inside = top <= y + by <= bottom
        moved += _distance(before[y + by], new) if inside else len(new.chars)
    return moved + _SCROLL_COST < stay


def _distance(one: ScreenLine, other: ScreenLine) -> int:
    """Cells that differ, about."""
    if one == other:
        return 0
    differing: list[int] = [sum(map(ne, was, now)) for was, now in zip(one, other, strict=True)]
    return max(differing)


class FrameBuffer:
    """The lines that a terminal shows; at first all of them are unknown."""

    def __init__(self, width: int, height: int) -> None:
        self.size = width, height
        self.lines = [unknown_line(width) for _ in range(height)]

    @property
    def is_complete(self) -> bool:
        """Whether every cell has been drawn."""
        return all(line.is_complete for line in self.lines)

    def copy(self) -> "FrameBuffer":
        """A copy of the present state."""
        buffer = FrameBuffer(*self.size)
        buffer.lines = self.lines.copy()
        return buffer

    def update(self, lines: Mapping[int, ScreenLine], features: TerminalFeatures) -> str:
        """Store new lines, and return the sequences that make the terminal show them.

        Args:
            lines: the new lines, by their number; each as wide as the screen.
            features: what the terminal can do.
        """
        changed = {y: line for y, line in lines.items() if line != self.lines[y]}
        writer = TerminalWriter()
        if features.has_margins and len(changed) > 2:
            self._scroll(changed, writer)
        for y, line in sorted(changed.items()):
            write_changes(
                writer,
                y,
                self.lines[y],
                line,
                erases_with_background=features.erases_with_background,
            )
            self.lines[y] = line
        return writer.output

    def _scroll(self, changed: dict[int, ScreenLine], writer: TerminalWriter) -> None:
        """Scroll the lines that have only moved, and add those that this damages to `changed`."""
        scroll = find_scroll(self.lines, changed)
        if scroll is None:
            return
        top, bottom, by = scroll
        for y in range(top, bottom + 1):
            changed.setdefault(y, self.lines[y])
        writer.scroll(top, bottom, by)
        blanks = [blank_line(self.size[0]) for _ in range(abs(by))]
        moved = self.lines[top : bottom + 1]
        moved = [*moved[by:], *blanks] if by > 0 else [*blanks, *moved[:by]]
        self.lines[top : bottom + 1] = moved
