"""Shows a conversation: draws what has changed of the lines in sight, and not too often."""

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from assistant_tui.core.threads.entries import Change, Entry
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.playground.block import Block, Facts
from assistant_tui.tui.playground.spans import Line, width_of
from assistant_tui.tui.playground.transcript_window import TranscriptWindow
from assistant_tui.tui.playground.wrapped_text import CODE
from assistant_tui.tui.widgets.text_view import WHEEL_LINES, LineWidget

LEAST_PAUSE = 0.05
"""Seconds between two times that what streams is drawn; what comes first is drawn at once."""
_MARK, _NO_MARK = "▌ ", "  "
_RIGHT = 1
"""Empty cells behind the text."""
_PARTS = (
    "user assistant reasoning function call key string number literal code muted warning error mark"
)


class TranscriptView(LineWidget, can_focus=True):
    """Draws a window over a conversation; keys move its cursor from entry to entry."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.PANE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{part}" for part in _PARTS.split()}

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
        self._styles: dict[str, Style] = {}
        self._told = 0

    @property
    def current(self) -> Block | None:
        """The entry that keys work on."""
        return self._window.current

    def show(self, entries: Sequence[Entry]) -> None:
        """Show another conversation from its end."""
        self._window.show(entries, self._facts())
        self._draw()

    def take(self, changes: Sequence[Change]) -> None:
        """Follow what has changed in the conversation that is shown."""
        beside = self.size.width != self.screen.size.width
        self._window.take(changes, self._facts(), by_pages=beside)
        self._draw_soon()

    def update_entry(self, key: str) -> None:
        """Draw an entry anew about which something else is known now."""
        self._window.update(key, self._facts())
        self._draw_soon()

    def toggle(self) -> bool:
        """Open or fold the entry that keys work on; False where it does not fold."""
        folds = self._window.toggle()
        self._draw()
        return folds

    def on_resize(self) -> None:
        """Wrap for another width."""
        width = max(self.size.width - len(_MARK) - _RIGHT, 4)
        self._window.resize(width, self.size.height)
        self._draw()

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
        if self._window.dirty is None:
            return
        line, self._window.dirty = max(self._window.dirty - self._window.top, 0), None
        if line < self.size.height:
            self.refresh(Region(0, line, self.size.width, self.size.height - line))
        if self._window.new_lines != self._told:
            self._told = self._window.new_lines
            self.post_message(self.Moved(self._told))

    def scroll_lines(self, lines: int) -> None:
        """Scroll down by some lines, or up by as many as are negative."""
        self._window.scroll(lines)
        self._draw()

    def scroll_pages(self, pages: int) -> None:
        """Scroll by screens, of which one line stays in sight."""
        self.scroll_lines(pages * max(self.size.height - 1, 1))

    def action_move_down(self) -> None:
        """Go to the next entry."""
        self._window.step(1)
        self._draw()

    def action_move_up(self) -> None:
        """Go to the entry before."""
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
        self._window.go_first()
        self._draw()

    def action_move_last(self) -> None:
        """Go to the end, and follow it."""
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
        self._window.go_to_line(self._window.top + event.y)
        self._draw()
        if event.chain == 2:
            self.post_message(self.Opened())

    def watch_has_focus(self, focused: bool) -> None:
        """Show the cursor, or hide it."""
        super().watch_has_focus(focused)
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw in other colours."""
        super().notify_style_update()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        width, number = self.size.width, self._window.top + y
        line = self._window.line(number)
        if not line:
            return Strip.blank(width, self.plain_style)
        marked = self.has_focus and self._window.is_current(number)
        drawn = Strip(self._segments(line, width, _MARK if marked else _NO_MARK))
        # Characters that join others take more cells on some lines than where these were broken.
        return drawn.adjust_cell_length(width, self.plain_style)

    def _segments(self, line: Line, width: int, margin: str) -> list[Segment]:
        drawn = [Segment(margin, self._style("mark"))]
        drawn += [Segment(span.text, self._style(span.part)) for span in line]
        rest = width - len(margin) - width_of(line)
        if line[-1].part == CODE:
            drawn.append(Segment(" " * (rest - _RIGHT), self._style(CODE)))
            rest = _RIGHT
        drawn.append(Segment(" " * max(rest, 0), self.plain_style))
        return drawn

    def _style(self, part: str) -> Style:
        if not part:
            return self.plain_style
        found = self._styles.get(part)
        if found is None:
            found = self._styles[part] = self.get_component_rich_style(f"transcript--{part}")
        return found
