"""What the requests of one client are doing: those that write, and those that wait to repeat."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

SHORTEST_REPORTED_WAIT = 2.0
"""Seconds from which a wait is reported; a shorter one is over before it is read."""


@dataclass(eq=False)
class _RetryWait:
    """A request that is sent again after a while."""

    until: float
    """When, by the monotonic clock, in seconds."""
    reason: str
    """Why it was not carried out: the title of the failure, and the server's words."""
    given_up: asyncio.Event = field(default_factory=asyncio.Event)


class Activity:
    """Knows the waits before repetitions; calls back when one changes and when a write begins."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._waits: list[_RetryWait] = []
        self.changed: Callable[[], None] = lambda: None
        """Called when a wait that is worth showing begins or ends."""
        self.writing: Callable[[], None] = lambda: None
        """Called just before a request is sent that creates, changes or deletes something, or
        before what is noted of it on disk; what was only read until then can be left at once."""

    @property
    def waits(self) -> bool:
        """Whether a request waits to be sent again."""
        return bool(self._waits)

    async def pause(self, sleep: Awaitable[None], seconds: float, reason: str) -> bool:
        """Wait before a request is sent again; `sleep` is what takes so many seconds.

        Returns:
            False if the wait was given up: then the last failure stands.
        """
        wait = _RetryWait(self._now() + seconds, reason)
        self._waits.append(wait)
        sleeping = asyncio.ensure_future(sleep)
        giving_up = asyncio.ensure_future(wait.given_up.wait())
        try:
            self._notify(seconds)
            await asyncio.wait((sleeping, giving_up), return_when=asyncio.FIRST_COMPLETED)
            return not wait.given_up.is_set()
        finally:
            sleeping.cancel()
            giving_up.cancel()
            self._waits.remove(wait)
            self._notify(seconds)

    def _notify(self, seconds: float) -> None:
        if seconds >= SHORTEST_REPORTED_WAIT:
            self.changed()

    def give_up(self) -> None:
        """Send nothing again of what waits now: each of these requests fails as it did before."""
        for wait in self._waits:
            wait.given_up.set()

    @property
    def wait_message(self) -> str:
        """Why and for how long the longest wait goes on; empty where none is worth showing."""
        wait = max(self._waits, key=lambda each: each.until, default=None)
        if wait is None or (left := wait.until - self._now()) <= 0:
            return ""
        return f"{wait.reason} · tried again in {math.ceil(left):,} s"
