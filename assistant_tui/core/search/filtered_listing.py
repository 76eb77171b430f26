"""A listing seen through a filter and an order: what the list shows."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from assistant_tui.core import append_only_list
from assistant_tui.core.append_only_list import AppendOnlyList, ConcatenatedView, ReversedView
from assistant_tui.core.list_spec import AS_SERVED, Ordering, SortKey
from assistant_tui.core.listing import Listing, page_range
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.query import EVERYTHING, Query

_FAR = 1 << 40
"""The place of the oldest row, while it is not known how many there are."""


@dataclass(frozen=True)
class SearchedEnd:
    """What was found so far among the rows of one end of a listing, the newest or the oldest."""

    rows: AppendOnlyList[ResourceRow] = field(default_factory=AppendOnlyList)
    found: AppendOnlyList[ResourceRow] = field(default_factory=AppendOnlyList)
    seen: int = 0
    """How many of the rows were matched, or are to be matched again."""
    rescan: Sequence[ResourceRow] = ()
    """Of the rows that were seen, those that may still be found."""

    @property
    def settled(self) -> bool:
        """Every row was looked at."""
        return self.seen == len(self.rows) and not self.rescan

    def contains(self, row: ResourceRow) -> bool | None:
        """Whether a row was found, once all is settled; None if just this row is not here."""
        place = self.rows.place(row.id)
        if place is None or self.rows[place] is not row:
            return None
        return self.found.place(row.id) is not None

    def narrowed(self) -> "SearchedEnd":
        """Nothing found yet; but of what was seen, only what was found comes into question."""
        return replace(self, found=AppendOnlyList(), rescan=(*self.found, *self.rescan))

    def next(self, count: int) -> Sequence[ResourceRow]:
        """The next rows to look at."""
        return self.rescan[:count] or self.rows[self.seen : self.seen + count]

    def with_found(self, looked_at: int, found: Iterable[ResourceRow]) -> "SearchedEnd":
        """What was found among the next rows."""
        now = replace(self, found=self.found.plus(found))
        if self.rescan:
            return replace(now, rescan=self.rescan[looked_at:])
        return replace(now, seen=self.seen + looked_at)


class SortedRows(append_only_list.SequenceView[ResourceRow]):
    """The rows of sort keys."""

    __slots__ = ("_sort_keys",)

    def __init__(self, sort_keys: Sequence[SortKey]) -> None:
        self._sort_keys = sort_keys

    def __len__(self) -> int:
        return len(self._sort_keys)

    def at(self, position: int) -> ResourceRow:
        """The row at a position from 0 on."""
        return self._sort_keys[position][3]


@dataclass(frozen=True, eq=False)
class FilteredListing:
    """An immutable snapshot; rows are matched in steps with `scanned`, since that takes time.

    Without a filter, in the order as served, the listing is shown as it is.
    """

    listing: Listing = field(default_factory=Listing)
    query: Query = EVERYTHING
    ordering: Ordering = AS_SERVED
    front: SearchedEnd = field(default_factory=SearchedEnd)
    back: SearchedEnd = field(default_factory=SearchedEnd)
    known: tuple[SearchedEnd, ...] = ()
    """What was found by the same query before some rows became others."""
    sort_keys: Sequence[SortKey] = ()
    """What was found, sorted upwards; empty where nothing is to be sorted."""

    @property
    def unfiltered(self) -> bool:
        """There is nothing to look for and nothing to sort."""
        return not self.query and self.ordering.as_served

    @property
    def scan_pending(self) -> bool:
        """Some of the loaded rows were not looked at yet."""
        return not self.unfiltered and not (self.front.settled and self.back.settled)

    @property
    def rows(self) -> Sequence[ResourceRow]:
        """What is shown, from the top down."""
        if self.unfiltered:
            return self.listing.rows
        if self.ordering.as_served:
            found = self.front.found
            return (
                ConcatenatedView(found, ReversedView(self.back.found)) if self.back.found else found
            )
        rows = SortedRows(self.sort_keys)
        return ReversedView(rows) if self.ordering.descending else rows

    def __len__(self) -> int:
        return len(self.rows)

    def position(self, row_id: str | None) -> int | None:
        """Where a row stands, counted from 0; None if it is not shown."""
        if self.unfiltered or row_id is None:
            return self.listing.position(row_id)
        for end in (self.front, self.back):
            place = end.found.place(row_id)
            if place is not None:
                return self._position(end, place)
        return None

    def _position(self, end: SearchedEnd, place: int) -> int:
        if not self.ordering.as_served:
            at = bisect_left(self.sort_keys, self._sort_key(end.found[place], end))
            return len(self.sort_keys) - 1 - at if self.ordering.descending else at
        return place if end is self.front else len(self) - 1 - place

    @property
    def cursor(self) -> str | None:
        """The `after` of the page that follows in the listing."""
        return self.listing.cursor

    @property
    def exhausted(self) -> bool:
        """No page need be asked for: a filter and a sort have all pages come by themselves."""
        return not self.unfiltered or self.listing.ended

    def with_listing(self, listing: Listing) -> "FilteredListing":
        """The same filter and order over another listing; what was found and stays is kept."""
        front, back = self.front, self.back
        if listing.rows.continues(front.rows) and listing.back.continues(back.rows):
            front, back = replace(front, rows=listing.rows), replace(back, rows=listing.back)
            return replace(self, listing=listing, front=front, back=back)
        known = self.known if self.scan_pending else (front, back)
        fresh = FilteredListing(
            listing, self.query, self.ordering, SearchedEnd(listing.rows), SearchedEnd(listing.back)
        )
        return replace(fresh, known=known)

    def with_query(self, query: Query, ordering: Ordering) -> "FilteredListing":
        """Another filter or order; of a filter that only grew, what was found is looked at."""
        ends = SearchedEnd(self.listing.rows), SearchedEnd(self.listing.back)
        if not self.unfiltered and query.narrows(self.query):
            ends = self.front.narrowed(), self.back.narrowed()
        known = (
            ()
            if query != self.query or self.scan_pending or self.unfiltered
            else (self.front, self.back)
        )
        return FilteredListing(self.listing, query, ordering, *ends, known)

    def scanned(self, count: int) -> "FilteredListing":
        """Match the next rows against the query, `count` at most."""
        if self.unfiltered:
            return self
        end = self.back if self.front.settled else self.front
        rows = end.next(count)
        found = [row for row in rows if self._finds(row)]
        now, sort_keys = end.with_found(len(rows), found), self.sort_keys
        if found and not self.ordering.as_served:
            sort_keys = sorted((*sort_keys, *(self._sort_key(row, end) for row in found)))
        front, back = (self.front, now) if end is self.back else (now, self.back)
        view = replace(self, front=front, back=back, sort_keys=sort_keys)
        return view if view.scan_pending else replace(view, known=())

    def _finds(self, row: ResourceRow) -> bool:
        known_matches = (end.contains(row) for end in self.known)
        known = next((each for each in known_matches if each is not None), None)
        return self.query.matches(row) if known is None else known

    def _sort_key(self, row: ResourceRow, end: SearchedEnd) -> SortKey:
        position = end.rows.place(row.id) or 0
        return self.ordering.sort_key(row, position if end is self.front else _FAR - position)

    def count(
        self, position: int, page_size: int, *, loading: bool, searching: bool = False
    ) -> str:
        """Say how many of how many: `42 of 1,300 (loading…)`, or the page that the cursor is on.

        `searching` tells that some of the loaded rows were not looked at yet.
        """
        if self.unfiltered or not self.listing.rows:
            return self.listing.count(position, page_size)
        loaded = len(self.listing.loaded)
        shown = f"{len(self):,}" if self.query else page_range(position, page_size, loaded)
        total = self.listing.total(loaded, loading=loading, searching=searching)
        return f"{shown} of {total}"
