"""Goes through the assistants of a server, page by page, no further than is asked for."""

from collections.abc import AsyncIterator

from assistant_tui.commands.session import Session
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.listing import Listing, Order, Row
from assistant_tui.core.query import Query, QueryError, parse


def query_of(text: str | None) -> Query | None:
    """What `--filter` asks for. Raises ConfigurationError."""
    try:
        return None if text is None else parse(text)
    except QueryError as error:
        raise ConfigurationError(f"--filter: {error}") from None


class Walk:
    """One way through a list, and what is to be known of it afterwards."""

    def __init__(self, session: Session, order: Order = "desc", query: Query | None = None) -> None:
        self._session = session
        self._order = order
        self._query = query
        """What the rows must be like that are given out."""
        self._listing = Listing()
        self._seen = 0
        self.given = 0
        """How many rows were given out."""
        self.code = 0
        """1 where the server kept some back, or gave them in another order."""

    @property
    def may_go_on(self) -> bool:
        """Whether the server may have more than was given out."""
        return not self._listing.complete or self._seen < len(self._listing)

    async def rows(self, limit: int | None = None) -> AsyncIterator[Row]:
        """The rows, at most so many. Raises ServiceError."""
        catalog, console = self._session.catalog, self._session.console
        while not self._listing.exhausted:
            page = await catalog.page(self._listing.cursor, self._listing, order=self._order)
            self._listing = self._listing.extended(page)
            console.progress(f"{len(self._listing):,} assistants…")
            for row in self._listing.rows[self._seen :]:
                self._seen += 1
                if self._query is not None and not self._query.matches(row):
                    continue
                self.given += 1
                yield row
                if self.given == limit:
                    self._judge()
                    return
        self._judge()

    def _judge(self) -> None:
        """Say what a person would take for granted, but this server does not do."""
        if self._listing.single_page and self._seen == len(self._listing):
            self._tell("this server gives one page only; there may be more")
        ages = [row.created_at for row in self._listing.rows if row.created_at is not None]
        if self._order == "asc" and ages and ages[0] > ages[-1]:
            self._tell("this server ignores the order: newest first")

    def _tell(self, sentence: str) -> None:
        self._session.console.note(sentence)
        self.code = 1
