"""The one owner of what writes: one job at a time, never cancelled, and waited for at the end."""

import asyncio
from collections.abc import Callable
from functools import partial

from assistant_tui.core.errors import ServiceError
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import Job, start

IDLE_TIMEOUT = 0.5
"""Seconds that a write needs at most once it was answered; too short for a person to notice."""


class WriteRunner:
    """Runs the jobs that may ask and write; while one is under way, no other begins."""

    def __init__(self, context: MainContext, changed: Callable[[bool], None]) -> None:
        """`changed` is called when a job begins (True), and when it has ended (False)."""
        self._context = context
        self._changed = changed
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    @property
    def is_idle(self) -> bool:
        """Whether no job is under way."""
        return self._is_idle.is_set()

    def run(self, job: Job) -> None:
        """Start a job, once there is a connection; its failure is reported.

        Of two at once only the first is begun, and that is said.
        """
        if not self.is_idle:
            self._context.say("Not begun: something else is still under way", Tone.WARNING)
            return
        self._is_idle.clear()
        self._changed(True)
        start(self._context.screen, partial(self._run, job), "write")

    async def _run(self, job: Job) -> None:
        try:
            await self._context.connector.connected()
            await job()
        except ServiceError as error:
            self._context.report(error)
        finally:
            self._is_idle.set()
            self._changed(False)

    async def becomes_idle(self) -> bool:
        """Whether no write is under way, after a short wait for one that has just been answered.

        A job that waits for an answer of the person loses nothing if it is left.
        """
        try:
            async with asyncio.timeout(IDLE_TIMEOUT):
                if not self._context.reporter.asks:
                    await self._is_idle.wait()
                await self._context.connector.writes.ended()
        except TimeoutError:
            return False
        return True
