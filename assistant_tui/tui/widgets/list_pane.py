"""The paginated list: a line-API pane whose cost does not grow with its rows."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from assistant_tui.core.assistants.columns import shown_name
from assistant_tui.core.rows import Marks, ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.widgets.text_layout import (
    column_titles,
    fit,
    highlight_matches,
    row_text,
    wrap,
)
from assistant_tui.tui.widgets.text_view import LineWidget
from assistant_tui.tui.widgets.viewport import SelectionAnchor, Viewport

PREFETCH_ROWS = 25
"""Rows before the end at which the next page is asked for."""
WHEEL_ROWS = 3
"""Rows that one notch of the wheel moves."""
SCROLL_STRIDE = 4
"""Rows that scroll at once beside another pane, where the terminal cannot move them by itself.

Over a slow line a held key would drown the answers in rows that are sent anew for each press.
"""
_TITLE_LINES = 1
_MARGIN = 2
"""Cells before a row, one for the cursor and one for a mark of the person's."""
_RIGHT_MARGIN = 1
"""Empty cells behind a row."""


class ListPane(LineWidget, can_focus=True):
    """Shows a view of a listing, with a cursor; the highlight stays on its assistant."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.PANE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list-pane--title",
        "list-pane--cursor",
        "list-pane--problem",
    }

    view: var[FilteredListing] = var(FilteredListing())
    marks: var[Marks] = var(Marks())
    notice: var[str] = var("")
    """What is said instead of rows while there are none."""

    class Highlighted(Message):
        """The cursor came to rest on an assistant, or on none (None)."""

        def __init__(self, assistant_id: str | None) -> None:
            super().__init__()
            self.assistant_id = assistant_id

    class Selected(Message):
        """An assistant was chosen by a double click."""

    class PageWanted(Message):
        """The cursor nears the end: the page after this id is wanted."""

        def __init__(self, after: str) -> None:
            super().__init__()
            self.after = after

    def __init__(self, page_size: int) -> None:
        super().__init__()
        self._page_size = page_size
        self._viewport = Viewport()
        self._pending_row: int | None = None
        """A row beyond the loaded ones to go to once it is there."""
        self._requested: str | None = None
        self._anchor = SelectionAnchor()
        self._lines: dict[str, Strip] = {}

    @property
    def cursor(self) -> int:
        """The position of the highlighted row, counted from 0."""
        return self._viewport.cursor

    @property
    def highlighted(self) -> ResourceRow | None:
        """The row under the cursor; None while there are no rows."""
        return self._row_at(self.view)

    def _row_at(self, view: FilteredListing) -> ResourceRow | None:
        cursor = self._viewport.cursor
        return view.rows[cursor] if cursor < len(view) else None

    def watch_view(self, before: FilteredListing, now: FilteredListing) -> None:
        """Keep the highlight on its assistant, or on its neighbour if it is gone."""
        old, seen = self._row_at(before), self._viewport
        self._anchor, position = self._anchor.go_on(old, seen.cursor, now)
        if self._pending_row is not None and (self._pending_row < len(now) or now.exhausted):
            position, self._pending_row = self._pending_row, None
        self._viewport = seen.over(len(now), position)
        self._requested = None
        moved = (seen.cursor, seen.top) != (self._viewport.cursor, self._viewport.top)
        if moved or not self._is_unchanged(before):
            self._lines.clear()
            self.refresh()
        self._prefetch()
        if self.highlighted != old:
            self._post_highlighted()

    def anchor_selection(self) -> None:
        """Let the highlighted assistant be the one that is meant."""
        self._anchor = self._anchor.at(self.highlighted)

    def _is_unchanged(self, before: FilteredListing) -> bool:
        """Whether nothing on the screen changes: what a server confirms is not drawn again."""
        if (before.query, before.ordering) != (self.view.query, self.view.ordering):
            return False
        top, end = self._viewport.top, self._viewport.top + self._viewport.height
        old, new = before.rows[top:end], self.view.rows[top:end]
        return [(*row[:5], row.problem) for row in old] == [(*row[:5], row.problem) for row in new]

    def watch_marks(self) -> None:
        """Show which rows are marked."""
        self._lines.clear()
        self.refresh()

    def watch_notice(self) -> None:
        """Show the new words where there are no rows."""
        if not self.view.rows:
            self.refresh()

    def highlight(self, assistant_id: str) -> None:
        """Move the cursor to an assistant, or have it go there as soon as it is shown."""
        position = self.view.position(assistant_id)
        if position is not None:
            self._move_to(position)
        self._anchor = SelectionAnchor(assistant_id)

    def _post_highlighted(self) -> None:
        row = self.highlighted
        self.post_message(self.Highlighted(row.id if row else None))

    def _prefetch(self) -> None:
        if self._viewport.cursor >= len(self.view) - PREFETCH_ROWS:
            self._request_page()

    def _request_page(self) -> None:
        after = self.view.cursor
        if after is not None and after != self._requested and not self.view.exhausted:
            self._requested = after
            self.post_message(self.PageWanted(after))

    def _move_to(self, position: int) -> None:
        before, self._viewport = self._viewport, self._viewport.at(position)
        self._pending_row = None
        self.anchor_selection()
        self._prefetch()
        if self._viewport == before:
            return
        if self._viewport.top != before.top:
            self.refresh()
        else:
            for row in (before.cursor, self._viewport.cursor):
                line = row - self._viewport.top + _TITLE_LINES
                self.refresh(Region(0, line, self.size.width, 1))
        self._post_highlighted()

    def on_resize(self) -> None:
        """Lay the rows out anew for another size."""
        self._lines.clear()
        stride = 1 if self.size.width == self.screen.size.width else SCROLL_STRIDE
        self._viewport = self._viewport.resized(self.size.height - _TITLE_LINES, stride)

    def on_click(self, event: events.Click) -> None:
        """Highlight the row that was clicked; open it at the second click."""
        position = self._viewport.top + event.y - _TITLE_LINES
        if self.can_focus and event.y >= _TITLE_LINES and position < len(self.view):
            self._move_to(position)
            if event.chain == 2:
                self.post_message(self.Selected())

    def on_mouse_scroll_down(self) -> None:
        """Move down by a few rows."""
        if self.can_focus:
            self._move_to(self.cursor + WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """Move up by a few rows."""
        if self.can_focus:
            self._move_to(self.cursor - WHEEL_ROWS)

    def action_move_down(self) -> None:
        """Go to the next row."""
        self._move_to(self.cursor + 1)

    def action_move_up(self) -> None:
        """Go to the row before."""
        self._move_to(self.cursor - 1)

    def action_move_page_down(self) -> None:
        """Go one screen down."""
        self._move_to(self.cursor + self._viewport.height)

    def action_move_page_up(self) -> None:
        """Go one screen up."""
        self._move_to(self.cursor - self._viewport.height)

    def action_move_first(self) -> None:
        """Go to the first row."""
        self._move_to(0)

    def action_move_last(self) -> None:
        """Go to the last row that is loaded."""
        self._move_to(len(self.view) - 1)

    def move_page(self, direction: int) -> None:
        """Go to the first row of the next (1) or the previous (-1) page.

        A page that is not loaded yet is gone to when it has arrived.
        """
        first = (self.cursor // self._page_size + direction) * self._page_size
        self._move_to(first)
        if first >= len(self.view) and not self.view.exhausted:
            self._pending_row = first
            self._request_page()

    def render_line(self, y: int) -> Strip:
        """Draw the titles, a row, or the words that stand instead of rows."""
        width = self.size.width
        if not self.view.rows:
            return self._notice_line(y, width)
        if y < _TITLE_LINES:
            style = self.get_component_rich_style("list-pane--title")
            text = f"  {column_titles(width - _MARGIN - _RIGHT_MARGIN, self.view.ordering)} "
            return Strip([Segment(fit(text, width), style)], width)
        position = self._viewport.top + y - _TITLE_LINES
        if position >= len(self.view):
            return Strip.blank(width, self.plain_style)
        row = self.view.rows[position]
        mark = "*" if row.id in self.marks else " "
        if position == self._viewport.cursor:
            return self._row_line(row, f">{mark}", "list-pane--cursor", width)
        if row.id not in self._lines:
            part = "list-pane--problem" if row.problem else ""
            self._lines[row.id] = self._row_line(row, f" {mark}", part, width)
        return self._lines[row.id]

    def _row_line(self, row: ResourceRow, mark: str, part: str, width: int) -> Strip:
        style: Style = self.get_component_rich_style(part) if part else self.plain_style
        text = fit(f"{mark}{row_text(row, width - _MARGIN - _RIGHT_MARGIN)} ", width)
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
