"""Shows of the listing what a person looks for, in the order that they want."""

import asyncio
from collections.abc import Callable
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.worker import Worker

from assistant_tui.core.finding.ordering import AS_SERVED, Ordering
from assistant_tui.core.finding.query import EVERYTHING, Query, QueryError, parse
from assistant_tui.core.finding.view import View
from assistant_tui.core.listing import Listing
from assistant_tui.tui.background import start
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.screens.browser import Browser
from assistant_tui.tui.screens.loader import Loader
from assistant_tui.tui.stylesheets import read_later

if TYPE_CHECKING:
    from assistant_tui.tui.widgets.filter_bar import FilterBar

SLICE = 0.004
"""Seconds that rows are looked at before keys have their turn."""
BREATH = 0.001
"""Seconds that keys and drawing have before the next slice, and more if they need it."""
PATIENCE = 0.05
"""Seconds between the drawings of what was found so far."""
FIRST = 100
"""Rows in the first slice, before it is known how long one takes."""
SCREENFUL = 50
"""Rows that are worth a drawing of their own."""


class Finding:
    """Holds the filter and the order; looks through the rows, and has all of them loaded."""

    def __init__(
        self, desk: Desk, screen: Screen[None], loader: Loader, show: Callable[[View], None]
    ) -> None:
        """`show` is given each view that is to be seen."""
        self._desk = desk
        self._screen = screen
        self._loader = loader
        self._show = show
        self._view = self._shown = View(desk.listing)
        self._count = FIRST
        """Rows in a slice: as many as take their time."""
        self._searching = False
        self._loading: Worker[None] | None = None
        self._ended_with: Listing | None = None
        """What was loaded when the rest could not be."""
        self._bar: FilterBar | None = None

    @property
    def loading(self) -> bool:
        """The rest of the rows is on its way."""
        return self._loading is not None

    @property
    def typing(self) -> bool:
        """The filter has the focus."""
        return self._bar is not None and self._bar.has_focus_within

    @property
    def _browser(self) -> Browser:
        return self._screen.query_one(Browser)

    async def act(self, name: str) -> None:
        """Carry out one of the commands that find."""
        match name:
            case "filter":
                await self._open()
            case "filter_done":
                await self._settle()
            case "filter_clear":
                await self._clear()
            case "sort":
                self._look(self._view.query, self._view.ordering.next())
            case "sort_reverse":
                self._look(self._view.query, self._view.ordering.reversed())

    async def _open(self) -> None:
        from assistant_tui.tui.widgets.filter_bar import FilterBar

        self._browser.show_list()
        if self._bar is None:
            read_later(self._screen.app)
            self._bar = FilterBar(self._view.query.text)
            await self._screen.mount(self._bar, after="#panes")
        self._bar.start()

    async def close(self) -> None:
        """Put the input away; the filter stays."""
        if self._bar is not None:
            bar, self._bar = self._bar, None
            await bar.remove()

    def typed(self) -> bool:
        """Look for what is typed now; while some of it is unfinished, for the rest of it."""
        if self._bar is None:
            return False
        wrong = ""
        try:
            query = parse(self._bar.text)
        except QueryError as error:
            query, wrong = error.rest, str(error)
        self._bar.refuse(wrong)
        if query.text != self._view.query.text:
            self._look(query, self._view.ordering)
        return not wrong

    async def _settle(self) -> None:
        """Go to the list with what was found; what is unfinished stays to be finished."""
        if self.typed():
            self._browser.list_pane.settle()
            self._browser.show_list()
            await self.close()

    async def _clear(self) -> None:
        self._look(EVERYTHING, self._view.ordering)
        self._browser.show_list()
        await self.close()

    def back(self) -> None:
        """Take back the filter, else the order, if there is one."""
        if self._view.query:
            self._look(EVERYTHING, self._view.ordering)
        elif not self._view.ordering.as_served:
            self._look(EVERYTHING, AS_SERVED)

    def reveal(self, assistant_id: str) -> None:
        """Highlight an assistant that is loaded, taking back a filter that hides it."""
        row = self._desk.listing.row(assistant_id)
        if row is not None and not self._view.query.matches(row):
            self._look(EVERYTHING, self._view.ordering)
        self._browser.show_list()
        self._browser.highlight(assistant_id)

    def follow(self, listing: Listing) -> None:
        """Go on over another listing."""
        self._view = self._view.on(listing)
        self._go_on()

    def _look(self, query: Query, ordering: Ordering) -> None:
        self._view = self._view.through(query, ordering)
        self._count = FIRST
        self._go_on()

    def _go_on(self) -> None:
        """Show what there is at once, where that is all; else look for the rest by and by."""
        self._advance()
        if not self._view.behind or self._is_news(0):
            self._display()
        if self._view.behind and not self._searching:
            self._searching = True
            start(self._screen, self._search, "search")
        self._load_the_rest()

    def _advance(self) -> None:
        started = perf_counter()
        self._view = self._view.further(self._count)
        took = perf_counter() - started
        if took < SLICE / 2 and self._view.behind:
            self._count *= 2
        elif took > SLICE and self._count > 1:
            self._count //= 2

    def _is_news(self, waited: float) -> bool:
        """Whether what was found so far is worth drawing; half of what was there before is not."""
        found, before = self._view, self._shown
        if found.query != before.query:
            return waited > PATIENCE or len(found) >= SCREENFUL
        grown = found.ordering == before.ordering and len(found) >= len(before)
        return grown and waited > PATIENCE

    def _display(self) -> None:
        self._shown = self._view
        self._show(self._view)

    async def _search(self) -> None:
        drawn = monotonic()
        while self._view.behind:
            await asyncio.sleep(BREATH)
            self._advance()
            if self._is_news(monotonic() - drawn):
                self._display()
                drawn = monotonic()
        self._searching = False
        self._display()

    def _load_the_rest(self) -> None:
        """A filter and an order need all rows; without them, loading them all ends."""
        listing = self._desk.listing
        if self._view.plain:
            self._ended_with = None
            if self._loading is not None:
                self._loading.cancel()
            return
        there_is_more = listing.cursor is not None and not listing.exhausted
        if there_is_more and self._loading is None and listing is not self._ended_with:
            self._loading = start(self._screen, self._load, "all")

    async def _load(self) -> None:
        try:
            await self._loader.load_all()
        finally:
            self._loading = None
            self._ended_with = self._desk.listing
            self._show(self._shown)
