"""Shows two threads turn by turn, scrolled as one."""

import time
from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.playground.block import Facts
from assistant_tui.tui.playground.follow import FollowedView
from assistant_tui.tui.playground.pair_layout import PairLayout
from assistant_tui.tui.playground.span_widget import SpanWidget
from assistant_tui.tui.playground.spans import Span, cut
from assistant_tui.tui.widgets.text_view import WHEEL_LINES

WIDE = 100
"""Columns from which the answers stand beside one another."""
LEAST_PAUSE = 0.1
"""Seconds between two times that what streams is drawn."""
_MARGIN = " "
_HINT_LINE = 1
"""The line of the hint: one below the head stays empty."""


class PairView(SpanWidget, can_focus=True):
    """Draws a window over both; at the end it follows, elsewhere it stands still."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.PANE), *bindings(Where.PAIR)]

    class Moved(Message):
        """There is another number of lines below that came since the end was left."""

        def __init__(self, new_lines: int) -> None:
            super().__init__()
            self.new_lines = new_lines

    def __init__(self, left: Transcript, right: Transcript, facts: Callable[[], Facts]) -> None:
        """`facts` is asked for what is to be known beside the entries."""
        super().__init__()
        self._transcripts = left, right
        self._facts = facts
        self.pair_layout = PairLayout()
        """The lines of both."""
        self._view = FollowedView()
        self._drawn_at = 0.0
        self._timer: Timer | None = None
        self._told = 0
        self.hint = ""
        """What is said where nothing has been said yet."""

    @property
    def is_drawn(self) -> bool:
        """Whether all that has changed is on the screen, or about to be."""
        return self._timer is None

    @property
    def turn(self) -> int:
        """The turn that is read: the one at the middle of what is in sight."""
        return self.pair_layout.turn_at(self._view.top + self._view.height // 2)

    def on_resize(self) -> None:
        """Lay out for another width."""
        turn = self.pair_layout.turn_at(self._view.top)
        width = max(self.size.width - 2 * len(_MARGIN), 8)
        self.pair_layout.resize(width, stacked=self.size.width < WIDE)
        self.pair_layout.update(*self._transcripts, self._facts())
        if not self._view.follows and self.pair_layout.turns:
            self._view = self._view.moved(self.pair_layout.start_of(turn))
        self._view = self._view.resized(self.size.height, self.pair_layout.height)
        self.refresh()

    def take(self) -> None:
        """Follow what has changed: at once, but no more often than a person can see."""
        if self._timer is not None:
            return
        wait = self._drawn_at + LEAST_PAUSE - time.monotonic()
        if wait > 0:
            self._timer = self.set_timer(wait, self._draw)
        else:
            self._draw()

    def update_entry(self, key: str) -> None:
        """Draw an entry anew about which something else is known now."""
        self.take()

    def unfold(self) -> None:
        """Unfold the calls and thoughts of all turns, or fold them."""
        self.pair_layout.unfolded = not self.pair_layout.unfolded
        self._draw()

    def _draw(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer, self._drawn_at = None, time.monotonic()
        top, height = self._view.top, self.pair_layout.height
        first = self.pair_layout.update(*self._transcripts, self._facts())
        self._view = self._view.grown(self.pair_layout.height, by_pages=False)
        if first < max(height, self.pair_layout.height) or top != self._view.top:
            self.refresh()
        self._tell()

    def _tell(self) -> None:
        if self._view.new_lines != self._told:
            self._told = self._view.new_lines
            self.post_message(self.Moved(self._told))

    def scroll_lines(self, lines: int) -> None:
        """Scroll down by some lines, or up by as many as are negative."""
        self._view = self._view.scrolled(lines)
        self.refresh()
        self._tell()

    def scroll_pages(self, pages: int) -> None:
        """Scroll by screens, of which one line stays in sight."""
        self.scroll_lines(pages * max(self.size.height - 1, 1))

    def go_to_turn(self, by: int) -> None:
        """Show the next turn from its beginning, or the one before."""
        at = max(
            0, min(self.pair_layout.turn_at(self._view.top) + by, len(self.pair_layout.turns) - 1)
        )
        self.scroll_lines(self.pair_layout.start_of(at) - self._view.top)

    def action_move_down(self) -> None:
        """Scroll down a line."""
        self.scroll_lines(1)

    def action_move_up(self) -> None:
        """Scroll up a line."""
        self.scroll_lines(-1)

    def action_move_page_down(self) -> None:
        """Scroll down a screen."""
        self.scroll_pages(1)

    def action_move_page_up(self) -> None:
        """Scroll up a screen."""
        self.scroll_pages(-1)

    def action_move_first(self) -> None:
        """Go to the first turn."""
        self.scroll_lines(-self._view.top)

    def action_move_last(self) -> None:
        """Go to the end, and follow it."""
        self._view = self._view.at_end()
        self.refresh()
        self._tell()

    def on_mouse_scroll_down(self) -> None:
        """Scroll down a few lines."""
        self.scroll_lines(WHEEL_LINES)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up a few lines."""
        self.scroll_lines(-WHEEL_LINES)

    def draw_line(self, y: int) -> Strip:
        """Draw a line."""
        line = self.pair_layout.line(self._view.top + y)
        if not self.pair_layout.height and y == _HINT_LINE:
            line = cut((Span(self.hint, "muted"),), max(self.size.width - 2 * len(_MARGIN), 0))
        if not line:
            return Strip.blank(self.size.width, self.plain_style)
        return self.strip_of(line, self.size.width, _MARGIN)
