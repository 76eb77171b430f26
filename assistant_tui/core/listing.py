"""The list as the program knows it: an immutable snapshot that grows page by page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from assistant_tui.core.append_only_list import AppendOnlyList, ConcatenatedView, ReversedView
from assistant_tui.core.rows import ResourceRow

Order = Literal["asc", "desc"]
"""By age: the oldest first, or the newest."""


class Page(NamedTuple):
    """One answer to a list request."""

    rows: tuple[ResourceRow, ...]
    has_more: bool | None
    """None where the server did not say."""
    after: str | None = None
    """The cursor that was asked with; None for the first page."""
    limit: int = 50
    refused: bool = False
    """The server does not take the cursor."""
    total: int | None = None
    """How many objects there are in all, where the server told."""


@dataclass(frozen=True, init=False)
class Listing:
    """The rows loaded so far, newest first as the server gave them.

    A page costs what it holds, however many rows there are: snapshots share their rows.
    """

    rows: AppendOnlyList[ResourceRow]
    """From the newest on, without a gap."""
    complete: bool
    """Every object that the server lists is among the rows."""
    single_page: bool
    """The server cannot page from the newest on: only the other end may bring more rows."""
    cut: bool
    """The last page was as long as a page may be, or the server said that more follows."""
    remembered: bool
    """The rows are from an earlier run; the server has not answered yet."""
    back: AppendOnlyList[ResourceRow]
    """From the oldest on, without a gap, as loaded from the other end; none is in `rows`."""
    back_ended: bool
    """The other end brings no more rows: the server has no ascending order, or cannot page there.
    """
    beyond: int
    """How many objects follow `rows` by the total that the server told last; 0 if unknown."""

    def __init__(
        self,
        rows: Iterable[ResourceRow] = (),
        complete: bool = False,
        single_page: bool = False,
        cut: bool = False,
        remembered: bool = False,
        back: Iterable[ResourceRow] = (),
        beyond: int = 0,
        back_ended: bool = False,
    ) -> None:
        put = object.__setattr__
        put(self, "rows", rows if isinstance(rows, AppendOnlyList) else AppendOnlyList(rows))
        put(self, "complete", complete)
        put(self, "single_page", single_page)
        put(self, "cut", cut)
        put(self, "remembered", remembered)
        put(self, "beyond", beyond)
        put(self, "back_ended", back_ended)
        put(self, "back", back if isinstance(back, AppendOnlyList) else AppendOnlyList(back))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def tail(self) -> Sequence[ResourceRow]:
        """The rows of the old end, newest first, that are not yet connected with `rows`."""
        return ReversedView(self.back)

    @property
    def loaded(self) -> Sequence[ResourceRow]:
        """All rows that are known, newest first; a gap may be between `rows` and `tail`."""
        return ConcatenatedView(self.rows, self.tail) if self.back else self.rows

    def position(self, row_id: str | None) -> int | None:
        """Where a row stands in `rows`, counted from 0; None if it is not there."""
        return self.rows.place(row_id) if row_id is not None else None

    def row(self, row_id: str | None) -> ResourceRow | None:
        """The row with an id, of the tail, too; None if it is not loaded."""
        if row_id is None:
            return None
        row = self.rows.get(row_id)
        return self.back.get(row_id) if row is None else row

    @property
    def cursor(self) -> str | None:
        """The `after` of the next page: the last id."""
        return _last_id(self.rows)

    @property
    def back_cursor(self) -> str | None:
        """The `after` of the next page in ascending order: the tail's newest id."""
        return _last_id(self.back)

    @property
    def exhausted(self) -> bool:
        """No page behind the rows is worth asking for; the other end may bring what is left."""
        return self.complete or self.single_page

    @property
    def ended(self) -> bool:
        """Neither end brings more rows."""
        return self.complete or (self.single_page and self.back_ended)

    @property
    def oldest_first(self) -> bool:
        """Whether the rows come in the other order than was asked for, by their times."""
        ends = [row.created_at for row in (*self.rows[:1], *self.rows[-1:])]
        first, last = ends if len(ends) == 2 else (None, None)
        return first is not None and last is not None and first < last

    def extended(self, page: Page) -> "Listing":
        """Add the page that follows.

        A page without a new id ends the walk: an empty one means that all is loaded, a repeated
        or refused one that the server takes no cursor. Then all is loaded, too, if the page before
        was longer than asked for: the server ignores the limit. Where `has_more` is false
        on a full page, or missing, the next page is asked for before "all" is claimed, since some
        servers never say true. A total that is larger than what came refutes "all".
        """
        fresh = _unseen(page.rows, self.rows)
        beyond = self.beyond if page.total is None else page.total - len(self.rows)
        beyond = max(beyond - len(fresh), 0)
        if fresh:
            return self._grown(fresh, page, beyond)
        if beyond or ((page.refused or page.rows) and (self.cut or page.has_more)):
            return Listing(
                self.rows,
                single_page=True,
                back=self.back,
                beyond=beyond,
                back_ended=self.back_ended,
            )
        return Listing(self.rows, complete=True)

    def _grown(self, fresh: Sequence[ResourceRow], page: Page, beyond: int) -> "Listing":
        """Add rows that follow; a tail that they reach is connected, or dropped if it differs."""
        _, shared = _split(fresh, self.back)
        if _agree(shared, self.tail):
            rows = self.rows.plus(fresh)
            return Listing(rows.plus(self.tail[len(shared) :]), complete=True)
        more = _may_go_on(page, beyond)
        known = [place for row in shared if (place := self.back.place(row.id)) is not None]
        back = self.back.first(min(known, default=len(self.back)) if more else 0)
        rows, cut = self.rows.plus(fresh), _looks_cut(page, beyond)
        return Listing(rows, complete=not more, cut=cut, back=back, beyond=beyond)

    def extended_back(self, page: Page) -> "Listing":
        """Add the page that follows the tail in ascending order, oldest first.

        Where it reaches the rows in their order, all is loaded. Where it reaches them otherwise,
        they stand: the next page behind them shows what is right.
        """
        apart, shared = _split(_unseen(page.rows, self.back), self.rows)
        back = self.back.plus(apart)
        if _agree(shared, ReversedView(self.rows)):
            return Listing(self.rows.plus(ReversedView(back)), complete=True)
        return replace(self, back=back)

    def with_row(self, row: ResourceRow) -> "Listing":
        """Put a row in the place of the one with its id, or first if it is new."""
        if (position := self.rows.place(row.id)) is not None:
            return replace(self, rows=self.rows.put(position, row))
        if (position := self.back.place(row.id)) is not None:
            return replace(self, back=self.back.put(position, row))
        return replace(self, rows=AppendOnlyList((row, *self.rows)))

    def with_rows(self, rows: Iterable[ResourceRow]) -> "Listing":
        """Put rows in the places of those with their ids, and new ones first, at the price of one.

        Those that are new keep their order.
        """
        newer = {row.id: row for row in rows}
        known = AppendOnlyList(newer.pop(row.id, row) for row in self.rows)
        back = AppendOnlyList(newer.pop(row.id, row) for row in self.back)
        return replace(self, rows=AppendOnlyList([*newer.values(), *known]), back=back)

    def without(self, ids: Iterable[str]) -> "Listing":
        """Leave out the rows with some ids."""
        gone = set(ids)
        rows = AppendOnlyList(row for row in self.rows if row.id not in gone)
        back = AppendOnlyList(row for row in self.back if row.id not in gone)
        return replace(self, rows=rows, back=back)

    def count(self, position: int, page_size: int) -> str:
        """Say which page of how many rows the cursor is on: `51–100 of 120+`, `1–9 of 9 (all)`.

        Empty while nothing is known.
        """
        if not self.rows:
            return "0 (all)" if self.complete else ""
        return f"{page_range(position, page_size, len(self.rows))} of {self.total(len(self.rows))}"

    def total(self, count: int, *, loading: bool = False, searching: bool = False) -> str:
        """Say of so many rows whether they are all: `120+`, `120 (loading…)`, `120 (all)`.

        `120 (searching…)` tells that they are, but were not all looked at yet.
        """
        if loading:
            return f"{count:,} (loading…)"
        if searching:
            return f"{count:,} (searching…)"
        return f"{count:,}" + (" (all)" if self.complete else "+")


def page_range(position: int, page_size: int, count: int) -> str:
    """The rows of the page that the cursor is on, counted from 1: `51–100`."""
    first = position // page_size * page_size
    return f"{first + 1:,}–{min(first + page_size, count):,}"


OVERLAP = 2
"""Rows in which two ends must agree: one alone may be one of several of the same second, which a
server may give in another order from the other end."""


USUAL_PAGES = frozenset({10, 12, 15, 16, 20, 24, 25, 30, 32, 40, 50, 60, 64, 75, 80, 100, 128, 200})
"""How many rows servers give that set the size of a page themselves."""


def _may_go_on(page: Page, beyond: int) -> bool:
    """Whether another page may follow this one, which brought something new."""
    if page.has_more or len(page.rows) >= page.limit or beyond:
        return True
    return page.has_more is None and page.total is None


def _looks_cut(page: Page, beyond: int) -> bool:
    """Whether a page is as long as a server would make it, rather than as the list is."""
    if page.has_more or len(page.rows) == page.limit or beyond:
        return True
    short = len(page.rows) < page.limit
    return short and _may_go_on(page, beyond) and len(page.rows) in USUAL_PAGES


def _last_id(rows: Sequence[ResourceRow]) -> str | None:
    return next((row.id for row in reversed(rows) if row.has_id), None)


def _unseen(
    rows: Iterable[ResourceRow], seen: AppendOnlyList[ResourceRow]
) -> tuple[ResourceRow, ...]:
    return tuple({row.id: row for row in rows if seen.place(row.id) is None}.values())


def _split(
    rows: Sequence[ResourceRow], other: AppendOnlyList[ResourceRow]
) -> tuple[Sequence[ResourceRow], Sequence[ResourceRow]]:
    """The rows before the first that is also on the other side, and the rows from there on."""
    known = (at for at, row in enumerate(rows) if other.place(row.id) is not None)
    at = next(known, len(rows))
    return rows[:at], rows[at:]


def _agree(shared: Sequence[ResourceRow], other: Sequence[ResourceRow]) -> bool:
    """Whether rows that were met go on just as the other side does."""
    ids = [row.id for row in shared]
    return len(ids) >= OVERLAP and ids == [row.id for row in other[: len(ids)]]
