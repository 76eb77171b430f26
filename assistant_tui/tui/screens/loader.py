"""Keeps the main screen's listing fed: connects, loads, loads further, loads anew."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.listing import Listing

if TYPE_CHECKING:
    from assistant_tui.catalog.catalog import Catalog

Connect = Callable[[], Awaitable["Catalog"]]


class Shelf(Protocol):
    """Where the loader puts what it loaded."""

    listing: Listing

    def load_started(self) -> None:
        """Something is being loaded."""

    def load_ended(self) -> None:
        """The listing is what the server has."""

    def load_failed(self, error: ServiceError) -> None:
        """It could not be loaded; the listing is as it was."""


class Loader:
    """The only one who asks for pages; what is no longer wanted when it arrives is dropped."""

    def __init__(self, shelf: Shelf, connect: Connect) -> None:
        self._shelf = shelf
        self._connect = connect
        self._connecting = asyncio.Lock()
        self._reloading = False
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
        if self._reloading:
            return
        self._reloading = True
        self._shelf.load_started()
        try:
            catalog = await self.connected()
            listing = await self._reloaded(catalog)
        except ServiceError as error:
            self._shelf.load_failed(error)
            return
        finally:
            self._reloading = False
        self._shelf.listing = listing
        self._shelf.load_ended()
        missed, self._missed = self._missed, None
        if missed is not None and missed == listing.cursor and not listing.exhausted:
            await self.extend(missed)
        await asyncio.to_thread(catalog.remember, listing)

    async def _reloaded(self, catalog: "Catalog") -> Listing:
        """The rows anew; once more if one was saved or deleted while the answer was on its way."""
        while True:
            before = self._shelf.listing
            listing = await catalog.reload(0 if before.remembered else len(before))
            if self._shelf.listing is before:
                return listing

    async def extend(self, after: str) -> None:
        """Load the page after an id; dropped if the listing has moved on when it arrives."""
        if self.catalog is None or self._reloading:
            self._missed = after
            return
        try:
            page = await self.catalog.page(after)
        except ServiceError as error:
            self._missed = after
            self._shelf.load_failed(error)
            return
        if self._shelf.listing.cursor == page.after and not self._reloading:
            self._shelf.listing = self._shelf.listing.extended(page)
            self._shelf.load_ended()

    async def close(self) -> None:
        """Keep the first rows for the next start, and close the connection."""
        if self.catalog is not None:
            if not self._shelf.listing.remembered:
                await asyncio.to_thread(self.catalog.remember, self._shelf.listing)
            await self.catalog.close()
