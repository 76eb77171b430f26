"""Yields the assistants of a server for `list` and `export`, and fetches no more than is needed."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from assistant_tui.cli.session import Session
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.assistants.summary import ASSISTANT_LIST
from assistant_tui.core.listing import Listing, Order
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.query import Query, QueryError, parse


def parse_filter(text: str | None) -> Query | None:
    """The query in `--filter`; None without that option. Raises ConfigurationError."""
    if text is None:
        return None
    try:
        query = parse(text, ASSISTANT_LIST)
    except QueryError as error:
        raise ConfigurationError(f"--filter: {error}") from None
    if wrong := query.mistaken:
        allowed = " ".join(f"{each}:" for each in (*ASSISTANT_LIST.qualifiers, "meta.KEY"))
        raise ConfigurationError(
            f"--filter: {wrong} is no qualifier; allowed: {allowed}; "
            "a word with a colon stands in double quotes"
        )
    return query


class RowStream:
    """One pass over a list; counts what it yielded, and notes where the server deviated."""

    def __init__(self, session: Session, order: Order = "desc", query: Query | None = None) -> None:
        self._session = session
        self._order = order
        self._query = query
        """Only rows that match it are yielded; None for all."""
        self._listing = Listing()
        self._seen: list[str] = []
        """The ids of the rows that were examined, in the order of the list."""
        self.yielded = 0
        """How many rows were yielded."""
        self.exit_code = 0
        """The exit code: 1 if the server withheld rows, or ignored the order, else 0."""

    @property
    def has_more(self) -> bool:
        """Whether the server may have more rows than were yielded."""
        return not self._listing.complete or len(self._seen) < len(self._listing)

    async def rows(self, limit: int | None = None) -> AsyncGenerator[ResourceRow, None]:
        """The matching rows, at most `limit`. Raises ServiceError."""
        async with aclosing(self._listings(limit)) as listings:
            async for self._listing in listings:
                self._session.console.progress(f"{len(self._listing.loaded):,} assistants…")
                for row in self._matching(self._unseen()):
                    yield row
                    if self.yielded == limit:
                        self._note_deviations()
                        return
        for row in self._matching(self._listing.tail):
            yield row
            if self.yielded == limit:
                break
        self._note_deviations()

    async def _listings(self, limit: int | None) -> AsyncGenerator[Listing, None]:
        """Growing listings: prefetched if all rows are wanted newest first, else page by page.

        Where the server gives no further page in this order, the rest comes in the other one.
        """
        service, listing = self._session.service, Listing()
        if limit is None and self._order == "desc":
            async with aclosing(service.load_all(listing)) as listings:
                async for listing in listings:
                    yield listing
            return
        while not listing.exhausted:
            page = await service.page(listing.cursor, listing, order=self._order)
            listing = listing.extended(page)
            yield listing
        if not listing.single_page:
            return
        if self._order == "asc":
            newest_first = Listing()
            async for newest_first in service.load_all(Listing()):
                self._session.console.progress(f"{len(newest_first.loaded):,} assistants…")
            yield _oldest_first(listing, newest_first)
            return
        async with aclosing(service.load_all(listing)) as listings:
            async for listing in listings:
                yield listing

    def _unseen(self) -> Iterable[ResourceRow]:
        """The rows that were not examined yet; rows at the end may have been replaced meanwhile."""
        rows, seen = self._listing.rows, self._seen
        while seen and (len(seen) > len(rows) or rows[len(seen) - 1].id != seen[-1]):
            seen.pop()
        for row in rows[len(seen) :]:
            seen.append(row.id)
            yield row

    def _matching(self, rows: Iterable[ResourceRow]) -> Iterable[ResourceRow]:
        for row in rows:
            if self._query is None or self._query.matches(row):
                self.yielded += 1
                yield row

    def _note_deviations(self) -> None:
        """Note what this server does not do: further pages, or the order that was asked for."""
        rows = self._listing.rows
        if self._listing.single_page and len(self._seen) == len(rows):
            self._note("this server gives one page only; there may be more")
        ages = [row.created_at for row in rows if row.created_at is not None]
        if self._order == "asc" and ages and ages[0] > ages[-1]:
            self._note("this server ignores the order: newest first")

    def _note(self, sentence: str) -> None:
        self._session.console.note(sentence)
        self.exit_code = 1


def _oldest_first(begun: Listing, newest_first: Listing) -> Listing:
    """What begins with the oldest, gone on with by what was loaded in the other order."""
    left = [row for row in reversed(newest_first.loaded) if begun.row(row.id) is None]
    whole = newest_first.complete
    return Listing([*begun.rows, *left], complete=whole, single_page=not whole)
