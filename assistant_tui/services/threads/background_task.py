"""Carries out one thing at a time for an open thread, however long it is waited for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from assistant_tui.core.errors import Conflict
from assistant_tui.services.threads.open_thread import OpenThread

_Result = TypeVar("_Result")


class BackgroundTask:
    """What is under way in a thread: it goes on where whoever waits for it is cancelled."""

    def __init__(self, thread: OpenThread) -> None:
        """The progress of `thread` begins and ends with what is under way."""
        self._thread = thread
        self._task: asyncio.Task[Any] | None = None
        self._is_announced = False
        self.trouble = ""
        """Why the last one failed; empty where it has not."""

    @property
    def is_under_way(self) -> bool:
        """Whether one was announced, or has begun and not ended yet."""
        return self._is_announced or self.has_begun

    @property
    def has_begun(self) -> bool:
        """Whether one has begun and not ended yet."""
        return self._task is not None and not self._task.done()

    def announce(self) -> None:
        """Something is about to begin: it counts as under way, and does not begin once stopped.

        That holds until something begins, or `withdraw` is called.
        """
        self._is_announced = True
        self._thread.begin_progress()

    def withdraw(self) -> None:
        """What was announced does not begin after all; nothing to do where it has."""
        if self._is_announced:
            self._is_announced = False
            self._thread.end_progress()

    async def carry_out(self, flow: Coroutine[Any, Any, _Result]) -> _Result:
        """Begin a flow, and wait for its result.

        Raises:
            Conflict: another one is under way, or it was stopped before it began. What the flow
                itself raises is raised, too.
        """
        return await asyncio.shield(self.begin(flow))

    def begin(self, flow: Coroutine[Any, Any, _Result]) -> "asyncio.Task[_Result]":
        """Begin a flow, which nobody has to wait for. Raises Conflict as `carry_out`."""
        if self.has_begun:
            flow.close()
            raise Conflict("something is under way in this thread: wait for it, or stop it")
        if self._is_announced and self._thread.progress.stopping:
            flow.close()
            self.withdraw()
            raise Conflict("stopped before it was sent")
        if not self._is_announced:
            self._thread.begin_progress()
        self._is_announced = False
        self.trouble = ""
        task = self._task = asyncio.create_task(flow)
        task.add_done_callback(self._note_end)
        return task

    async def ended(self) -> None:
        """Wait until nothing is under way; why it failed is in `trouble`."""
        if self._task is not None:
            await asyncio.wait((self._task,))

    def cancel(self) -> None:
        """Cancel what is under way, if anything is."""
        if self._task is not None:
            self._task.cancel()

    def _note_end(self, task: "asyncio.Task[Any]") -> None:
        fault = None if task.cancelled() else task.exception()
        self.trouble = "" if fault is None else str(fault)
        self._thread.end_progress()
