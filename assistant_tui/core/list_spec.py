"""What the list of a kind of object shows, how it is sorted, and where its filter looks: as data.

A kind of object has one `ListSpec`. The filter, the order, the list on the screen and the tables of
the command line take it as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from assistant_tui.core.labels import shown_id
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line, visible_line
from assistant_tui.core.search.matching import fold
from assistant_tui.core.search.terms import Place

GAP = "  "
Fit = Callable[[str, int], str]
"""Cuts or pads a text to so many cells. The caller gives it: the display knows the widths."""
SortValue = str | int
SortKey = tuple[bool, SortValue, int, ResourceRow]
"""What rows are sorted by; the position makes each one different: no rows are compared."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a list, by which its rows can be sorted; equal only to itself."""

    name: str
    """As in `by model`; it begins with a capital in the line above the rows."""
    text: Callable[[ResourceRow, int], str]
    """What stands there of a row, safe to show; what is longer than so many cells is cut."""
    sort_value: Callable[[ResourceRow], SortValue | None]
    """What rows are compared by; None or an empty text where a row has nothing there."""
    widths: tuple[tuple[int, int], ...] = ()
    """Pairs of a least width of the row, and the width of the column from there on.

    The first column has none, and gets what the others leave.
    """

    def width(self, row_width: int) -> int:
        """The cells that it has in a row of so many; 0 where it is hidden."""
        return next((cells for least, cells in reversed(self.widths) if row_width >= least), 0)


@dataclass(frozen=True)
class Ordering:
    """A column and a direction; created, newest first, is how the server gave the rows."""

    column: Column
    descending: bool = True

    @property
    def as_served(self) -> bool:
        """Nothing is to be sorted."""
        return self.column is CREATED and self.descending

    def next(self, columns: tuple[Column, ...]) -> "Ordering":
        """By the next column, as one expects it first: texts from A on, times from the newest."""
        column = columns[(columns.index(self.column) + 1) % len(columns)]
        return Ordering(column, descending=column is CREATED)

    def reversed(self) -> "Ordering":
        """By the same column, in the other direction."""
        return replace(self, descending=not self.descending)

    def sort_key(self, row: ResourceRow, position: int) -> SortKey:
        """What a row is sorted by; rows alike stay in the order of their positions as served.

        What has no value comes last in both directions, as does what could not be read.
        """
        value = None if row.problem else self.column.sort_value(row)
        missing = value is None or value == ""
        known = value if value else 0
        if self.descending:
            return (not missing, known, -position, row)
        return (missing, known, position, row)

    def __str__(self) -> str:
        """As the header says it."""
        if self.column is CREATED:
            return "newest first" if self.descending else "oldest first"
        return f"by {self.column.name}, Z–A" if self.descending else f"by {self.column.name}"


@dataclass(frozen=True, eq=False)
class ListSpec:
    """Describes the list of one kind of object; equal only to itself."""

    columns: tuple[Column, ...]
    """From the left; the first has the width that the others leave. A key sorts by one after the
    other, from CREATED on, which is among them."""
    anywhere: Place
    """Where a word without a qualifier is looked for."""
    places: tuple[Place, ...]
    """Where a word behind a qualifier is looked for, besides `created:` and `meta.KEY:`."""
    help: tuple[str, ...]
    """What there is to know of its filter, line by line."""

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """Those of the filter, without their colons; `meta.KEY` is one beside them."""
        return (*(place.name for place in self.places), "created")

    def titles(self, width: int, fit: Fit, ordering: Ordering | None = None) -> str:
        """The line above the rows; an arrow shows by which column they are sorted, and how."""
        arrow = " ↓" if ordering and ordering.descending else " ↑"
        sorted_by = ordering.column if ordering else None
        return GAP.join(
            fit(column.name.capitalize() + (arrow if column is sorted_by else ""), cells)
            for column, cells in laid_out(self, width)
        )

    def row_text(self, row: ResourceRow, width: int, fit: Fit) -> str:
        """One row, safe to show, exactly `width` cells wide."""
        if row.problem:
            return fit(f"! unreadable · {shown_id(row.id)} · {one_line(row.problem)}", width)
        texts = [fit(column.text(row, cells), cells) for column, cells in laid_out(self, width)]
        return GAP.join(texts)


@lru_cache(maxsize=32)
def laid_out(spec: ListSpec, width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that are shown in a row of `width`, and the cells of each."""
    first, *others = spec.columns
    shown = [(column, cells) for column in others if (cells := column.width(width))]
    taken = sum(cells + len(GAP) for _, cells in shown)
    return ((first, width - taken), *shown)


def shown_name(row: ResourceRow) -> str:
    """The name as the list shows it; empty where something else stands in its place."""
    return "" if row.problem else visible_line(row.name)


@lru_cache(maxsize=4096)
def created_text(created_at: int | None) -> str:
    """Seconds since 1970 as `2026-08-01 12:30` in local time; `-` where there are none."""
    if created_at is None:
        return "-"
    try:
        return datetime.fromtimestamp(created_at).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return str(created_at)


NAME = Column(
    "name",
    lambda row, cells: shown_name(row) or f"(no name) {shown_id(row.id)}",
    lambda row: fold(row.name),
)
"""What an object is called, or its id; the first column of kinds of objects that have names."""
CREATED = Column(
    "created",
    lambda row, cells: created_text(row.created_at)[:cells],
    lambda row: row.created_at,
    widths=((70, 10), (100, 16)),
)
"""When an object was created: the day, or the minute where there is room."""
AS_SERVED = Ordering(CREATED)
"""The order in which servers list: the newest first."""
