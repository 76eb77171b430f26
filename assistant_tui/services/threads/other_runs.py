"""Waits for the runs of other programs, which are in the way of what is to be sent."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from assistant_tui.core.errors import Conflict, ServiceError
from assistant_tui.core.threads.objects import Run
from assistant_tui.services.threads.following import RunFollower
from assistant_tui.services.threads.open_thread import OpenThread
from assistant_tui.services.threads.sending import is_refused_for_another_run

_Result = TypeVar("_Result")
_MOST_REFUSALS = 5
"""Runs in a row that are waited for: others may be quicker each time."""


class OtherRuns:
    """The runs of one thread that others have started."""

    def __init__(self, thread: OpenThread, follower: RunFollower) -> None:
        self._thread = thread
        self._follower = follower
        self._waiting: asyncio.Task[Run] | None = None

    async def when_free(self, do: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
        """Do something; where another run of the thread is in the way, wait for its end.

        Raises:
            Conflict: that run waits for outputs, or it is not to be waited for any more.
        """
        for _ in range(_MOST_REFUSALS):
            try:
                return await do()
            except ServiceError as error:
                if not is_refused_for_another_run(error):
                    raise
            await self._wait()
        return await do()

    async def _wait(self) -> None:
        """Wait until no run is in the way; the one that was may have ended by now."""
        thread = self._thread
        await thread.loader.load_runs()
        active = [run for run in thread.loader.runs.values() if run.is_active]
        if not active:
            return
        thread.transcript.follow(active[-1].id)
        task = self._waiting = asyncio.ensure_future(self._follower.poll(active[-1].id))
        try:
            await asyncio.wait((task,))
        finally:
            task.cancel()
            self._waiting = None
        if task.cancelled():
            raise Conflict("stopped before it was sent")
        ended = task.result()
        await thread.loader.reload(ended)
        thread.show()
        if not ended.is_final:
            raise Conflict("another run of this thread waits for outputs: answer or stop it first")

    def give_up(self) -> bool:
        """Wait no more: nothing is sent then. Returns whether anything was waited for."""
        return self._waiting is not None and self._waiting.cancel()
