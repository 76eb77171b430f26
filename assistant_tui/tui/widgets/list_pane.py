"""The paginated list: a line-API pane whose cost does not grow with its rows."""

from dataclasses import dataclass, replace
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from assistant_tui.core.list_spec import shown_name
from assistant_tui.core.rows import ResourceRow, Summary
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.list_model import ListModel
from assistant_tui.tui.widgets.text_layout import (
    fit,
    highlight_matches,
    wrap,
)
from assistant_tui.tui.widgets.text_view import LineWidget

WHEEL_ROWS = 3
"""Rows that one notch of the wheel moves."""
SCROLL_STRIDE = 4
"""Rows that scroll at once beside another pane, where the terminal cannot move them by itself.

Otherwise each press of a held key would send all rows anew, which is too much for a slow line.
"""
MARK = "●"
"""Stands before a row that the person has marked."""
_TITLE_LINES = 1
_MARGIN = 2
"""Cells before a row, one for the cursor and one for a mark of the person's."""
_RIGHT_MARGIN = 1
"""Empty cells behind a row."""


@dataclass(frozen=True)
class Viewport:
    """A cursor over `count` rows, of which `height` are shown from `top` on."""

    count: int = 0
    height: int = 1
    cursor: int = 0
    top: int = 0

    stride: int = 1
    """Rows by which the list scrolls when the cursor leaves it by one."""

    def move_to(self, position: int) -> "Viewport":
        """Move the cursor to a row, as near as there is one, and scroll just enough to show it.

        A step over the edge brings a stride of rows into sight, if there are so many.
        """
        cursor = max(0, min(position, self.count - 1))
        more = min(self.stride, self.height) - 1 if abs(cursor - self.cursor) == 1 else 0
        top, lowest = self.top, cursor - self.height + 1
        if cursor < top:
            top = max(cursor - more, 0)
        elif lowest > top:
            top = min(lowest + more, self.count - self.height)
        return replace(self, cursor=cursor, top=top)

    def resized(self, height: int, stride: int = 1) -> "Viewport":
        """Show another number of rows."""
        return replace(self, height=max(height, 1), stride=stride).move_to(self.cursor)

    def with_rows(self, count: int, position: int) -> "Viewport":
        """Go on over another number of rows, with the cursor there."""
        return replace(self, count=count).move_to(position)


_Shown = tuple[str, int | None, str, Summary]


def _shown(row: ResourceRow) -> _Shown:
    """What the columns show of a row; its text is not compared, which may be long."""
    return row.id, row.created_at, row.problem, row.summary


class ListPane(LineWidget, can_focus=True):
    """Draws the rows of a list model that fit, with its cursor and marks."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.PANE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list-pane--title",
        "list-pane--cursor",
        "list-pane--problem",
        "list-pane--marked",
    }

    notice: var[str] = var("")
    """What is said instead of rows while there are none."""

    class Selected(Message):
        """An assistant was chosen by a double click."""

    def __init__(self, model: ListModel) -> None:
        super().__init__()
        self._model = model
        self._display = model.display
        """What was drawn last."""
        self._viewport = Viewport().with_rows(len(self.view), self._display.cursor)
        self._lines: dict[str, tuple[_Shown, Strip]] = {}
        """Lines that were drawn, by id, each with what it shows."""

    @property
    def view(self) -> FilteredListing:
        """The rows that are shown."""
        return self._display.view

    @property
    def cursor(self) -> int:
        """The position of the highlighted row, counted from 0."""
        return self._display.cursor

    def on_mount(self) -> None:
        """Follow the list."""
        self._model.listen(self._follow)
        self._follow()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._model.unlisten(self._follow)

    def _follow(self) -> None:
        """Draw what has changed, and no more: the cursor's two lines, or all."""
        before, now = self._display, self._model.display
        if now is before:
            return
        self._display, window = now, self._viewport
        self._viewport = window.with_rows(len(now.view), now.cursor)
        moved = (window.cursor, window.top) != (self._viewport.cursor, self._viewport.top)
        if now.marks is not before.marks or (
            now.view is not before.view and (moved or not self._is_unchanged(before.view))
        ):
            self._lines.clear()
            self.refresh()
        elif self._viewport.top != window.top:
            self.refresh()
        elif moved:
            for row in (window.cursor, self._viewport.cursor):
                line = row - self._viewport.top + _TITLE_LINES
                self.refresh(Region(0, line, self.size.width, 1))

    def _is_unchanged(self, before: FilteredListing) -> bool:
        """Whether nothing on the screen changes: what a server confirms is not drawn again."""
        if (before.query, before.ordering) != (self.view.query, self.view.ordering):
            return False
        top, end = self._viewport.top, self._viewport.top + self._viewport.height
        old, new = before.rows[top:end], self.view.rows[top:end]
        return [_shown(row) for row in old] == [_shown(row) for row in new]

    def watch_notice(self) -> None:
        """Show the new words where there are no rows."""
        if not self.view.rows:
            self.refresh()

    def on_resize(self) -> None:
        """Lay the rows out anew for another size."""
        self._lines.clear()
        stride = 1 if self.size.width == self.screen.size.width else SCROLL_STRIDE
        self._viewport = self._viewport.resized(self.size.height - _TITLE_LINES, stride)

    def on_click(self, event: events.Click) -> None:
        """Highlight the row that was clicked; open it at the second click."""
        position = self._viewport.top + event.y - _TITLE_LINES
        if self.can_focus and event.y >= _TITLE_LINES and position < len(self.view):
            self._model.go(position)
            if event.chain == 2:
                self.post_message(self.Selected())

    def text_select_all(self) -> None:
        """Select nothing: a double click opens a row."""

    def on_mouse_scroll_down(self) -> None:
        """Move down by a few rows."""
        if self.can_focus:
            self._model.go(self.cursor + WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """Move up by a few rows."""
        if self.can_focus:
            self._model.go(self.cursor - WHEEL_ROWS)

    def action_move_down(self) -> None:
        """Go to the next row."""
        self._model.go(self.cursor + 1)

    def action_move_up(self) -> None:
        """Go to the row before."""
        self._model.go(self.cursor - 1)

    def action_move_page_down(self) -> None:
        """Go one screen down."""
        self._model.go(self.cursor + self._viewport.height)

    def action_move_page_up(self) -> None:
        """Go one screen up."""
        self._model.go(self.cursor - self._viewport.height)

    def action_move_first(self) -> None:
        """Go to the first row."""
        self._model.go(0)

    def action_move_last(self) -> None:
        """Go to the last row that is loaded."""
        self._model.go(len(self.view) - 1)

    def draw_line(self, y: int) -> Strip:
        """Draw the titles, a row, or the words that stand instead of rows."""
        width = self.size.width
        if not self.view.rows:
            return self._notice_line(y, width)
        if y < _TITLE_LINES:
            style = self.get_component_rich_style("list-pane--title")
            cells = width - _MARGIN - _RIGHT_MARGIN
            text = f"  {self._model.spec.titles(cells, fit, self.view.ordering)} "
            return Strip([Segment(fit(text, width), style)], width)
        position = self._viewport.top + y - _TITLE_LINES
        if position >= len(self.view):
            return Strip.blank(width, self.plain_style)
        row = self.view.rows[position]
        marked = row.id in self._display.marks
        mark = MARK if marked else " "
        if position == self._viewport.cursor:
            return self._row_line(row, f">{mark}", "list-pane--cursor", width)
        shown = _shown(row)
        drawn = self._lines.get(row.id)
        if drawn is None or drawn[0] != shown:
            part = "list-pane--problem" if row.problem else "list-pane--marked" * marked
            drawn = self._lines[row.id] = (shown, self._row_line(row, f" {mark}", part, width))
        return drawn[1]

    def _row_line(self, row: ResourceRow, mark: str, part: str, width: int) -> Strip:
        style: Style = self.get_component_rich_style(part) if part else self.plain_style
        cells = width - _MARGIN - _RIGHT_MARGIN
        text = fit(f"{mark}{self._model.spec.row_text(row, cells, fit)} ", width)
        name = shown_name(row)
        return Strip(
            highlight_matches(text, _MARGIN, name, self.view.query.spans(name), style), width
        )

    def _notice_line(self, y: int, width: int) -> Strip:
        lines = wrap(self.notice, width - 2 * _MARGIN)
        text = lines[y - 1] if 1 <= y <= len(lines) else ""
        return Strip([Segment(fit(f"  {text}", width), self.plain_style)], width)

    def notify_style_update(self) -> None:
        """Draw the rows anew when a theme or the focus changes their colours."""
        super().notify_style_update()
        self._lines.clear()
