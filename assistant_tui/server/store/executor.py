"""Runs the blocking calls of a store in threads, so that the event loop goes on."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakSet

from starlette.concurrency import run_in_threadpool

from assistant_tui.server.errors import CallerGone, ServerBusy
from assistant_tui.server.store.sqlite_store import BUSY_SECONDS, READERS

Result = TypeVar("Result")
Task = asyncio.Task[Any]


class StoreExecutor:
    """Runs up to READERS reads at once, and one write and one search beside them.

    Neither writers nor searches hold up a reader. A write of a client that leaves before it is its
    turn is not done; one that was begun is done to its end.
    """

    def __init__(self) -> None:
        self._reading = asyncio.Semaphore(READERS)
        self._writing = asyncio.Semaphore(1)
        self._searching = asyncio.Semaphore(1)
        self._left = WeakSet[Task]()
        """The tasks whose clients have left."""
        self._waiting: set[Task] = set()
        """The tasks that wait for the turn of a write."""

    async def read(self, call: Callable[[], Result]) -> Result:
        """Run `call` as soon as one of the reading threads is free."""
        async with self._reading:
            return await run_in_threadpool(call)

    async def search(self, call: Callable[[], Result]) -> Result:
        """Run a text search, which may take longer than a read, after those before it."""
        async with self._searching:
            return await run_in_threadpool(call)

    async def write(
        self, call: Callable[[], Result], at_turn: Callable[[], None] = lambda: None
    ) -> Result:
        """Run `call` after the writes that came before it.

        Args:
            call: the write.
            at_turn: called on the event loop when it is the turn of the write.

        Raises:
            ServerBusy: the writes before took longer than BUSY_SECONDS; `call` was not begun then.
            CallerGone: see :meth:`waiting_for_turn`.
        """
        try:
            with self.waiting_for_turn():
                async with asyncio.timeout(BUSY_SECONDS):
                    await self._writing.acquire()
        except TimeoutError:
            raise ServerBusy("The store is busy with other writes; nothing was changed.") from None
        try:
            at_turn()
            return await run_in_threadpool(call)
        finally:
            self._writing.release()

    @contextmanager
    def waiting_for_turn(self) -> Iterator[None]:
        """A wait of the current task that ends if its client leaves. Raises CallerGone."""
        task = asyncio.current_task()
        assert task is not None
        if task in self._left:
            raise CallerGone
        self._waiting.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task in self._left and task in self._waiting:
                task.uncancel()
                raise CallerGone from None
            raise
        finally:
            self._waiting.discard(task)

    def end_wait(self, task: Task) -> None:
        """Say that the turn of a task has come, which waits for its end from now on."""
        self._waiting.discard(task)

    def leave(self, task: Task) -> None:
        """Say that the client of a task has left, so that no write is begun for it any more."""
        self._left.add(task)
        if task in self._waiting:
            task.cancel()
