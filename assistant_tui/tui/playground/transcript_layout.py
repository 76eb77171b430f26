"""The blocks of a conversation above one another: where each stands, and what is in sight.

What is read stays where it is: whatever changes above it, the block at the top of the view keeps
its place.
"""

import sys
import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from assistant_tui.core.threads.entries import Change, ChangeKind, Entry
from assistant_tui.tui.playground.block import Block, Facts
from assistant_tui.tui.playground.spans import Line


class TranscriptLayout:
    """The lines of all blocks for one width."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._earlier: list[Entry] = []
        """The entries before these blocks, which are not laid out yet."""
        self._starts: list[int] = [0]
        """The line at which each block begins, its blank line included; then the end of all."""
        self._width = 0
        self._facts = Facts(0)
        self._open: set[str] = set()
        """The keys of the entries that were opened."""

    @property
    def height(self) -> int:
        """How many lines there are."""
        return self._starts[-1]

    def show(
        self, entries: Iterable[Entry], width: int, facts: Facts, last: int = sys.maxsize
    ) -> None:
        """Lay out other entries, or the same for another width; the `last` ones, for a start."""
        self._width, self._facts = width, facts
        listed = [*entries]
        count = max(len(listed) - last, 0)
        self._earlier = listed[:count]
        self.blocks = [self._block(entry) for entry in listed[count:]]
        self._place(0)

    @property
    def is_whole(self) -> bool:
        """Whether all entries are laid out."""
        return not self._earlier

    def lay_out_earlier(self, seconds: float) -> None:
        """Lay out entries that stand before these blocks, for at least so long."""
        end, made = time.monotonic() + seconds, list[Block]()
        while self._earlier and (not made or time.monotonic() < end):
            made.append(self._block(self._earlier.pop()))
        self.blocks[:0] = reversed(made)
        self._place(0)

    def _block(self, entry: Entry) -> Block:
        block = Block(entry)
        block.is_open = entry.key in self._open
        block.lay_out(self._width, self._facts)
        return block

    def take(self, change: Change, entries: Sequence[Entry], facts: Facts) -> int:
        """Follow a change of the transcript, whose entries are given.

        Returns:
            The first line that is not as it was.
        """
        self._facts = facts
        if change.kind is ChangeKind.RESET:
            self.show(entries, self._width, facts)
            return 0
        if change.entry is None:  # the run
            return self.height
        if change.kind is ChangeKind.ADDED:
            place = _position(entries, change.entry) - len(self._earlier)
            if place < 0:
                self._earlier.insert(place + len(self._earlier), change.entry)
                return self.height
            self.blocks.insert(place, self._block(change.entry))
            return self._place(min(place, len(self.blocks) - 1))
        at = self._index(change.entry.key)
        if at is None:
            self._forget_earlier(change)
            return self.height
        if change.kind is ChangeKind.REMOVED:
            del self.blocks[at]
            return self._place(at)
        block = self.blocks[at]
        block.entry = change.entry
        if change.kind is ChangeKind.APPENDED:
            first = block.append(change.text, self._width, facts)
            begin = self._starts[at] + self._gap(at)
            self._place(at)
            return begin + first
        block.lay_out(self._width, facts)
        return self._place(at)

    def _forget_earlier(self, change: Change) -> None:
        """An entry is gone that was not laid out yet."""
        gone = change.entry.key if change.kind is ChangeKind.REMOVED and change.entry else None
        self._earlier = [entry for entry in self._earlier if entry.key != gone]

    def lay_out_again(self, key: str, facts: Facts) -> int | None:
        """Lay out the block of an entry once more; returns the first line that may have changed."""
        self._facts, at = facts, self._index(key)
        if at is None:
            return None
        self.blocks[at].lay_out(self._width, facts)
        return self._place(at)

    def toggle(self, at: int) -> int:
        """Open or fold a block; returns the first line that changed."""
        block = self.blocks[at]
        block.is_open = not block.is_open
        (self._open.add if block.is_open else self._open.discard)(block.entry.key)
        block.lay_out(self._width, self._facts)
        return self._place(at)

    def _place(self, at: int) -> int:
        """Compute where the blocks from one on stand; returns where that one begins."""
        del self._starts[at + 1 :]
        line = self._starts[at]
        for index in range(at, len(self.blocks)):
            line += self._gap(index) + len(self.blocks[index].lines)
            self._starts.append(line)
        return self._starts[at]

    def _gap(self, at: int) -> int:
        """The blank lines above a block."""
        tight = at > 0 and self.blocks[at].is_tight and self.blocks[at - 1].is_tight
        return 0 if tight else 1

    def _index(self, key: str) -> int | None:
        """The block of an entry; most changes are about one of the last."""
        for at in range(len(self.blocks) - 1, -1, -1):
            if self.blocks[at].entry.key == key:
                return at
        return None

    def block_at(self, line: int) -> int:
        """The block in which a line is; the last one for a line behind the end."""
        return max(min(bisect_right(self._starts, line) - 1, len(self.blocks) - 1), 0)

    def start_of(self, at: int) -> int:
        """The first line of a block, after the blank one above."""
        return self._starts[at] + self._gap(at) if self.blocks else 0

    def end_of(self, at: int) -> int:
        """The line after the last one of a block."""
        return self._starts[at + 1] if self.blocks else 0

    def line(self, line: int) -> Line:
        """What stands on a line."""
        if not 0 <= line < self.height:
            return ()
        at = self.block_at(line)
        inside = line - self.start_of(at)
        return self.blocks[at].lines[inside] if inside >= 0 else ()

    def anchor(self, line: int) -> tuple[str, int]:
        """A line by the key of its entry and its distance from where that begins."""
        if not self.blocks:
            return "", 0
        at = self.block_at(line)
        return self.blocks[at].entry.key, line - self._starts[at]

    def line_of(self, anchor: tuple[str, int]) -> int | None:
        """The line of an anchor; None if its entry is gone."""
        key, inside = anchor
        at = self._index(key)
        return None if at is None else min(self._starts[at] + inside, self._starts[at + 1])


def _position(entries: Sequence[Entry], entry: Entry) -> int:
    """Where an entry stands among all; most are the last."""
    for at in range(len(entries) - 1, -1, -1):
        if entries[at].key == entry.key:
            return at
    return len(entries)
