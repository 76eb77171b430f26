"""Which assistant a person means while filters and orders move the rows; no screen needed."""

from typing import NamedTuple, Self

from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing


class Meant(NamedTuple):
    """The assistant that a person went to last, also while a filter hides it."""

    assistant_id: str | None = None

    def at(self, row: ResourceRow | None) -> Self:
        """Another one; the same where there is none."""
        return self if row is None else self._replace(assistant_id=row.id)

    def go_on(
        self, old: ResourceRow | None, cursor: int, view: FilteredListing
    ) -> tuple[Self, int]:
        """Where the cursor goes in another view, having been on a row.

        To what is meant; else it stays on its row, or goes to the top until what is meant is shown
        again; where that is gone from the server, to its neighbour, who has its place.
        """
        meant = self if self.assistant_id else self.at(old)
        if meant.assistant_id is None:
            return meant, 0
        for assistant_id in (meant.assistant_id, old and old.id):
            if (position := view.position(assistant_id)) is not None:
                return meant, position
        if view.listing.row(meant.assistant_id) is not None:
            return meant, 0
        return self._replace(assistant_id=None), cursor
