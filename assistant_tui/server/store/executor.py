"""Runs the blocking calls of a store in threads, so that the event loop goes on."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from assistant_tui.server.errors import ServerBusy
from assistant_tui.server.store.sqlite_store import BUSY_SECONDS, READERS

Result = TypeVar("Result")


class StoreExecutor:
    """Runs up to READERS reads at once, and one write and one search beside them.

    Neither writers nor searches hold up a reader.
    """

    def __init__(self) -> None:
        self._reading = asyncio.Semaphore(READERS)
        self._writing = asyncio.Semaphore(1)
        self._searching = asyncio.Semaphore(1)

    async def read(self, call: Callable[[], Result]) -> Result:
        """Run `call` as soon as one of the reading threads is free."""
        async with self._reading:
            return await run_in_threadpool(call)

    async def search(self, call: Callable[[], Result]) -> Result:
        """Run a text search, which may take longer than a read, after those before it."""
        async with self._searching:
            return await run_in_threadpool(call)

    async def write(self, call: Callable[[], Result]) -> Result:
        """Run `call` after the writes that came before it.

        Raises ServerBusy if these take longer than BUSY_SECONDS; `call` was not begun then.
        """
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._writing.acquire()
        except TimeoutError:
            raise ServerBusy("The store is busy with other writes; nothing was changed.") from None
        try:
            return await run_in_threadpool(call)
        finally:
            self._writing.release()
