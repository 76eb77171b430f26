"""Loads a whole list: from both ends at once, or prefetched at the cached checkpoints."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Invalid, NotFound
from assistant_tui.core.listing import Listing, Page
from assistant_tui.core.resource import Capability
from assistant_tui.services.fetching import check_present, fetch_page

MAX_REQUESTS = 8
"""Requests under way at once."""
MAX_BYTES = 40_000_000
"""Bytes of all that is under way, as far as the pages before tell: long ones come a few at once."""

Ask = Callable[[str | None], Awaitable[Page]]
"""Requests the page behind an id; None requests the first. Raises ServiceError."""


class Prefetcher:
    """Prefetches the pages behind the checkpoints: ids at which pages ended an earlier time.

    A page counts once the listing has come to its checkpoint, so that one behind an id that is
    gone by now is never looked at.
    """

    def __init__(self, ask: Ask, early: Ask, checkpoints: Iterable[str], longest: int = 1) -> None:
        """Touches nothing until the first page is asked for.

        Args:
            ask: requests a page that is needed now.
            early: requests a page that may be needed.
            checkpoints: ids in the order of the list.
            longest: how many bytes a page may well have, as far as is known.
        """
        self._ask = ask
        self._ask_early = early
        self._checkpoints_left = deque(checkpoints)
        self._checkpoints = frozenset(self._checkpoints_left)
        self._pages: dict[str | None, asyncio.Task[Page]] = {}
        self._running: set[asyncio.Task[Page]] = set()
        self._others = 0
        """Requests under way that prefetch nothing."""
        self._longest = longest
        """Bytes of the longest page so far."""

    async def page(self, after: str | None) -> Page:
        """The page behind an id, up to the last checkpoint in it: the next is prefetched.

        Raises:
            ServiceError: there is no such page.
        """
        page = await self._prefetched(after) or await self._fetch_now(after)
        checkpoints = [
            at for at, row in enumerate(page.rows) if row.id in self._checkpoints - {after}
        ]
        if not checkpoints or checkpoints[-1] == len(page.rows) - 1:
            return page
        return page._replace(rows=page.rows[: checkpoints[-1] + 1], has_more=True)

    async def _prefetched(self, after: str | None) -> Page | None:
        """The prefetched page; None if there is none, or if the server refused it."""
        task = self._pages.pop(after, None)
        if task is not None:
            with suppress(Invalid):
                return await task
        return None

    async def _fetch_now(self, after: str | None) -> Page:
        self._others += 1
        try:
            self._start_requests()
            while len(self._running) >= self._max_running():
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            return await self._fetch_measured(self._ask, after)
        finally:
            self._others -= 1
            self._start_requests()

    async def _fetch_measured(self, ask: Ask, after: str | None) -> Page:
        page = await ask(after)
        self._longest = max(self._longest, sum(len(row.stored_text) for row in page.rows))
        return page

    def _max_running(self) -> int:
        return max(1, min(MAX_REQUESTS, MAX_BYTES // self._longest))

    def _start_requests(self) -> None:
        """Request as many pages as may be under way at once."""
        while self._checkpoints_left and len(self._running) + self._others < self._max_running():
            checkpoint = self._checkpoints_left.popleft()
            task = self._pages[checkpoint] = asyncio.ensure_future(
                self._fetch_measured(self._ask_early, checkpoint)
            )
            self._running.add(task)
            task.add_done_callback(self._finish_request)

    def _finish_request(self, task: "asyncio.Task[Page]") -> None:
        self._running.discard(task)
        self._start_requests()

    async def close(self) -> None:
        """Cancel the requests that are under way."""
        self._checkpoints_left.clear()
        for task in self._pages.values():
            task.cancel()
        await asyncio.gather(*self._pages.values(), return_exceptions=True)


LIMIT = 100
"""Rows a page: the most that the API allows."""

_TOP, _END = "top", "end"


class _Answer(NamedTuple):
    """What a request for the next page has brought."""

    page: Page
    kept: int = 0
    """How many of the listing's rows it follows: not all of them where the last ones are gone."""


async def load_all(
    client: AssistantsClient, listing: Listing, checkpoints: Sequence[str] = ()
) -> AsyncGenerator[Listing, None]:
    """Yield the listing with each answer, until all is there or no answer brings more.

    Where one end brings no more, the other one goes on. What is loaded is not asked for again.
    The next requests are sent before a listing is yielded; closing the generator cancels them.

    Args:
        client: asked for the pages.
        listing: what is loaded already.
        checkpoints: ids in the order of the list, a page apart, as they stood when it was last
            seen whole.

    Raises:
        ServiceError: after what came before was yielded; another call goes on from there.
    """
    loader = _FullListing(client, Listing() if listing.remembered else listing, checkpoints)
    try:
        loader.request_pages()
        while loader.pending and not loader.listing.complete:
            await loader.take_next()
            loader.request_pages()
            yield loader.listing
        if not loader.listing.ended:
            yield replace(loader.listing, back_ended=True)
    finally:
        await loader.close()


class _FullListing:
    """The listing as loaded so far, and the requests for more: one from the top, one from the end.

    Where the two ends differ, what comes from the top counts.
    """

    def __init__(
        self, client: AssistantsClient, listing: Listing, checkpoints: Sequence[str]
    ) -> None:
        self.listing = listing
        self.pending: dict[asyncio.Task[_Answer], str] = {}
        """The requests under way, with the end of the list that each is for."""
        known = [at for at, each in enumerate(checkpoints) if listing.position(each) is not None]
        beyond = checkpoints[known[-1] + 1 :] if known else checkpoints
        self._prefetcher = Prefetcher(self._ask, self._ask_early, beyond, _bytes_of_page(listing))
        self._client = client
        self._from_both_ends = not beyond
        self._end_stopped = listing.back_ended
        """The requests from the end bring no more."""
        self._ends_met = False
        """They have brought rows that the top had; where they differ, the top has to go on."""
        self._gone: set[str] = set()
        """Cursors that turned out to be gone; one that comes again is not given up again."""

    def request_pages(self) -> None:
        """Request the next page at each end where no request is under way."""
        if self.listing.complete:
            return
        ends = self.pending.values()
        if _TOP not in ends and not self.listing.single_page:
            self.pending[asyncio.ensure_future(self._next_from_top())] = _TOP
        wanted = self.listing.single_page or (self._from_both_ends and not self._ends_met)
        ascending = self._client.capabilities.can(Capability.ORDER)
        if _END not in ends and wanted and ascending and not self._end_stopped:
            self.pending[asyncio.ensure_future(self._next_from_end())] = _END

    async def take_next(self) -> None:
        """Put the next answer into the listing; a failure only where nothing else has come.

        Raises:
            ServiceError: the request failed.
        """
        done, _ = await asyncio.wait(self.pending, return_when=asyncio.FIRST_COMPLETED)
        in_order = [task for task in self.pending if task in done]
        task = min(in_order, key=lambda task: task.exception() is not None)
        self._take(self.pending.pop(task), task.result())

    async def close(self) -> None:
        """Cancel the requests that are under way."""
        for task in self.pending:
            task.cancel()
        await self._prefetcher.close()
        await asyncio.gather(*self.pending, return_exceptions=True)

    def _take(self, end: str, answer: _Answer) -> None:
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
            page = await self._prefetcher.page(after)
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
        """Put rows before the tail, and stop there once they brought nothing."""
        before = self.listing
        if page.after != before.back_cursor:
            return  # What came from the top has put what was there in order meanwhile.
        if page.after is None and (page.refused or not _is_ascending(page, before)):
            self._client.capabilities.learn_missing(Capability.ORDER)
            return
        self.listing = before.extended_back(page)
        self._ends_met |= any(before.position(row.id) is not None for row in page.rows)
        self._end_stopped = len(self.listing.back) == len(before.back)


def _bytes_of_page(listing: Listing) -> int:
    """How long a page may be, estimated from the rows that are there."""
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
