"""The part of a conversation that is in sight, and the entry on which keys work."""

import math
import sys
from collections.abc import Sequence

from assistant_tui.core.threads.entries import Change, Entry
from assistant_tui.tui.playground.block import Block, Facts
from assistant_tui.tui.playground.follow import FollowedView
from assistant_tui.tui.playground.spans import Line
from assistant_tui.tui.playground.transcript_layout import TranscriptLayout

_ALL = (0, sys.maxsize)
_AT_FIRST = 50
"""Entries at the end that are laid out at once; the others follow while nothing else is done."""
_MORE = 0.005
"""Seconds for which more are laid out where they are scrolled to."""


class TranscriptWindow:
    """A window over the lines of a conversation: pure, so that it knows of no terminal.

    The cursor is on an entry; where nobody has moved it, on the last one in sight.
    """

    def __init__(self) -> None:
        self._layout = TranscriptLayout()
        self._view = FollowedView()
        self._entries: Sequence[Entry] = ()
        self._cursor = ""
        """The key of the entry that keys work on; empty where nobody has moved there."""
        self._facts = Facts(0)
        self._width = 0
        self._dirty: tuple[int, int] | None = None
        """The lines that are not drawn as they are: the first, and the one after the last."""

    @property
    def top(self) -> int:
        """The first line in sight."""
        return self._view.top

    @property
    def height(self) -> int:
        """How many lines there are."""
        return self._layout.height

    @property
    def new_lines(self) -> int:
        """How many lines have come below since the end was left."""
        return self._view.new_lines

    @property
    def current(self) -> Block | None:
        """The entry that keys work on."""
        return self._layout.blocks[self._at] if self._layout.blocks else None

    @property
    def _at(self) -> int:
        found = self._layout.line_of((self._cursor, 1)) if self._cursor else None
        line = self._view.last_line if found is None else found
        return self._layout.block_at(min(line, self._layout.height - 1))

    def line(self, number: int) -> Line:
        """What stands on a line of all."""
        return self._layout.line(number)

    def is_current(self, number: int) -> bool:
        """Whether a line of all is of the entry that keys work on."""
        return bool(self._layout.blocks) and self._layout.block_at(number) == self._at

    def show(self, entries: Sequence[Entry], facts: Facts) -> None:
        """Show another conversation from its end."""
        self._entries, self._cursor, self._facts = entries, "", facts
        self._layout.show(entries, self._width, facts, _AT_FIRST)
        self._view = self._view.at_end().resized(self._view.height, self._layout.height)
        self._dirty = _ALL

    def resize(self, width: int, height: int) -> None:
        """Wrap for another width, with the same line on top."""
        if width != self._width:
            anchor = self._layout.anchor(self._view.top)
            self._width = width
            last = _AT_FIRST if self._view.follows else sys.maxsize
            self._layout.show(self._entries, width, self._facts, last)
            self._keep(anchor)
        self._view = self._view.resized(height, self._layout.height)
        self._dirty = _ALL

    @property
    def is_whole(self) -> bool:
        """Whether the beginning of the conversation is laid out, too."""
        return self._layout.is_whole

    def lay_out_earlier(self, seconds: float) -> None:
        """Lay out more of what stands above, for some time; what is in sight does not move."""
        former = self._layout.height
        self._layout.lay_out_earlier(seconds)
        self._view = self._view.grown_above(self._layout.height - former)

    def take(self, changes: Sequence[Change], facts: Facts, *, by_pages: bool) -> None:
        """Follow what has changed; see `FollowedView.grown` for `by_pages`."""
        anchor, self._facts = self._layout.anchor(self._view.top), facts
        first = before = self._layout.height
        for change in changes:
            first = min(first, self._layout.take(change, self._entries, facts))
        self._settle(first, before, anchor, by_pages=by_pages)

    def update(self, key: str, facts: Facts) -> None:
        """Lay an entry out anew about which something else is known now."""
        anchor, before = self._layout.anchor(self._view.top), self._layout.height
        self._facts = facts
        first = self._layout.lay_out_again(key, facts)
        if first is not None:
            self._settle(first, before, anchor, by_pages=False)

    def _settle(
        self, first: int, former_height: int, anchor: tuple[str, int], *, by_pages: bool
    ) -> None:
        """Keep the line on top, or follow the end, where lines from `first` on are others now."""
        before = self._view.top
        if first <= before:
            self._keep(anchor)
        self._view = self._view.grown(self._layout.height, by_pages=by_pages)
        if self._view.top != before:
            self._dirty = _ALL
        elif first < (last := max(former_height, self._layout.height)):
            so_far = self._dirty or (first, last)
            self._dirty = min(first, so_far[0]), max(last, so_far[1])

    def take_dirty(self) -> tuple[int, int]:
        """The lines that are to be drawn anew: the first, and the one after the last."""
        dirty, self._dirty = self._dirty or (0, 0), None
        return dirty

    def _keep(self, anchor: tuple[str, int]) -> None:
        """Leave a line on top that may have another number now."""
        line = self._layout.line_of(anchor)
        if line is not None:
            self._view = self._view.moved(line)

    def toggle(self) -> bool:
        """Open or fold the entry that keys work on; False where it does not fold."""
        block, at = self.current, self._at
        if block is None or not block.can_fold:
            return False
        self._cursor = block.entry.key
        self._layout.toggle(at)
        self._view = self._view.resized(self._view.height, self._layout.height)
        self._reveal(at)
        self._dirty = _ALL
        return True

    def scroll(self, lines: int) -> None:
        """Scroll down by some lines, or up by as many as are negative; the cursor comes along."""
        while not self.is_whole and self._view.top + lines < 0:
            self.lay_out_earlier(_MORE)
        at = self._at
        self._view = self._view.scrolled(lines)
        first, last = self._view.top, self._view.last_line
        if self._layout.end_of(at) <= first or self._layout.start_of(at) > last:
            self._go(self._layout.block_at(first if lines > 0 else last))
        self._dirty = _ALL

    def step(self, by: int) -> None:
        """Go to the next entry, or scroll where more of this one is out of sight."""
        if not self._layout.blocks:
            return
        if not self.is_whole and self._view.top < self._view.height:
            self.lay_out_earlier(_MORE)
        at, layout, view = self._at, self._layout, self._view
        below, above = layout.end_of(at) - 1 > view.last_line, layout.start_of(at) < view.top
        if below if by > 0 else above:
            self._view = view.scrolled(by)
        elif by < 0 or at + by < len(layout.blocks):
            at = max(0, min(at + by, len(layout.blocks) - 1))
            self._reveal(at, from_below=by < 0)
        self._go(at)

    def go_to_line(self, number: int) -> None:
        """Go to the entry of a line in sight."""
        if 0 <= number < self._layout.height:
            self._go(self._layout.block_at(number))

    def go_first(self) -> None:
        """Go to the first entry."""
        self.lay_out_earlier(math.inf)
        self._view = self._view.scrolled(-self._view.top)
        self._go(0)

    def go_last(self) -> None:
        """Go to the end, and follow it."""
        self._cursor, self._view, self._dirty = "", self._view.at_end(), _ALL

    def _go(self, at: int) -> None:
        if self._layout.blocks:
            self._cursor = self._layout.blocks[at].entry.key
        self._dirty = _ALL

    def _reveal(self, at: int, *, from_below: bool = False) -> None:
        """Scroll just enough to show an entry; of one too long, the end that is nearer."""
        start, end = self._layout.start_of(at), self._layout.end_of(at)
        top, height = self._view.top, self._view.height
        if start <= top:
            long = from_below and end - start > height
            self._view = self._view.scrolled((end - height if long else start - 1) - top)
        elif end > top + height:
            self._view = self._view.scrolled(min(end - height, start) - top)
