"""Goes through the assistants of a server, no further than is asked for."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from assistant_tui.cli.session import Session
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.listing import Listing, Order
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.query import Query, QueryError, parse


def parse_filter(text: str | None) -> Query | None:
    """What `--filter` asks for. Raises ConfigurationError."""
    try:
        return None if text is None else parse(text)
    except QueryError as error:
        raise ConfigurationError(f"--filter: {error}") from None


class RowStream:
    """One way through a list, and what is to be known of it afterwards."""

    def __init__(self, session: Session, order: Order = "desc", query: Query | None = None) -> None:
        self._session = session
        self._order = order
        self._query = query
        """What the rows must be like that are given out."""
        self._listing = Listing()
        self._seen: list[str] = []
        """The ids that were looked at, in the order of the list."""
        self.given = 0
        """How many rows were given out."""
        self.code = 0
        """1 where the server kept some back, or gave them in another order."""

    @property
    def has_more(self) -> bool:
        """Whether the server may have more than was given out."""
        return not self._listing.complete or len(self._seen) < len(self._listing)

    async def rows(self, limit: int | None = None) -> AsyncGenerator[ResourceRow, None]:
        """The rows, at most so many. Raises ServiceError."""
        async with aclosing(self._listings(limit)) as listings:
            async for self._listing in listings:
                self._session.console.progress(f"{len(self._listing.loaded):,} assistants…")
                for row in self._wanted(self._fresh()):
                    yield row
                    if self.given == limit:
                        self._judge()
                        return
        for row in self._wanted(self._listing.tail):
            yield row
        self._judge()

    async def _listings(self, limit: int | None) -> AsyncGenerator[Listing, None]:
        """All in the quickest way; so many, or in another order, page by page."""
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

    def _fresh(self) -> Iterable[ResourceRow]:
        """The rows that were not looked at; the last ones may have gone, and others come."""
        rows, seen = self._listing.rows, self._seen
        while seen and (len(seen) > len(rows) or rows[len(seen) - 1].id != seen[-1]):
            seen.pop()
        for row in rows[len(seen) :]:
            seen.append(row.id)
            yield row

    def _wanted(self, rows: Iterable[ResourceRow]) -> Iterable[ResourceRow]:
        for row in rows:
            if self._query is None or self._query.matches(row):
                self.given += 1
                yield row

    def _judge(self) -> None:
        """Say what a person would take for granted, but this server does not do."""
        rows = self._listing.rows
        if self._listing.single_page and len(self._seen) == len(rows):
            self._tell("this server gives one page only; there may be more")
        ages = [row.created_at for row in rows if row.created_at is not None]
        if self._order == "asc" and ages and ages[0] > ages[-1]:
            self._tell("this server ignores the order: newest first")

    def _tell(self, sentence: str) -> None:
        self._session.console.note(sentence)
        self.code = 1
