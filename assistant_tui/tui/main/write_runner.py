"""The one owner of what writes: one job at a time, never cancelled, and waited for at the end."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from textual.screen import Screen

from assistant_tui.core.errors import ServiceError
from assistant_tui.tui.main.screen_context import ScreenContext
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start

Job = Callable[[], Coroutine[Any, Any, None]]

PUT_AWAY = 0.5
"""Seconds that a person who quits does not notice, and a write that was answered needs at most."""


class WriteRunner:
    """Runs the jobs that may ask and write; while one is under way, no other begins."""

    def __init__(
        self, context: ScreenContext, screen: Screen[None], changed: Callable[[bool], None]
    ) -> None:
        """`changed` is told when a job begins (True) and when it has ended."""
        self._context = context
        self._screen = screen
        self._changed = changed
        self._at_rest = asyncio.Event()
        self._at_rest.set()

    @property
    def at_rest(self) -> bool:
        """Whether no job is under way."""
        return self._at_rest.is_set()

    def run(self, job: Job) -> None:
        """Start a job, once there is a connection; its failure is reported.

        Of two at once only the first is begun, and that is said.
        """
        if not self.at_rest:
            self._context.say("Not begun: something else is still under way", Tone.WARNING)
            return
        self._at_rest.clear()
        self._changed(True)
        start(self._screen, partial(self._run, job), "write")

    async def _run(self, job: Job) -> None:
        try:
            await self._context.connected()
            await job()
        except ServiceError as error:
            self._context.report(error)
        finally:
            self._at_rest.set()
            self._changed(False)

    async def rests_soon(self) -> bool:
        """Whether no write is under way, or the last one is just being put away.

        A job that waits for an answer of the person loses nothing if it is left.
        """
        try:
            async with asyncio.timeout(PUT_AWAY):
                if not self._context.asks:
                    await self._at_rest.wait()
                await self._context.writes.ended()
        except TimeoutError:
            return False
        return True
