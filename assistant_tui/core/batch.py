"""One act on many assistants: a few at a time, to be stopped, with what became of each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from assistant_tui.core.errors import (
    Forbidden,
    NotServed,
    Offline,
    RateLimited,
    ServiceError,
    TimedOut,
    Unauthorized,
)
from assistant_tui.core.listing import Row
from assistant_tui.core.outcome import Saved

AT_ONCE = 4
"""Requests that are under way side by side; few enough for any server."""
HOPELESS = (Unauthorized, Forbidden, NotServed, Offline, TimedOut, RateLimited)
"""What the next assistant would meet as well: after one of these no further one is begun."""

Act = Callable[[Row], Awaitable[Saved | str | None]]
"""Does it to one assistant; tells what the server has then, or what a person should know."""


class Fate(Enum):
    """What became of one assistant in an act on many."""

    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    NOT_TRIED = "not tried"


class Result(NamedTuple):
    """One assistant, and what became of it."""

    row: Row
    """As it was when the act began."""
    fate: Fate = Fate.NOT_TRIED
    why: str = ""
    """What went wrong, or what a person should know of one that is done; else empty."""
    saved: Saved | None = None


class Batch:
    """An act on some assistants; it is run once, and `again` is the act on those that are left."""

    def __init__(
        self,
        rows: Sequence[Row],
        act: Act,
        told: Callable[[Result], None] = lambda result: None,
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        self._rows = rows
        self._act = act
        self.told = told
        """Hears of each assistant when it is done or has failed."""
        self._at_once = at_once
        self._found: dict[str, Result] = {}
        self._waiting = iter(rows)
        self.stopped = ""
        """Why no further assistant is begun; empty while they are."""

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def results(self) -> tuple[Result, ...]:
        """What became of each so far, in their order."""
        return tuple(self._found.get(row.id, Result(row)) for row in self._rows)

    def of(self, *fates: Fate) -> list[Result]:
        """The results that are one of these."""
        return [result for result in self.results if result.fate in fates]

    @property
    def ended(self) -> int:
        """How many were tried to the end."""
        return len(self._found)

    def stop(self, why: str = "stopped") -> None:
        """Begin no further one; what is under way is waited for."""
        self.stopped = self.stopped or why

    async def run(self) -> None:
        """Do it to all, or until it is stopped."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._at_once, len(self._rows))):
                group.create_task(self._work())

    def again(self) -> "Batch":
        """The same act on those that failed or were not tried."""
        left = [each.row for each in self.of(Fate.FAILED, Fate.NOT_TRIED)]
        return Batch(left, self._act, self.told, at_once=self._at_once)

    async def _work(self) -> None:
        for row in self._next():
            result = await self._try(row)
            self._found[row.id] = result
            self.told(result)

    def _next(self) -> Iterator[Row]:
        """The rows that nobody has begun, until it is stopped."""
        while not self.stopped and (row := next(self._waiting, None)) is not None:
            yield row

    async def _try(self, row: Row) -> Result:
        try:
            saved = await self._act(row)
        except ServiceError as error:
            if isinstance(error, HOPELESS):
                self.stop(error.title)
            return Result(row, Fate.FAILED, f"{error.title}: {error}")
        if not isinstance(saved, Saved):
            return Result(row, Fate.DONE, saved or "")
        fate = Fate.UNCHANGED if saved.unchanged else Fate.DONE
        return Result(row, fate, _remark(saved), saved)


def _remark(saved: Saved) -> str:
    ignored, wiped = saved.outcome.ignored, saved.outcome.wiped
    said = [f"the server did not take: {', '.join(ignored)}"] if ignored else []
    return " · ".join([*said, f"the server wiped: {', '.join(wiped)}"] if wiped else said)
