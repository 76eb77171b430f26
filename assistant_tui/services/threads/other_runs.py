"""Waits for the runs of other programs, which are in the way of what is to be sent."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from assistant_tui.core.errors import Conflict, ServiceError
from assistant_tui.services.threads import following
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
        self._waiting: asyncio.Task[Any] | None = None

    async def when_free(self, do: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
        """Do something; where another run of the thread is in the way, wait for its end.

        Raises:
            Conflict: that run waits for outputs, or it is not to be waited for any more.
        """
        for attempt in range(_MOST_REFUSALS):
            try:
                return await do()
            except ServiceError as error:
                if not is_refused_for_another_run(error):
                    raise
            await self._wait(attempt)
        return await do()

    async def _wait(self, attempt: int) -> None:
        """Wait until no run is in the way; the one that was may have ended by now.

        Where the server lists no runs, wait twice as long each time: nothing tells of its end.
        """
        thread = self._thread
        await thread.loader.load_runs()
        active = [run for run in thread.loader.runs.values() if run.is_active]
        if not active:
            if not thread.loader.lists_runs:
                await self._until_given_up(asyncio.sleep(following.POLL_SECONDS * 2**attempt))
            return
        thread.transcript.follow(active[-1].id)
        ended = await self._until_given_up(self._follower.poll(active[-1].id))
        await thread.loader.reload(ended)
        thread.show()
        if not ended.is_final:
            raise Conflict("another run of this thread waits for outputs: answer or stop it first")

    async def _until_given_up(self, waiting: Coroutine[Any, Any, _Result]) -> _Result:
        """Wait for something; Conflict if that is given up."""
        task = asyncio.ensure_future(waiting)
        self._waiting = task
        try:
            await asyncio.wait((task,))
        finally:
            task.cancel()
            self._waiting = None
        if task.cancelled():
            raise Conflict("stopped before it was sent")
        return task.result()

    def give_up(self) -> bool:
        """Wait no more: nothing is sent then. Returns whether anything was waited for."""
        return self._waiting is not None and self._waiting.cancel()
