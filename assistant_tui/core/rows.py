"""The rows of a list, and the set of rows that a person has marked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from assistant_tui.core.labels import NO_ID, label_of


class StoredText(Protocol):
    """A text that is kept outside of memory; it is equal to the same text as a str."""

    def __len__(self) -> int:
        """Its length in bytes."""
        ...

    def read(self) -> str:
        """The text itself."""
        ...


RowText = str | StoredText


class Summary(Protocol):
    """What a list shows of one object, beside what every row has: a class for each kind."""

    @property
    def name(self) -> str:
        """What the object is called; empty where it has no name."""
        ...


class NameSummary(NamedTuple):
    """The summary of kinds of objects of which no more than the name is of use."""

    name: str = ""


class ResourceRow(NamedTuple):
    """One object in a list: what every kind of object has, and the summary of its kind."""

    id: str
    created_at: int | None
    """Unix seconds; None where the server sent none."""
    stored_text: RowText
    """The whole object as the server sent it; a long one is read back when it is needed."""
    problem: str = ""
    """Why this object does not fit the API; empty for a sound one."""
    summary: Summary = NameSummary()

    @property
    def name(self) -> str:
        """What the object is called; empty where it has no name."""
        return self.summary.name

    @property
    def label(self) -> str:
        """The id and the beginning of the name, in a line that is safe to show."""
        return label_of(self.id, self.name)

    @property
    def text(self) -> str:
        """The whole object as the server sent it."""
        stored = self.stored_text
        return stored if isinstance(stored, str) else stored.read()

    @property
    def has_id(self) -> bool:
        """Whether a server can be asked for this object."""
        return not self.id.startswith(NO_ID)


@dataclass(frozen=True)
class Marks:
    """An immutable set of rows by id: kept through filter, sort and paging, whatever is shown."""

    rows: Mapping[str, ResourceRow] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, row_id: str) -> bool:
        return row_id in self.rows

    def listed(self, rows: Sequence[ResourceRow]) -> tuple[ResourceRow, ...]:
        """The marked rows: those among `rows` in their order and as they are there, then others."""
        here = {row.id: row for row in rows if row.id in self.rows}
        return (*here.values(), *(row for id, row in self.rows.items() if id not in here))

    def toggled(self, row: ResourceRow) -> "Marks":
        """Mark a row, or unmark it."""
        if row.id in self.rows:
            return self.without([row.id])
        return Marks({**self.rows, row.id: row})

    def inverted(self, rows: Iterable[ResourceRow]) -> "Marks":
        """Mark those of the rows that are not marked, and unmark those that are."""
        turned = {row.id: row for row in rows}
        kept = {id: row for id, row in self.rows.items() if id not in turned}
        return Marks({**kept, **{i: row for i, row in turned.items() if i not in self.rows}})

    def with_all(self, rows: Iterable[ResourceRow]) -> "Marks":
        """Mark all of the rows."""
        return Marks({**self.rows, **{row.id: row for row in rows}})

    def without(self, ids: Iterable[str]) -> "Marks":
        """Unmark some."""
        gone = set(ids)
        return Marks({id: row for id, row in self.rows.items() if id not in gone})
