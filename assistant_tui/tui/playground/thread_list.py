"""The threads at the left: title, age and state of each."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.widgets.text_layout import fit
from assistant_tui.tui.widgets.text_view import LineWidget

_ROW_LINES = 2
_HEAD_LINES = 1
_PARTS = ("title", "cursor", "open", "muted", "good", "warning", "error")
_STATES = {
    "queued": ("queued", "good"),
    "in_progress": ("writing", "good"),
    "requires_action": ("waits for you", "warning"),
    "cancelling": ("stopping", "warning"),
    "failed": ("failed", "error"),
    "expired": ("expired", "error"),
    "incomplete": ("incomplete", "warning"),
    "cancelled": ("stopped", "muted"),
    "deleted": ("copy kept", "muted"),
}
"""What is said of a thread whose last run is in a state; of a completed one nothing."""


class ThreadRow(NamedTuple):
    """What the list shows of a thread; the id is empty for one that is not made yet."""

    id: str
    title: str
    age: str
    status: str
    origin: str = ""
    """The id of the thread that it was made from: both may have one title."""


class ThreadList(LineWidget, can_focus=True):
    """Draws two lines for each thread; the open one has a bar, the cursor a background."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.PANE), *bindings(Where.PLAYGROUND)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"threads--{part}" for part in _PARTS}

    rows: var[tuple[ThreadRow, ...]] = var(())
    opened: var[str] = var("")
    """The id of the thread that is open."""
    notice: var[str] = var("")
    """What is said above the threads: that some were searched for."""
    hint: var[str] = var("")
    """The key that begins a thread, and what it does."""
    cursor: var[int] = var(0)

    class Chosen(Message):
        """A thread was chosen by a click."""

    @property
    def highlighted(self) -> ThreadRow | None:
        """The thread under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def show(self, rows: Sequence[ThreadRow], opened: str) -> None:
        """Show other threads; the cursor is on the open one, unless a person moves it just now."""
        before = self.highlighted if self.has_focus else None
        at = _position(rows, before.id if before is not None else opened)
        self.rows, self.opened = tuple(rows), opened
        self.cursor = at if at is not None else _position(rows, opened) or 0
        self.refresh()

    def follow_open(self, opened: str) -> None:
        """Put the cursor on the thread that is open now."""
        self.opened = opened
        self.cursor = _position(self.rows, opened) or 0

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a thread."""
        return max(0, min(cursor, len(self.rows) - 1))

    def watch_cursor(self) -> None:
        """Draw it elsewhere."""
        self.refresh()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def watch_opened(self) -> None:
        """Draw the bar elsewhere."""
        self.refresh()

    def watch_notice(self) -> None:
        """Draw other words."""
        self.refresh()

    @property
    def _page(self) -> int:
        return max((self.size.height - _HEAD_LINES) // _ROW_LINES, 1)

    @property
    def _top(self) -> int:
        """The first thread in sight."""
        return max(self.cursor - self._page + 1, 0)

    def action_move_down(self) -> None:
        """Go to the next thread."""
        self.cursor += 1

    def action_move_up(self) -> None:
        """Go to the thread before."""
        self.cursor -= 1

    def action_move_page_down(self) -> None:
        """Go one screen down."""
        self.cursor += self._page

    def action_move_page_up(self) -> None:
        """Go one screen up."""
        self.cursor -= self._page

    def action_move_first(self) -> None:
        """Go to the newest thread."""
        self.cursor = 0

    def action_move_last(self) -> None:
        """Go to the oldest thread."""
        self.cursor = len(self.rows) - 1

    def on_click(self, event: events.Click) -> None:
        """Open the thread that was clicked."""
        at = self._top + (event.y - _HEAD_LINES) // _ROW_LINES
        if event.y >= _HEAD_LINES and at < len(self.rows):
            self.cursor = at
            self.post_message(self.Chosen())

    def text_select_all(self) -> None:
        """Select nothing: a click opens a thread."""

    def draw_line(self, y: int) -> Strip:
        """Draw the title, or a line of a thread."""
        width = self.size.width
        if y < _HEAD_LINES:
            words = self.notice or "THREADS"
            hint = self.hint if width > len(words) + 10 else ""
            text = f"  {fit(words, max(width - len(hint) - 2, 0))}{hint}"
            return Strip([Segment(fit(text, width), self._style("title"))], width)
        at, second = divmod(y - _HEAD_LINES, _ROW_LINES)
        at += self._top
        if at >= len(self.rows):
            return Strip.blank(width, self.plain_style)
        return Strip(self._row(at, bool(second), width), width)

    def _row(self, at: int, second: bool, width: int) -> list[Segment]:
        row = self.rows[at]
        base = self._style("cursor") if at == self.cursor else self.plain_style
        is_open = row.id == self.opened
        bar = Segment("▌" if is_open else " ", self._on(base, "open") if is_open else base)
        cursor = at == self.cursor and self.has_focus and not second
        bars = [bar, Segment(">" if cursor else " ", base)]
        room = max(width - 2, 0)
        if not second:
            style = base + Style(bold=True) if is_open else base
            return [*bars, Segment(fit(one_line(row.title), room), style)]
        made_from = "made from another" if row.origin else ""
        words, part = _STATES.get(row.status, (made_from, "muted"))
        age = fit(row.age, min(len(row.age) + 3 * bool(words), room)) if row.age else ""
        state = fit(words, max(room - len(age), 0))
        shown = [Segment(age, self._on(base, "muted")), Segment(state, self._on(base, part))]
        return [*bars, *shown]

    def _on(self, base: Style, part: str) -> Style:
        """The style of a part on the background of a row."""
        return self._style(part) + Style(bgcolor=base.bgcolor)

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"threads--{part}")


def _position(rows: Sequence[ThreadRow], thread_id: str) -> int | None:
    return next((at for at, row in enumerate(rows) if row.id == thread_id), None)
