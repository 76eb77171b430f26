"""Filters the list while a person types, and waits for all rows where an action needs them."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from textual.screen import Screen

from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.query import EVERYTHING, QueryError, parse
from assistant_tui.tui.assistants.browser import Browser
from assistant_tui.tui.dialogs.progress import ALL, FOUND_SO_FAR, LoadingDialog
from assistant_tui.tui.list_model import ListModel
from assistant_tui.tui.stylesheets import read_deferred
from assistant_tui.tui.workers import start

if TYPE_CHECKING:
    from assistant_tui.tui.widgets.filter_bar import FilterBar


Use = Callable[[Sequence[ResourceRow], bool], None]
"""Takes the rows, and whether they are all that the server has for the filter."""

SLICE = 0.004
"""Seconds that rows are matched before keys are handled."""
BREATH = 0.001
"""Seconds that keys and drawing have before the next slice, and more if they need it."""
PATIENCE = 0.05
"""Seconds between the drawings of what was found so far."""
FIRST = 100
"""Rows in the first slice, before it is known how long one takes."""
SCREENFUL = 50
"""Rows that are worth a drawing of their own."""


class _AllRows:
    """Gives an action on "all that match" its rows, so that it never acts on a part unasked."""

    def __init__(self, model: ListModel, doing: str, use: Use) -> None:
        """`doing` names the action in the dialog; `use` is given the rows."""
        self._model = model
        self._use = use
        self._offered = model.state.view
        self._dialog = LoadingDialog(f"{doing}: not all is here yet", self._try_again)

    def ask(self, screen: Screen[None]) -> None:
        """Hand all rows over at once, where they are there; else when the rest has come.

        A dialog shows how far it is. There a person can take what was found so far, which is then
        what the dialog has counted, or do nothing.
        """
        if self._model.state.found_all:
            self._hand_over(all_there=True)
            return
        self._model.listen(self._follow)
        self._follow()
        screen.app.push_screen(self._dialog, self._answered)
        self._model.update(self._model.state.wanting_all(True))

    def _follow(self) -> None:
        if self._dialog.answered:
            return
        state = self._model.state
        self._offered, failure = state.view, state.failure
        if state.found_all:
            self._dialog.close(ALL)
        else:
            failed = "" if failure is None else f"{failure.error.title}: {failure.error}"
            found, loaded = len(self._offered), len(self._offered.listing.loaded)
            self._dialog.show(found, loaded, failed)

    def _answered(self, answer: str | None) -> None:
        self._model.unlisten(self._follow)
        self._model.update(self._model.state.wanting_all(False))
        if answer in (ALL, FOUND_SO_FAR):
            self._hand_over(all_there=answer == ALL)

    def _try_again(self) -> None:
        self._model.update(self._model.state.retrying())

    def _hand_over(self, *, all_there: bool) -> None:
        self._use(self._offered.rows, all_there and self._offered.listing.complete)


class FilterController:
    """Reads the filter, looks through the rows in slices, and has the list show what was found."""

    def __init__(self, screen: Screen[None], model: ListModel) -> None:
        self._screen = screen
        self._model = model
        self._looked_at: FilteredListing | None = None
        """The view after the last step of matching; any other one has yet to be matched."""
        self._searching = False
        """The worker is there that looks at rows until none is left."""
        self._count = FIRST
        """Rows in a slice: as many as take their time."""
        self._bar: FilterBar | None = None
        model.listen(self.go_on)

    @property
    def typing(self) -> bool:
        """The filter has the focus."""
        return self._bar is not None and self._bar.has_focus_within

    @property
    def _browser(self) -> Browser:
        return self._screen.query_one(Browser)

    @property
    def _view(self) -> FilteredListing:
        return self._model.state.view

    def with_all_rows(self, doing: str, use: Use) -> None:
        """Give `use` all rows that match, once they are there or the person says which."""
        _AllRows(self._model, doing, use).ask(self._screen)

    async def open(self) -> None:
        """Show the input, with the focus in it."""
        from assistant_tui.tui.widgets.filter_bar import FilterBar

        self._browser.show_list()
        if self._bar is None:
            read_deferred(self._screen.app)
            self._bar = FilterBar(self._view.query.text, self._model.spec.qualifiers)
            await self._screen.mount(self._bar, after="#panes")
        self._bar.start()

    async def close(self) -> None:
        """Hide the input; the filter stays."""
        if self._bar is not None:
            bar, self._bar = self._bar, None
            await bar.remove()

    def typed(self) -> bool:
        """Look for what is typed now; while some of it is unfinished, for the rest of it."""
        if self._bar is None:
            return False
        wrong = ""
        try:
            query = parse(self._bar.text, self._model.spec)
        except QueryError as error:
            query, wrong = error.rest, str(error)
        self._bar.refuse(wrong)
        if query.text != self._view.query.text:
            self._model.update(self._model.state.with_query(query, self._view.ordering))
        return not wrong

    async def accept(self) -> None:
        """Go to the list with what was found; what is unfinished stays to be finished."""
        if self.typed():
            self._model.settle()
            self._browser.show_list()
            await self.close()

    async def clear(self) -> None:
        """Show all rows again, and hide the input."""
        self._show_everything()
        self._browser.show_list()
        await self.close()

    def _show_everything(self) -> None:
        self._model.update(self._model.state.with_query(EVERYTHING, self._view.ordering))

    def reveal(self, assistant_id: str) -> None:
        """Highlight an assistant that is loaded, taking back a filter that hides it."""
        row = self._model.state.listing.row(assistant_id)
        if row is not None and not self._view.query.matches(row):
            self._show_everything()
        self._browser.show_list()
        self._model.highlight(assistant_id)

    def go_on(self) -> None:
        """Show what is found in one slice of rows; go on with the rest in the background."""
        before, view = self._looked_at, self._view
        if view is before:
            return
        if before is None or (view.query, view.ordering) != (before.query, before.ordering):
            self._count = FIRST
        self._look_further()
        if not self._view.scan_pending or self._is_news(0):
            self._model.show(self._view)
        if self._view.scan_pending and not self._searching:
            self._searching = True
            start(self._screen, self._search, "search")

    def _look_further(self) -> None:
        started = perf_counter()
        state = self._model.state.scanned(self._count)
        took = perf_counter() - started
        if took < SLICE / 2 and state.view.scan_pending:
            self._count *= 2
        elif took > SLICE and self._count > 1:
            self._count //= 2
        self._looked_at = state.view
        self._model.update(state)

    def _is_news(self, waited: float) -> bool:
        """Whether what was found so far is worth drawing; half of what was there before is not."""
        found, before = self._view, self._model.display.view
        if found.query != before.query:
            return waited > PATIENCE or len(found) >= SCREENFUL
        grown = found.ordering == before.ordering and len(found) >= len(before)
        return grown and waited > PATIENCE

    async def _search(self) -> None:
        drawn = monotonic()
        try:
            while self._view.scan_pending:
                await asyncio.sleep(BREATH)
                self._look_further()
                if not self._view.scan_pending or self._is_news(monotonic() - drawn):
                    self._model.show(self._view)
                    drawn = monotonic()
        finally:
            self._searching = False
