"""Runs one operation on many items, a few at once; it can be stopped, and each has a result."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from enum import Enum
from typing import Generic, NamedTuple, Protocol, TypeVar

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
from assistant_tui.core.verification import SaveResult

AT_ONCE = 4
"""Items that are worked on at once; few enough for any server."""
STOPPING_ERRORS = (Unauthorized, Forbidden, NoBackup, NotServed, Offline, TimedOut, RateLimited)
"""Errors that every further item would meet as well: after one of these no item is begun."""


class Item(Protocol):
    """What an operation is run on: a row, a step of an import, an entry of the journal."""

    @property
    def id(self) -> str:
        """The id of the object on the server; empty where there is none yet."""

    @property
    def label(self) -> str:
        """What the item is called in a result, in a line that is safe to show."""


ItemT = TypeVar("ItemT", bound=Item)


class DeleteResult(NamedTuple):
    """An object was deleted."""

    id: str
    why_no_undo: str = ""
    """Why no copy of it was kept; empty if one was."""


Operation = Callable[[ItemT], Awaitable[SaveResult | DeleteResult | str | None]]
"""Carries the operation out on one item; returns its result, or a remark for the person."""


class Status(Enum):
    """Whether the operation was carried out on an item."""

    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    NOT_TRIED = "not tried"


UNFINISHED = (Status.FAILED, Status.NOT_TRIED)
"""The items with these are tried by a second run."""


class Result(NamedTuple, Generic[ItemT]):
    """One item, and the outcome of the operation on it."""

    item: ItemT
    status: Status = Status.NOT_TRIED
    why: str = ""
    """What went wrong, or what a person should know of one that is done; else empty."""
    saved: SaveResult | None = None
    """What the server has after a create or modify."""
    removed: str = ""
    """The id of the object that was deleted; else empty."""
    why_no_undo: str = ""
    """Why it cannot be undone; empty if it can."""
    fault: Exception | None = None
    """The error of this program that ended it; None for one that was expected."""


class Batch(Generic[ItemT]):
    """One operation on some items; each has its result at its own position.

    A second run tries what failed and what was not tried. Items with the same id are done one
    after the other, in their order.
    """

    def __init__(
        self,
        items: Sequence[ItemT],
        operation: Operation[ItemT],
        on_result: Callable[[Result[ItemT]], None] = lambda result: None,
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        """Prepare the operation; `run` carries it out.

        Args:
            items: what it is run on.
            operation: what is done to each.
            on_result: called with each result as soon as there is one.
            at_once: how many items are worked on at once.
        """
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
        """The results with one of these statuses, in the order of the items."""
        return [result for result in self._results if result.status in statuses]

    def stop(self, why: str = "stopped") -> None:
        """Begin no further item; those that have begun are finished."""
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
            async with self._exclusive(item):
                if self.stopped:
                    return
                self._results[position] = result = await self._try(item)
                self.tried += 1
                self.failed += result.status is Status.FAILED
            self.on_result(result)

    def _exclusive(self, item: ItemT) -> AbstractAsyncContextManager[None]:
        """Waits for the items before this one that have the same id."""
        return self._locks.setdefault(item.id, asyncio.Lock()) if item.id else nullcontext()

    async def _try(self, item: ItemT) -> Result[ItemT]:
        try:
            returned = await self._operation(item)
        except ServiceError as error:
            if isinstance(error, STOPPING_ERRORS):
                self.stop(error.title)
            return Result(item, Status.FAILED, f"{error.title}: {error}")
        except Exception as fault:
            # An unexpected error of one item must not keep the others from being done.
            return Result(item, Status.FAILED, describe_fault(fault), fault=fault)
        if isinstance(returned, DeleteResult):
            return Result(item, Status.DONE, removed=returned.id, why_no_undo=returned.why_no_undo)
        if not isinstance(returned, SaveResult):
            return Result(item, Status.DONE, returned or "")
        status = Status.UNCHANGED if returned.unchanged else Status.DONE
        return Result(item, status, _remark(returned), returned, why_no_undo=returned.why_no_undo)


def _remark(saved: SaveResult) -> str:
    ignored, wiped = saved.outcome.ignored, saved.outcome.wiped
    said = [f"the server did not take: {', '.join(ignored)}"] if ignored else []
    return " · ".join([*said, f"the server wiped: {', '.join(wiped)}"] if wiped else said)
