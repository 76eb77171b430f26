"""The one state of a screen's list: what is loaded, looked for, sorted, marked and highlighted.

Panes, the loader and the filter observe it: they render what it says, or do what it asks for.
Actions change it by its methods. It needs no screen.
"""

from collections.abc import Callable
from typing import NamedTuple

from assistant_tui.core.list_spec import ListSpec
from assistant_tui.core.list_state import ListState
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import Marks, ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing

PREFETCH_ROWS = 25
"""Rows before the end at which the next page is asked for."""


class Display(NamedTuple):
    """What is on the screen; the rows of a new filter are shown once enough of them were found."""

    view: FilteredListing
    marks: Marks = Marks()
    cursor: int = 0
    """The position of the highlighted row in the view, counted from 0."""

    @property
    def highlighted(self) -> ResourceRow | None:
        """The row under the cursor; None while there are no rows."""
        return self.view.rows[self.cursor] if self.cursor < len(self.view) else None


class ListModel:
    """Holds the state; listeners are called after each change, and read it themselves.

    A listener may change the state again, so each one acts on what it reads, not on what happened.
    """

    def __init__(self, spec: ListSpec, opening: Listing, page_size: int) -> None:
        """Begin with the rows that are known before a server has answered."""
        self.spec = spec
        """What the list shows of its rows, and what they can be sorted and filtered by."""
        self._page_size = page_size
        self._state = ListState(FilteredListing(opening))
        self._display = Display(FilteredListing(opening))
        self._selected_id: str | None = None
        """The object that a person went to last, also while a filter hides it."""
        self._target: int | None = None
        """A row beyond the loaded ones to go to once it is there."""
        self._listeners: list[Callable[[], None]] = []

    @property
    def state(self) -> ListState:
        """What is loaded, looked for, wanted and under way."""
        return self._state

    @property
    def display(self) -> Display:
        """What is on the screen."""
        return self._display

    @property
    def listing(self) -> Listing:
        """What is loaded."""
        return self._state.listing

    @property
    def marks(self) -> Marks:
        """The objects that a person has marked, on pages that are not shown, too."""
        return self._display.marks

    @property
    def highlighted(self) -> ResourceRow | None:
        """The row under the cursor; None while there are no rows."""
        return self._display.highlighted

    @property
    def marked_rows(self) -> tuple[ResourceRow, ...]:
        """The marked objects, those of the list in its order first."""
        return self.marks.listed(self.listing.loaded)

    @property
    def targets(self) -> tuple[ResourceRow, ...]:
        """The marked objects; where none is, the highlighted one."""
        row = self.highlighted
        return self.marked_rows or (() if row is None else (row,))

    def previous_id(self, row_id: str) -> str | None:
        """The id of the row before, from which a server's list can be asked for just this one."""
        position = self.listing.position(row_id)
        return self.listing.rows[position - 1].id if position else None

    def listen(self, listener: Callable[[], None]) -> None:
        """Call a listener after each change."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Call a listener no more."""
        self._listeners.remove(listener)

    def update(self, state: ListState) -> None:
        """Go on with another state."""
        self._set(state, self._display)

    def change(self, listing: Listing) -> None:
        """Go on with rows that were changed here: created, saved or deleted."""
        self.update(self._state.with_listing(listing))

    def mark(self, marks: Marks) -> None:
        """Mark other objects than before."""
        self._set(self._state, self._display._replace(marks=marks))

    def show(self, view: FilteredListing) -> None:
        """Put a view on the screen.

        The cursor goes to the object that a person went to last; while that is hidden, it stays
        on its row or goes to the top; where that is gone, to its neighbour, who has its place.
        """
        display, target = self._display._replace(view=view), self._target
        if target is not None and (target < len(view) or view.exhausted):
            self._target = None
            self._show(display, target, settle=True)
        else:
            self._show(display, self._position_in(view))

    def _position_in(self, view: FilteredListing) -> int:
        row = self.highlighted
        here = None if row is None else row.id
        self._selected_id = self._selected_id or here
        if self._selected_id is None:
            return 0
        for row_id in (self._selected_id, here):
            if (position := view.position(row_id)) is not None:
                return position
        if view.listing.row(self._selected_id) is not None:
            return 0
        self._selected_id = None
        return self._display.cursor

    def go(self, position: int) -> None:
        """Move the cursor to a row, as near as there is one."""
        self._target = None
        self._show(self._display, position, settle=True)

    def highlight(self, row_id: str) -> None:
        """Move the cursor to an object, or have it go there as soon as it is shown."""
        position = self._display.view.position(row_id)
        if position is not None:
            self.go(position)
        self._selected_id = row_id

    def settle(self) -> None:
        """Note the highlighted object as the one that the person went to."""
        row = self.highlighted
        if row is not None:
            self._selected_id = row.id

    def go_page(self, direction: int) -> None:
        """Go to the first row of the next (1) or the previous (-1) page.

        A page that is not loaded yet is gone to when it has arrived.
        """
        first = (self._display.cursor // self._page_size + direction) * self._page_size
        self.go(first)
        view = self._display.view
        if first >= len(view) and not view.exhausted:
            self._target = first
            self._set(self._wanting_page(view), self._display)

    def _show(self, display: Display, position: int, *, settle: bool = False) -> None:
        """Show something with the cursor there, and ask for the next page near the end."""
        view = display.view
        display = display._replace(cursor=max(0, min(position, len(view) - 1)))
        if settle and display.highlighted is not None:
            self._selected_id = display.highlighted.id
        near_end = display.cursor >= len(view) - PREFETCH_ROWS
        self._set(self._wanting_page(view) if near_end else self._state, display)

    def _wanting_page(self, view: FilteredListing) -> ListState:
        after = None if view.exhausted else view.cursor
        return self._state if after is None else self._state.wanting_page(after)

    def _set(self, state: ListState, display: Display) -> None:
        now = self._display
        same = now.view is display.view and now.marks is display.marks
        same = same and now.cursor == display.cursor
        if same and state is self._state:
            return
        self._state = state
        self._display = self._display if same else display
        for listener in [*self._listeners]:
            listener()
