"""A listing seen through a filter and an order: what the list shows."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from assistant_tui.core import growing
from assistant_tui.core.finding.ordering import AS_SERVED, Entry, Ordering
from assistant_tui.core.finding.query import EVERYTHING, Query
from assistant_tui.core.growing import Backwards, Growing, Joined
from assistant_tui.core.listing import Listing, Row, page_at

_FAR = 1 << 40
"""The place of the oldest row, while it is not known how many there are."""


@dataclass(frozen=True)
class End:
    """What was found so far among the rows of one end of a listing."""

    rows: Growing[Row] = field(default_factory=Growing)
    found: Growing[Row] = field(default_factory=Growing)
    seen: int = 0
    """How many of the rows were looked at, or are to be looked at again."""
    again: Sequence[Row] = ()
    """Of the rows that were seen, those that may still be found."""

    @property
    def settled(self) -> bool:
        """Every row was looked at."""
        return self.seen == len(self.rows) and not self.again

    def tells(self, row: Row) -> bool | None:
        """Whether a row was found, once all is settled; None if just this row is not here."""
        place = self.rows.place(row.id)
        if place is None or self.rows[place] is not row:
            return None
        return self.found.place(row.id) is not None

    def narrowed(self) -> "End":
        """Nothing found yet; but of what was seen, only what was found comes into question."""
        return replace(self, found=Growing(), again=(*self.found, *self.again))

    def next(self, count: int) -> Sequence[Row]:
        """The next rows to look at."""
        return self.again[:count] or self.rows[self.seen : self.seen + count]

    def with_found(self, looked_at: int, found: Iterable[Row]) -> "End":
        """What was found among the next rows."""
        now = replace(self, found=self.found.plus(found))
        if self.again:
            return replace(now, again=self.again[looked_at:])
        return replace(now, seen=self.seen + looked_at)


class Sorted(growing.View[Row]):
    """The rows of entries."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    def at(self, position: int) -> Row:
        """The row at a position from 0 on."""
        return self._entries[position][3]


@dataclass(frozen=True, eq=False)
class View:
    """An immutable snapshot; looking at rows takes time, so it is done by and by with `further`.

    Without a filter, in the order as served, the listing is shown as it is.
    """

    listing: Listing = field(default_factory=Listing)
    query: Query = EVERYTHING
    ordering: Ordering = AS_SERVED
    front: End = field(default_factory=End)
    back: End = field(default_factory=End)
    known: tuple[End, ...] = ()
    """What was found by the same query before some rows became others."""
    entries: Sequence[Entry] = ()
    """What was found, sorted upwards; empty where nothing is to be sorted."""

    @property
    def plain(self) -> bool:
        """There is nothing to look for and nothing to sort."""
        return not self.query and self.ordering.as_served

    @property
    def behind(self) -> bool:
        """Some of the loaded rows were not looked at yet."""
        return not self.plain and not (self.front.settled and self.back.settled)

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown, from the top down."""
        if self.plain:
            return self.listing.rows
        if self.ordering.as_served:
            found = self.front.found
            return Joined(found, Backwards(self.back.found)) if self.back.found else found
        rows = Sorted(self.entries)
        return Backwards(rows) if self.ordering.descending else rows

    def __len__(self) -> int:
        return len(self.rows)

    def position(self, assistant_id: str | None) -> int | None:
        """Where an assistant stands, counted from 0; None if it is not shown."""
        if self.plain or assistant_id is None:
            return self.listing.position(assistant_id)
        for end in (self.front, self.back):
            place = end.found.place(assistant_id)
            if place is not None:
                return self._position(end, place)
        return None

    def _position(self, end: End, place: int) -> int:
        if not self.ordering.as_served:
            at = bisect_left(self.entries, self._entry(end.found[place], end))
            return len(self.entries) - 1 - at if self.ordering.descending else at
        return place if end is self.front else len(self) - 1 - place

    @property
    def cursor(self) -> str | None:
        """The `after` of the page that follows in the listing."""
        return self.listing.cursor

    @property
    def exhausted(self) -> bool:
        """No page need be asked for: a filter and a sort have all pages come by themselves."""
        return not self.plain or self.listing.exhausted

    def on(self, listing: Listing) -> "View":
        """The same filter and order over another listing; what was found and stays is kept."""
        front, back = self.front, self.back
        if listing.rows.continues(front.rows) and listing.back.continues(back.rows):
            front, back = replace(front, rows=listing.rows), replace(back, rows=listing.back)
            return replace(self, listing=listing, front=front, back=back)
        known = self.known if self.behind else (front, back)
        fresh = View(listing, self.query, self.ordering, End(listing.rows), End(listing.back))
        return replace(fresh, known=known)

    def through(self, query: Query, ordering: Ordering) -> "View":
        """Another filter or order; of a filter that only grew, what was found is looked at."""
        ends = End(self.listing.rows), End(self.listing.back)
        if not self.plain and query.narrows(self.query):
            ends = self.front.narrowed(), self.back.narrowed()
        known = () if query != self.query or self.behind or self.plain else (self.front, self.back)
        return View(self.listing, query, ordering, *ends, known)

    def further(self, count: int) -> "View":
        """Look at so many rows more."""
        if self.plain:
            return self
        end = self.back if self.front.settled else self.front
        rows = end.next(count)
        found = [row for row in rows if self._finds(row)]
        now, entries = end.with_found(len(rows), found), self.entries
        if found and not self.ordering.as_served:
            entries = sorted((*entries, *(self._entry(row, end) for row in found)))
        front, back = (self.front, now) if end is self.back else (now, self.back)
        view = replace(self, front=front, back=back, entries=entries)
        return view if view.behind else replace(view, known=())

    def _finds(self, row: Row) -> bool:
        told = (end.tells(row) for end in self.known)
        known = next((each for each in told if each is not None), None)
        return self.query.matches(row) if known is None else known

    def _entry(self, row: Row, end: End) -> Entry:
        place = end.rows.place(row.id) or 0
        return self.ordering.entry(row, place if end is self.front else _FAR - place)

    def count(
        self, position: int, page_size: int, *, loading: bool, searching: bool = False
    ) -> str:
        """Say how many of how many: `42 of 1,300 (loading…)`, or the page that the cursor is on.

        `searching` tells that some of the loaded rows were not looked at yet.
        """
        if self.plain or not self.listing.rows:
            return self.listing.count(position, page_size)
        loaded = len(self.listing.loaded)
        shown = f"{len(self):,}" if self.query else page_at(position, page_size, loaded)
        total = self.listing.total(loaded, loading=loading, searching=searching)
        return f"{shown} of {total}"
