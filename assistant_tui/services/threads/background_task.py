"""Carries out one thing at a time for an open thread, however long it is waited for."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from assistant_tui.core.errors import Conflict

_Result = TypeVar("_Result")


class BackgroundTask:
    """What is under way in a thread: it goes on where whoever waits for it is cancelled."""

    def __init__(self, ended: Callable[[], None]) -> None:
        """`ended` is called at each end, a failure or a cancellation included."""
        self._ended = ended
        self._task: asyncio.Task[Any] | None = None
        self.trouble = ""
        """Why the last one failed; empty where it has not."""

    @property
    def is_under_way(self) -> bool:
        """Whether one has begun and not ended yet."""
        return self._task is not None and not self._task.done()

    async def carry_out(self, flow: Coroutine[Any, Any, _Result]) -> _Result:
        """Begin a flow, and wait for its result.

        Raises:
            Conflict: another one is under way. What the flow itself raises is raised, too.
        """
        return await asyncio.shield(self.begin(flow))

    def begin(self, flow: Coroutine[Any, Any, _Result]) -> "asyncio.Task[_Result]":
        """Begin a flow, which nobody has to wait for. Raises Conflict as `carry_out`."""
        if self.is_under_way:
            flow.close()
            raise Conflict("something is under way in this thread: wait for it, or stop it")
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
        self._ended()
