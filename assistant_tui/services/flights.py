"""Answers in the order in which they come, whichever was asked for first."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

Answer = TypeVar("Answer")


class Flights(Generic[Answer]):
    """What is under way, by name; an async context manager that gives up the rest at its end."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[Answer], str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._tasks.values()

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def start(self, name: str, question: Coroutine[Any, Any, Answer]) -> None:
        """Set a question on its way."""
        self._tasks[asyncio.ensure_future(question)] = name

    async def next(self) -> tuple[str, Answer]:
        """The next answer and its name; of several the one that was asked for first.

        What failed comes last, and raises what it failed with.
        """
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        in_order = [task for task in self._tasks if task in done]
        task = min(in_order, key=lambda task: task.exception() is not None)
        return self._tasks.pop(task), task.result()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
