"""Bounds many short waits, one after the other, by one timer of the event loop.

`asyncio.timeout` makes a timer for each wait and cancels it: two of them take as long as all else
that is done about a word of a stream. Here the timer of an earlier wait goes on, and is set anew
when it fires too early.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Result = TypeVar("Result")


class WaitTimer:
    """For waits that do not overlap. One that is not needed any more is to be closed."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        """The task that waits."""
        self._end = 0.0
        self.expired = False
        """Whether the last wait has ended because its time was over."""

    async def wait(self, awaited: Awaitable[Result], end: float) -> Result:
        """What is awaited, if it comes before a time of the event loop.

        Raises:
            TimeoutError: it does not; it was cancelled.
        """
        self._task = task = asyncio.current_task()
        assert task is not None
        self._end, self.expired = end, False
        if self._handle is None or self._handle.when() > end:
            self._set()
        cancelling = task.cancelling()
        try:
            return await awaited
        except asyncio.CancelledError:
            if self.expired and task.cancelling() - 1 <= cancelling:
                raise TimeoutError from None
            raise
        finally:
            self._task = None
            if self.expired:
                task.uncancel()

    def close(self) -> None:
        """Let go of the timer."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _set(self) -> None:
        self.close()
        self._handle = self._loop.call_at(self._end, self._fire)

    def _fire(self) -> None:
        self._handle = None
        if self._task is None:
            return
        if self._loop.time() < self._end:
            self._set()
        else:
            self.expired = True
            self._task.cancel()
