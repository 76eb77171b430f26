"""What the requests of one client are doing: those on their way, and those that wait to repeat."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple

WORTH_TELLING = 2.0
"""Seconds from which a wait is told; a shorter one is over before it is read."""


class RetryWait(NamedTuple):
    """A request that is sent again after a while."""

    until: float
    """When, by the monotonic clock, in seconds."""
    reason: str
    """Why it was not carried out: the title of the failure, and the server's words."""


class Activity:
    """Counts requests on their way and waits before repetitions, and tells of each change."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._waits: list[RetryWait] = []
        self._sent = 0
        self.changed: Callable[[], None] = lambda: None
        """Called when a wait that is worth telling begins or ends."""

    @property
    def sends(self) -> bool:
        """Whether a request is on its way."""
        return self._sent > 0

    @property
    def waits(self) -> bool:
        """Whether a request waits to be sent again."""
        return bool(self._waits)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """An attempt is on its way inside."""
        self._sent += 1
        try:
            yield
        finally:
            self._sent -= 1

    @contextmanager
    def waiting(self, seconds: float, reason: str) -> Iterator[None]:
        """A repetition is waited for inside."""
        wait = RetryWait(self._now() + seconds, reason)
        self._waits.append(wait)
        told = seconds >= WORTH_TELLING
        try:
            if told:
                self.changed()
            yield
        finally:
            self._waits.remove(wait)
            if told:
                self.changed()

    @property
    def words(self) -> str:
        """Why and for how long the longest wait goes on; empty where none is worth telling."""
        wait = max(self._waits, default=None)
        if wait is None or (left := wait.until - self._now()) <= 0:
            return ""
        return f"{wait.reason} · tried again in {math.ceil(left):,} s"
