"""Runs one operation on many items: a few at a time, to be stopped, with a result for each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from enum import Enum
from typing import Generic, NamedTuple, Protocol, TypeVar

from assistant_tui.core.assistants.verification import SaveResult
from assistant_tui.core.errors import (
    Forbidden,
    NoBackup,
    NotServed,
    Offline,
    RateLimited,
    ServiceError,
    TimedOut,
    Unauthorized,
    describe_fault,
)

AT_ONCE = 4
"""Requests that are under way side by side; few enough for any server."""
STOPPING_ERRORS = (Unauthorized, Forbidden, NoBackup, NotServed, Offline, TimedOut, RateLimited)
"""What the next assistant would meet as well: after one of these no further one is begun."""


class Item(Protocol):
    """What an operation is run on. Two items are two, however alike they are."""

    @property
    def id(self) -> str:
        """The id of the assistant that it is about; empty where there is none yet."""

    @property
    def label(self) -> str:
        """What it is called in a result, in a line that is safe to show."""


ItemT = TypeVar("ItemT", bound=Item)


class DeleteResult(NamedTuple):
    """The server does not have this assistant any more."""

    id: str
    unkept: str = ""
    """Why no copy of it was kept; empty if one was."""


Operation = Callable[[ItemT], Awaitable[SaveResult | DeleteResult | str | None]]
"""Does it to one item; returns what the server has then, or what a person should know."""


class Status(Enum):
    """What became of one item."""

    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    NOT_TRIED = "not tried"


UNFINISHED = (Status.FAILED, Status.NOT_TRIED)
"""What a second run tries."""


class Result(NamedTuple, Generic[ItemT]):
    """One item, and what became of it."""

    item: ItemT
    status: Status = Status.NOT_TRIED
    why: str = ""
    """What went wrong, or what a person should know of one that is done; else empty."""
    saved: SaveResult | None = None
    """What the server has after a create or modify."""
    removed: str = ""
    """The id of the assistant that is gone; else empty."""
    unkept: str = ""
    """Why it cannot be undone; empty if it can."""
    fault: Exception | None = None
    """The error of this program that ended it; None for one that was expected."""


class Batch(Generic[ItemT]):
    """One operation on some items; each has its result at its own position.

    A second run tries what failed and what was not tried. Items about the same assistant are done
    one after the other, in their order, whatever else is under way.
    """

    def __init__(
        self,
        items: Sequence[ItemT],
        operation: Operation[ItemT],
        on_result: Callable[[Result[ItemT]], None] = lambda result: None,
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        """`on_result` hears of each item when it is done or has failed."""
        self._operation = operation
        self.on_result = on_result
        self._at_once = at_once
        self._results = [Result(item) for item in items]
        self._locks: dict[str, asyncio.Lock] = {}
        self.tried = 0
        """How many items of the present run, or the last one, have ended."""
        self.total = len(items)
        """How many items that run is about."""
        self.failed = 0
        """How many of them have failed."""
        self.stopped = ""
        """Why no further item is begun; empty while they are."""

    def __len__(self) -> int:
        return len(self._results)

    @property
    def results(self) -> tuple[Result[ItemT], ...]:
        """What became of each so far, in the order of the items."""
        return tuple(self._results)

    def of(self, *statuses: Status) -> list[Result[ItemT]]:
        """The results that have one of these statuses."""
        return [result for result in self._results if result.status in statuses]

    def stop(self, why: str = "stopped") -> None:
        """Begin no further item; what is under way is waited for."""
        self.stopped = self.stopped or why

    async def run(self) -> None:
        """Try every item that is not finished, until all were tried or it is stopped."""
        todo = [at for at, result in enumerate(self._results) if result.status in UNFINISHED]
        self.tried, self.failed, self.total, self.stopped = 0, 0, len(todo), ""
        positions = iter(todo)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._at_once, len(todo))):
                group.create_task(self._work(positions))

    async def _work(self, positions: Iterator[int]) -> None:
        while not self.stopped and (position := next(positions, None)) is not None:
            item = self._results[position].item
            async with self._alone(item):
                if self.stopped:
                    return
                self._results[position] = result = await self._try(item)
                self.tried += 1
                self.failed += result.status is Status.FAILED
            self.on_result(result)

    def _alone(self, item: ItemT) -> AbstractAsyncContextManager[None]:
        """Waits for the items before this one that are about the same assistant."""
        return self._locks.setdefault(item.id, asyncio.Lock()) if item.id else nullcontext()

    async def _try(self, item: ItemT) -> Result[ItemT]:
        try:
            outcome = await self._operation(item)
        except ServiceError as error:
            if isinstance(error, STOPPING_ERRORS):
                self.stop(error.title)
            return Result(item, Status.FAILED, f"{error.title}: {error}")
        except Exception as fault:
            # What nobody expected of one item must not keep the others from being done.
            return Result(item, Status.FAILED, describe_fault(fault), fault=fault)
        if isinstance(outcome, DeleteResult):
            return Result(item, Status.DONE, removed=outcome.id, unkept=outcome.unkept)
        if not isinstance(outcome, SaveResult):
            return Result(item, Status.DONE, outcome or "")
        status = Status.UNCHANGED if outcome.unchanged else Status.DONE
        return Result(item, status, _remark(outcome), outcome, unkept=outcome.unkept)


def _remark(saved: SaveResult) -> str:
    ignored, wiped = saved.outcome.ignored, saved.outcome.wiped
    said = [f"the server did not take: {', '.join(ignored)}"] if ignored else []
    return " · ".join([*said, f"the server wiped: {', '.join(wiped)}"] if wiped else said)
