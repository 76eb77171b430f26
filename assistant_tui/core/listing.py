"""The list as the program knows it: an immutable snapshot that grows page by page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

NO_ID = "(no id)"
"""How the stand-in for a missing id begins; no server is ever asked for one."""


class Row(NamedTuple):
    """What the list shows of one assistant, and its JSON as received."""

    id: str
    name: str
    model: str
    tools: tuple[str, ...]
    """The tools' types, in their order."""
    created_at: int | None
    """Unix seconds; None where the server told none."""
    text: str
    """The whole object as the server sent it."""
    problem: str = ""
    """Why this object does not fit the API; empty for a sound one."""

    @property
    def has_id(self) -> bool:
        """Whether a server can be asked for this assistant."""
        return not self.id.startswith(NO_ID)


class Page(NamedTuple):
    """One answer to a list request."""

    rows: tuple[Row, ...]
    has_more: bool | None
    """None where the server did not say."""
    after: str | None = None
    """The cursor that was asked with; None for the first page."""
    limit: int = 50
    refused: bool = False
    """The server does not take the cursor."""


@dataclass(frozen=True)
class Listing:
    """The rows loaded so far, newest first as the server gave them."""

    rows: tuple[Row, ...] = ()
    complete: bool = False
    """Every assistant of the server is among the rows."""
    single_page: bool = False
    """The server cannot page: what lies beyond the rows cannot be had from it."""
    remembered: bool = False
    """The rows are from an earlier run; the server has not answered yet."""

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {row.id: position for position, row in enumerate(self.rows)}

    def __len__(self) -> int:
        return len(self.rows)

    def position(self, assistant_id: str | None) -> int | None:
        """Where an assistant stands, counted from 0; None if it is not loaded."""
        return self._positions.get(assistant_id) if assistant_id is not None else None

    def row(self, assistant_id: str | None) -> Row | None:
        """The row of an assistant; None if it is not loaded."""
        position = self.position(assistant_id)
        return None if position is None else self.rows[position]

    @property
    def cursor(self) -> str | None:
        """The `after` of the next page: the last id."""
        return next((row.id for row in reversed(self.rows) if row.has_id), None)

    @property
    def exhausted(self) -> bool:
        """No further page is worth asking for."""
        return self.complete or self.single_page

    def extended(self, page: Page) -> "Listing":
        """Add the page that follows.

        A page without a new id ends the walk: an empty one means that all is loaded, a repeated
        one that the server ignores the cursor. Where `has_more` is false or missing on a full
        page the next page is asked for before "all" is claimed, since some servers never say true.
        """
        if page.refused:
            return replace(self, single_page=True, remembered=False)
        fresh = self._unseen(page.rows)
        if fresh:
            more = page.has_more or len(page.rows) >= page.limit
            return Listing(rows=self.rows + fresh, complete=not more)
        repeated = bool(page.rows)
        cut = page.has_more or len(self.rows) == page.limit
        single_page = repeated and bool(cut)
        return Listing(rows=self.rows, complete=not single_page, single_page=single_page)

    def _unseen(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        fresh = {row.id: row for row in rows if row.id not in self._positions}
        return tuple(fresh.values())

    def with_row(self, row: Row) -> "Listing":
        """Put a row in the place of the one with its id, or first if it is new."""
        position = self.position(row.id)
        if position is None:
            return replace(self, rows=(row, *self.rows))
        return replace(self, rows=(*self.rows[:position], row, *self.rows[position + 1 :]))

    def without(self, assistant_ids: Iterable[str]) -> "Listing":
        """Leave out some assistants."""
        gone = set(assistant_ids)
        return replace(self, rows=tuple(row for row in self.rows if row.id not in gone))

    def neighbour(self, assistant_id: str) -> str | None:
        """The id to highlight when this one goes: the next row's, else the one before."""
        position = self.position(assistant_id)
        if position is None:
            return self.rows[0].id if self.rows else None
        beside = (
            self.rows[position + 1 : position + 2] or self.rows[max(position - 1, 0) : position]
        )
        return beside[0].id if beside else None

    def count(self, position: int, page_size: int) -> str:
        """Say which page of how many rows the cursor is on: `51–100 of 120+`, `1–9 of 9 (all)`.

        Empty while nothing is known.
        """
        if not self.rows:
            return "0 (all)" if self.complete else ""
        first = position // page_size * page_size
        last = min(first + page_size, len(self.rows))
        total = f"{len(self.rows):,}" + (" (all)" if self.complete else "+")
        return f"{first + 1:,}–{last:,} of {total}"
