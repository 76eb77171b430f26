"""Lets one write at a time run in the background, and knows when none does."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from textual.screen import Screen

from assistant_tui.core.errors import ServiceError
from assistant_tui.tui.background import start
from assistant_tui.tui.flows.desk import Desk

Job = Callable[[], Coroutine[Any, Any, None]]

PUT_AWAY = 0.5
"""Seconds that a person who quits does not notice, and a write that was answered needs at most."""


class Turn:
    """Taken by a job that may ask and write; it is never cancelled, and no two run at once."""

    def __init__(self, desk: Desk, screen: Screen[None], changed: Callable[[bool], None]) -> None:
        """`changed` is told when a job begins (True) and when it has ended."""
        self._desk = desk
        self._screen = screen
        self._changed = changed
        self._at_rest = asyncio.Event()
        self._at_rest.set()

    def take(self, job: Job) -> None:
        """Start a job, once there is a connection; its failure is reported."""
        self._at_rest.clear()
        self._changed(True)
        start(self._screen, partial(self._run, job), "write")

    async def _run(self, job: Job) -> None:
        try:
            await self._desk.connected()
            await job()
        except ServiceError as error:
            self._desk.report(error)
        finally:
            self._at_rest.set()
            self._changed(False)

    async def rests_soon(self) -> bool:
        """Whether no write is under way, or the last one is just being put away."""
        try:
            async with asyncio.timeout(PUT_AWAY):
                await self._at_rest.wait()
        except TimeoutError:
            return False
        return True
