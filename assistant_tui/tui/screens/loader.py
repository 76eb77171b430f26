"""Keeps the main screen's listing fed: connects, loads, loads further, loads anew."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from assistant_tui.core.errors import Forbidden, NotFound, ServiceError, Unauthorized
from assistant_tui.core.listing import Listing
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone
from assistant_tui.tui.screens import notices

if TYPE_CHECKING:
    from assistant_tui.catalog.catalog import Catalog

Connect = Callable[[], Awaitable["Catalog"]]


class Loader:
    """The only one who asks for pages; what is no longer wanted when it arrives is dropped."""

    def __init__(self, desk: Desk, connect: Connect) -> None:
        self._desk = desk
        self._connect = connect
        self._connecting = asyncio.Lock()
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        """No reload is under way."""
        self._asked_after: str | None = None
        """The cursor of the page that is on its way; the same page is not asked for twice."""
        self._missed: str | None = None
        """The cursor of a page that was asked for in vain; asked for again after a reload."""
        self.catalog: Catalog | None = None
        """None until the connection stands."""

    async def connected(self) -> "Catalog":
        """The open catalog, once there is one.

        Raises:
            ServiceError: it cannot be opened.
        """
        async with self._connecting:
            if self.catalog is None:
                self.catalog = await self._connect()
        return self.catalog

    async def reload(self) -> None:
        """Load as many rows as there are now, at least a page, and put them in the place of all."""
        if not self._at_rest.is_set():
            return
        self._at_rest.clear()
        self._started()
        try:
            catalog = await self.connected()
            listing = await self._reloaded(catalog)
        except ServiceError as error:
            self._failed(error)
            return
        finally:
            self._at_rest.set()
        self._desk.listing = listing
        self._ended(catalog)
        missed, self._missed = self._missed, None
        if missed is not None and missed == listing.cursor and not listing.exhausted:
            await self.extend(missed)
        await asyncio.to_thread(catalog.remember, listing)

    async def _reloaded(self, catalog: "Catalog") -> Listing:
        """The rows anew; once more if one was saved or deleted while the answer was on its way."""
        while True:
            before = self._desk.listing
            listing = await catalog.reload(0 if before.remembered else len(before))
            if self._desk.listing is before:
                return listing

    async def extend(self, after: str) -> None:
        """Load the page after an id; dropped if the listing has moved on when it arrives."""
        catalog = self.catalog
        if catalog is None or not self._at_rest.is_set():
            self._missed = after
            return
        if after == self._asked_after or after != self._desk.listing.cursor:
            return  # It is on its way, or has come already.
        self._asked_after = after
        try:
            page = await catalog.page(after, self._desk.listing)
        except NotFound:
            await self.reload()
            return
        except ServiceError as error:
            self._missed = after
            self._failed(error)
            return
        finally:
            self._asked_after = None
        if self._desk.listing.cursor == page.after and self._at_rest.is_set():
            self._desk.listing = self._desk.listing.extended(page)
            self._ended(catalog)

    async def load_all(self) -> None:
        """Have all come that is missing; a failure ends it, and what is there stays."""
        try:
            catalog = await self.connected()
            while not self._desk.listing.exhausted and await self._walk(catalog):
                await self._at_rest.wait()
        except ServiceError as error:
            self._missed = self._desk.listing.cursor
            self._failed(error)
        else:
            self._ended(catalog)

    async def _walk(self, catalog: "Catalog") -> bool:
        """Take what comes; True where the listing became another meanwhile, and all is asked anew.

        The next answers are on their way while one is taken.
        """
        walked = self._desk.listing
        self._say_progress()
        async with aclosing(catalog.walk(walked)) as listings:
            async for listing in listings:
                if self._desk.listing is not walked or not self._at_rest.is_set():
                    return True
                self._desk.listing = listing
                walked = self._desk.listing
                self._say_progress()
        return False

    def _say_progress(self) -> None:
        count = len(self._desk.listing.loaded)
        self._desk.say_passing(f"Loading all… {count:,} so far", Tone.WORKING)

    def _started(self) -> None:
        self._desk.notice = notices.LOADING
        if self._desk.listing.rows and not self._desk.listing.remembered:
            self._desk.say_passing("Loading…", Tone.WORKING)

    def _ended(self, catalog: "Catalog") -> None:
        self._desk.notice = notices.empty(writable=not self._desk.profile.read_only)
        listing, remark = self._desk.listing, catalog.remark
        if listing.single_page:
            remark = notices.one_page(len(listing), self._desk.profile.page_size)
        self._desk.say_passing(remark, Tone.WARNING if remark else Tone.PLAIN)

    def _failed(self, error: ServiceError) -> None:
        """Keep what is there, and say which key helps; without a key, what is remembered goes."""
        if self._desk.listing.remembered and isinstance(error, Unauthorized | Forbidden):
            self._desk.listing = Listing()
        self._desk.notice = notices.failed(error, self._desk.profile)
        if self._desk.listing.rows:
            self._desk.say_passing(f"{error.title}: {error} · r tries again", Tone.ERROR)

    async def close(self) -> None:
        """Keep the first rows for the next start, and close the connection."""
        if self.catalog is not None:
            if not self._desk.listing.remembered:
                await asyncio.to_thread(self.catalog.remember, self._desk.listing)
            await self.catalog.close()
