"""The assistants that a person has marked, to do one thing to all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant_tui.core.listing import Row


@dataclass(frozen=True)
class Marks:
    """An immutable set of rows by id: kept through filter, sort and paging, whatever is shown."""

    rows: Mapping[str, Row] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, assistant_id: str) -> bool:
        return assistant_id in self.rows

    def listed(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """The marked rows: those among `rows` in their order and as they are there, then others."""
        here = {row.id: row for row in rows if row.id in self.rows}
        return (*here.values(), *(row for id, row in self.rows.items() if id not in here))

    def toggled(self, row: Row) -> "Marks":
        """Mark a row, or unmark it."""
        if row.id in self.rows:
            return self.without([row.id])
        return Marks({**self.rows, row.id: row})

    def inverted(self, rows: Iterable[Row]) -> "Marks":
        """Mark those of the rows that are not marked, and unmark those that are."""
        turned = {row.id: row for row in rows}
        kept = {id: row for id, row in self.rows.items() if id not in turned}
        return Marks({**kept, **{i: row for i, row in turned.items() if i not in self.rows}})

    def with_all(self, rows: Iterable[Row]) -> "Marks":
        """Mark all of the rows."""
        return Marks({**self.rows, **{row.id: row for row in rows}})

    def without(self, assistant_ids: Iterable[str]) -> "Marks":
        """Unmark some."""
        gone = set(assistant_ids)
        return Marks({id: row for id, row in self.rows.items() if id not in gone})
