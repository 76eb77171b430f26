"""Shows a conversation: draws what has changed of the lines in sight, and not too often."""

import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from assistant_tui.core.threads.entries import Change, ChangeKind, Entry
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.playground.block import Block, Facts
from assistant_tui.tui.playground.span_widget import SpanWidget
from assistant_tui.tui.playground.transcript_window import TranscriptWindow
from assistant_tui.tui.widgets.text_view import WHEEL_LINES

LEAST_PAUSE = 0.1
"""Seconds between two times that what streams is drawn; what comes first is drawn at once."""
_PIECE, _PAUSE = 0.004, 0.01
"""Seconds for which the beginning of a long conversation is laid out at once, and between."""
_MARK, _NO_MARK = "▌ ", "  "
_RIGHT = 1
"""Empty cells behind the text."""


class TranscriptView(SpanWidget, can_focus=True):
    """Draws a window over a conversation; keys move its cursor from entry to entry."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.PANE), *bindings(Where.PLAYGROUND)]

    class Moved(Message):
        """There is another number of lines below that came since the end was left."""

        def __init__(self, new_lines: int) -> None:
            super().__init__()
            self.new_lines = new_lines

    class Opened(Message):
        """An entry was chosen by a double click."""

    def __init__(self, facts: Callable[[], Facts]) -> None:
        """`facts` is asked for what is to be known beside the entries."""
        super().__init__()
        self._facts = facts
        self._window = TranscriptWindow()
        self._drawn_at = 0.0
        self._timer: Timer | None = None
        self._told = 0
        self._pending: list[Change] = []
        """What has changed since it was last drawn."""

    @property
    def current(self) -> Block | None:
        """The entry that keys work on."""
        self._catch_up()
        return self._window.current

    @property
    def is_drawn(self) -> bool:
        """Whether all that has changed is on the screen, or about to be."""
        return self._timer is None and not self._pending

    def show(self, entries: Sequence[Entry]) -> None:
        """Show another conversation from its end."""
        self._pending.clear()
        self._window.show(entries, self._facts())
        self._draw()
        self._lay_out_more()

    def _lay_out_more(self) -> None:
        """Lay out what stands above, piece by piece, so that keys are answered meanwhile."""
        if not self._window.is_whole and self.is_attached:
            self._window.lay_out_earlier(_PIECE)
            self.set_timer(_PAUSE, self._lay_out_more)

    def take(self, changes: Sequence[Change]) -> None:
        """Follow what has changed in the conversation that is shown."""
        self._pending += changes
        self._draw_soon()

    def _catch_up(self) -> None:
        """Lay out what has changed; the pieces of a text that came one by one at once."""
        if self._pending:
            changes, self._pending = joined(self._pending), []
            beside = self.size.width != self.screen.size.width
            self._window.take(changes, self._facts(), by_pages=beside)

    def update_entry(self, key: str) -> None:
        """Draw an entry anew about which something else is known now."""
        self._catch_up()
        self._window.update(key, self._facts())
        self._draw_soon()

    def toggle(self) -> bool:
        """Open or fold the entry that keys work on; False where it does not fold."""
        self._catch_up()
        folds = self._window.toggle()
        self._draw()
        return folds

    def on_resize(self) -> None:
        """Wrap for another width."""
        self._catch_up()
        width = max(self.size.width - len(_MARK) - _RIGHT, 4)
        self._window.resize(width, self.size.height)
        self._draw()
        self._lay_out_more()

    def _draw_soon(self) -> None:
        """Draw at once, but no more often than a person can see."""
        if self._timer is not None:
            return
        wait = self._drawn_at + LEAST_PAUSE - time.monotonic()
        if wait > 0:
            self._timer = self.set_timer(wait, self._draw)
        else:
            self._draw()

    def _draw(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer, self._drawn_at = None, time.monotonic()
        self._catch_up()
        first, last = (line - self._window.top for line in self._window.take_dirty())
        first, last = max(first, 0), min(last, self.size.height)
        if first < last:
            self.refresh(Region(0, first, self.size.width, last - first))
        if self._window.new_lines != self._told:
            self._told = self._window.new_lines
            self.post_message(self.Moved(self._told))

    def scroll_lines(self, lines: int) -> None:
        """Scroll down by some lines, or up by as many as are negative."""
        self._catch_up()
        self._window.scroll(lines)
        self._draw()

    def scroll_pages(self, pages: int) -> None:
        """Scroll by screens, of which one line stays in sight."""
        self.scroll_lines(pages * max(self.size.height - 1, 1))

    def action_move_down(self) -> None:
        """Go to the next entry."""
        self._catch_up()
        self._window.step(1)
        self._draw()

    def action_move_up(self) -> None:
        """Go to the entry before."""
        self._catch_up()
        self._window.step(-1)
        self._draw()

    def action_move_page_down(self) -> None:
        """Scroll down a screen."""
        self.scroll_pages(1)

    def action_move_page_up(self) -> None:
        """Scroll up a screen."""
        self.scroll_pages(-1)

    def action_move_first(self) -> None:
        """Go to the first entry."""
        self._catch_up()
        self._window.go_first()
        self._draw()

    def action_move_last(self) -> None:
        """Go to the end, and follow it."""
        self._catch_up()
        self._window.go_last()
        self._draw()

    def on_mouse_scroll_down(self) -> None:
        """Scroll down a few lines."""
        self.scroll_lines(WHEEL_LINES)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up a few lines."""
        self.scroll_lines(-WHEEL_LINES)

    def on_click(self, event: events.Click) -> None:
        """Go to the entry that was clicked; open it at the second click."""
        self._catch_up()
        self._window.go_to_line(self._window.top + event.y)
        self._draw()
        if event.chain == 2:
            self.post_message(self.Opened())

    def watch_has_focus(self, focused: bool) -> None:
        """Show the cursor, or hide it."""
        super().watch_has_focus(focused)
        self.refresh()

    def draw_line(self, y: int) -> Strip:
        """Draw a line."""
        width, number = self.size.width, self._window.top + y
        line = self._window.line(number)
        if not line:
            return Strip.blank(width, self.plain_style)
        marked = self.has_focus and self._window.is_current(number)
        return self.strip_of(line, width, _MARK if marked else _NO_MARK)


def joined(changes: Sequence[Change]) -> list[Change]:
    """The same changes, those that follow one another in an entry as one.

    Where all is read anew, that shows what came before and after it, too.
    """
    if any(each.kind is ChangeKind.RESET for each in changes):
        return [Change(ChangeKind.RESET)]
    result: list[Change] = []
    for (kind, key), group in groupby(changes, lambda c: (c.kind, c.entry and c.entry.key)):
        together = [*group]
        if kind is ChangeKind.APPENDED and key is not None:
            result.append(together[0]._replace(text="".join(each.text for each in together)))
        elif kind is ChangeKind.CHANGED:
            result.append(together[-1])
        else:
            result += together
    return result
