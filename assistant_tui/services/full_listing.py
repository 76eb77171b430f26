"""Loads a whole list: from both ends at once, or prefetched at the cached checkpoints."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.capability import Capability
from assistant_tui.core.errors import Invalid, NotFound
from assistant_tui.core.listing import Listing, Page
from assistant_tui.services.fetching import check_present, fetch_page
from assistant_tui.services.flights import Flights

MAX_REQUESTS = 8
"""Requests under way at once."""
MAX_BYTES = 40_000_000
"""Bytes of all that is under way, as far as the pages before tell: long ones come a few at once."""

Ask = Callable[[str | None], Awaitable[Page]]
"""Asks for the page behind an id; None asks for the first. Raises ServiceError."""


class Prefetcher:
    """Prefetches the pages behind the checkpoints, ids at which pages ended an earlier time.

    A page counts once the listing has come to its checkpoint, so that one behind an id that is
    gone by now is never looked at.
    """

    def __init__(self, ask: Ask, early: Ask, checkpoints: Iterable[str], longest: int = 1) -> None:
        """`longest` is how many bytes a page may well have, as far as is known."""
        self._ask = ask
        self._ask_early = early
        self._left = deque(checkpoints)
        self._checkpoints = frozenset(self._left)
        self._pages: dict[str | None, asyncio.Task[Page]] = {}
        self._running: set[asyncio.Task[Page]] = set()
        self._others = 0
        """Requests under way that were not early."""
        self._longest = longest
        """Bytes of the longest page so far."""

    async def page(self, after: str | None) -> Page:
        """The page behind an id, up to the last checkpoint in it: the next is prefetched.

        Raises:
            ServiceError: there is no such page.
        """
        page = await self._early(after) or await self._now(after)
        checkpoints = [
            at for at, row in enumerate(page.rows) if row.id in self._checkpoints - {after}
        ]
        if not checkpoints or checkpoints[-1] == len(page.rows) - 1:
            return page
        return page._replace(rows=page.rows[: checkpoints[-1] + 1], has_more=True)

    async def _early(self, after: str | None) -> Page | None:
        """What was asked for early; None if nothing was, or if it was refused."""
        task = self._pages.pop(after, None)
        if task is not None:
            with suppress(Invalid):
                return await task
        return None

    async def _now(self, after: str | None) -> Page:
        self._others += 1
        try:
            self._fill()
            while len(self._running) >= self._most():
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            return await self._weighed(self._ask, after)
        finally:
            self._others -= 1
            self._fill()

    async def _weighed(self, ask: Ask, after: str | None) -> Page:
        page = await ask(after)
        self._longest = max(self._longest, sum(len(row.stored_text) for row in page.rows))
        return page

    def _most(self) -> int:
        return max(1, min(MAX_REQUESTS, MAX_BYTES // self._longest))

    def _fill(self) -> None:
        """Ask for as many pages as may be under way."""
        while self._left and len(self._running) + self._others < self._most():
            checkpoint = self._left.popleft()
            task = self._pages[checkpoint] = asyncio.ensure_future(
                self._weighed(self._ask_early, checkpoint)
            )
            self._running.add(task)
            task.add_done_callback(self._landed)

    def _landed(self, task: "asyncio.Task[Page]") -> None:
        self._running.discard(task)
        self._fill()

    async def close(self) -> None:
        """Give up what nobody waits for any more."""
        self._left.clear()
        for task in self._pages.values():
            task.cancel()
        await asyncio.gather(*self._pages.values(), return_exceptions=True)


LIMIT = 100
"""Rows a page: the most that the API allows."""

_TOP, _END = "top", "end"


class _Answer(NamedTuple):
    """One answer."""

    page: Page
    kept: int = 0
    """How many of the listing's rows it follows: not all of them where the last ones are gone."""


async def load_all(
    client: AssistantsClient, listing: Listing, checkpoints: Sequence[str] = ()
) -> AsyncGenerator[Listing, None]:
    """Yield the listing with each answer, until all is there or no answer brings more.

    What is loaded is not asked for again. `checkpoints` are ids in the order of the list, a page
    apart, as they stood when it was last seen whole. The next requests are sent before a
    listing is yielded; closing the generator gives them up.

    Raises:
        ServiceError: after what came before was yielded; another walk goes on from there.
    """
    walker = _FullListing(client, Listing() if listing.remembered else listing, checkpoints)
    try:
        async with Flights[_Answer]() as flights:
            walker.ask(flights)
            while flights and not walker.listing.complete:
                walker.take(*await flights.next())
                walker.ask(flights)
                yield walker.listing
    finally:
        await walker.prefetcher.close()


class _FullListing:
    """Where a walk stands; the way from the top tells what is right, that from the end helps."""

    def __init__(
        self, client: AssistantsClient, listing: Listing, checkpoints: Sequence[str]
    ) -> None:
        self.listing = listing
        known = [
            at
            for at, checkpoint in enumerate(checkpoints)
            if listing.position(checkpoint) is not None
        ]
        beyond = checkpoints[known[-1] + 1 :] if known else checkpoints
        self.prefetcher = Prefetcher(self._ask, self._ask_early, beyond, _bytes_of_page(listing))
        self._client = client
        self._from_end = not beyond and (not listing.exhausted or bool(listing.back))
        self._gone: set[str] = set()
        """Cursors that turned out to be gone; one that comes again is not given up again."""

    def ask(self, flights: Flights[_Answer]) -> None:
        """Ask for the next page from each end where none is under way."""
        if self.listing.complete:
            return
        if _TOP not in flights and not self.listing.single_page:
            flights.start(_TOP, self._next_from_top())
        if (
            _END not in flights
            and self._from_end
            and self._client.capabilities.can(Capability.ORDER)
        ):
            flights.start(_END, self._next_from_end())

    def take(self, end: str, answer: _Answer) -> None:
        """Put an answer into the listing."""
        if end == _END:
            self._take_from_end(answer.page)
        else:
            kept = replace(self.listing, rows=self.listing.rows.first(answer.kept))
            self.listing = kept.extended(answer.page)

    async def _ask(self, after: str | None) -> Page:
        return await fetch_page(self._client, after, LIMIT)

    async def _ask_early(self, after: str | None) -> Page:
        return await self._client.list(limit=LIMIT, after=after)

    async def _next_from_top(self) -> _Answer:
        """The page behind the rows; the more of them are gone, the longer the steps back up."""
        rows, step = self.listing.rows, 1
        while (page := await self._fetch_page(Listing(rows))) is None:
            rows, step = rows.first(max(len(rows) - step, 0)), step * 2
        return _Answer(page, len(rows))

    async def _fetch_page(self, listing: Listing) -> Page | None:
        """The page behind some rows; None where the last of them is gone."""
        after = listing.cursor
        try:
            page = await self.prefetcher.page(after)
            if after is None or not _starts_anew(page, listing):
                return page
            if after not in self._gone:
                await check_present(self._client, after)
        except NotFound:
            if after is None:
                raise
            if after in self._gone:
                return Page((), None, after, LIMIT, refused=True)
            self._gone.add(after)
            return None
        return _without_news_on_top(page, listing)

    async def _next_from_end(self) -> _Answer:
        after = self.listing.back_cursor
        try:
            return _Answer(await self._client.list(limit=LIMIT, order="asc", after=after))
        except Invalid:
            return _Answer(Page((), None, after, LIMIT, refused=True))

    def _take_from_end(self, page: Page) -> None:
        """Put rows before the tail, and stop there once they met the rows or brought nothing."""
        before = self.listing
        if page.after != before.back_cursor:
            return  # The way from the top has put what was there in order meanwhile.
        if page.after is None and (page.refused or not _is_ascending(page, before)):
            self._client.capabilities.learn_missing(Capability.ORDER)
            return
        self.listing = before.extended_back(page)
        met = any(before.position(row.id) is not None for row in page.rows)
        self._from_end = not met and len(self.listing.back) > len(before.back)


def _bytes_of_page(listing: Listing) -> int:
    """How long a page may be, told by the rows that are there."""
    known = [len(row.stored_text) for row in listing.rows[-LIMIT:]]
    return max(sum(known) * LIMIT // len(known), 1) if known else 1


def _starts_anew(page: Page, listing: Listing) -> bool:
    """Whether a page is from above its cursor, as that of a cursor that is not known may be."""
    cursor = listing.position(listing.cursor)
    if cursor is None or not page.rows:
        return False
    places = [listing.position(row.id) for row in page.rows]
    if any(place is not None and place < cursor for place in places):
        return True
    first, last, top = (
        page.rows[0].created_at,
        listing.rows[-1].created_at,
        listing.rows[0].created_at,
    )
    if first is None or last is None or top is None:
        return False
    return last <= top < first


def _without_news_on_top(page: Page, listing: Listing) -> Page:
    """A page from above its cursor, without what is new there: it does not follow the rows."""
    known = [at for at, row in enumerate(page.rows) if listing.position(row.id) is not None]
    last = max(known, default=-1)
    kept = [row for at, row in enumerate(page.rows) if at in known or at > last]
    return page._replace(rows=tuple(kept))


def _is_ascending(page: Page, listing: Listing) -> bool:
    """Whether a page can be from a list that begins with its oldest assistant."""
    times = [row.created_at for row in page.rows if row.created_at is not None]
    places = [place for row in page.rows if (place := listing.position(row.id)) is not None]
    return times == sorted(times) and places == sorted(places, reverse=True)
