"""In which order the rows are shown."""

from dataclasses import dataclass, replace
from enum import Enum

from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.matching import fold


class Column(Enum):
    """What rows can be sorted by, in the order in which a key goes through them."""

    CREATED = "created"
    NAME = "name"
    MODEL = "model"
    TOOLS = "tools"


SortValue = str | int
SortKey = tuple[bool, SortValue, int, ResourceRow]
"""What rows are sorted by; the place makes each one different, so that no rows are compared."""


@dataclass(frozen=True)
class Ordering:
    """A column and a direction; created, newest first, is how the server gave the rows."""

    column: Column = Column.CREATED
    descending: bool = True

    @property
    def as_served(self) -> bool:
        """Nothing is to be sorted."""
        return self.column is Column.CREATED and self.descending

    def next(self) -> "Ordering":
        """By the next column, as one expects it first: texts from A on, times from the newest."""
        columns = list(Column)
        column = columns[(columns.index(self.column) + 1) % len(columns)]
        return Ordering(column, descending=column is Column.CREATED)

    def reversed(self) -> "Ordering":
        """By the same column, in the other direction."""
        return replace(self, descending=not self.descending)

    def entry(self, row: ResourceRow, place: int) -> SortKey:
        """What a row is sorted by; rows alike stay in the order of their places as served.

        What has no value comes last in both directions, as does what could not be read.
        """
        value = None if row.problem else self._value(row)
        missing = value is None
        if self.descending:
            return (not missing, value if value is not None else 0, -place, row)
        return (missing, value if value is not None else 0, place, row)

    def _value(self, row: ResourceRow) -> SortValue | None:
        if self.column is Column.CREATED:
            return row.created_at
        return fold(row.summary.sort_text(self.column.value)) or None

    def __str__(self) -> str:
        """As the header says it."""
        if self.column is Column.CREATED:
            return "newest first" if self.descending else "oldest first"
        return f"by {self.column.value}, Z–A" if self.descending else f"by {self.column.value}"


AS_SERVED = Ordering()
"""The order in which servers list: the newest first."""
