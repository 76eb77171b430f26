"""Asks for pages before anybody needs them, behind ids at which pages ended an earlier time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from assistant_tui.core.errors import Invalid
from assistant_tui.core.listing import Page

MOST = 8
"""Requests under way at once."""
ROOM = 40_000_000
"""Bytes of all that is under way, as far as the pages before tell: long ones come a few at once."""

Ask = Callable[[str | None], Awaitable[Page]]
"""Asks for the page behind an id; None asks for the first. Raises ServiceError."""


class Ahead:
    """The pages of a walk from the top; those behind a seam, a remembered id, are asked for early.

    Nothing is taken on trust: a page counts once the walk has come to its seam, so that one behind
    an id that is gone by now is never looked at.
    """

    def __init__(self, ask: Ask, early: Ask, seams: Iterable[str], longest: int = 1) -> None:
        """`longest` is how many bytes a page may well have, as far as is known."""
        self._ask = ask
        self._ask_early = early
        self._left = deque(seams)
        self._seams = frozenset(self._left)
        self._pages: dict[str | None, asyncio.Task[Page]] = {}
        self._running: set[asyncio.Task[Page]] = set()
        self._others = 0
        """Requests under way that were not early."""
        self._longest = longest
        """Bytes of the longest page so far."""

    async def page(self, after: str | None) -> Page:
        """The page behind an id, up to the last seam in it, behind which the next is on its way.

        Raises:
            ServiceError: there is no such page.
        """
        page = await self._early(after) or await self._now(after)
        seams = [at for at, row in enumerate(page.rows) if row.id in self._seams - {after}]
        if not seams or seams[-1] == len(page.rows) - 1:
            return page
        return page._replace(rows=page.rows[: seams[-1] + 1], has_more=True)

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
        self._longest = max(self._longest, sum(len(row.held) for row in page.rows))
        return page

    def _most(self) -> int:
        return max(1, min(MOST, ROOM // self._longest))

    def _fill(self) -> None:
        """Ask for as many pages as may be under way."""
        while self._left and len(self._running) + self._others < self._most():
            seam = self._left.popleft()
            task = self._pages[seam] = asyncio.ensure_future(self._weighed(self._ask_early, seam))
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
