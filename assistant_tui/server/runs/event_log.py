"""Commits changes together with the events that report them, and lets clients follow the events.

Each change and its events are one transaction, and an event is passed on once that is committed.
What comes in while a transaction is under way goes into the next one together, and pieces that can
wait do so for a moment, the longer the more runs there are: a transaction costs about as much for
one piece as for ten.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from assistant_tui.server.errors import ServerBusy, StoreBusy
from assistant_tui.server.store.executor import StoreExecutor
from assistant_tui.server.store.interface import Event, ObjectWriter, Store, StoredEvent
from assistant_tui.transport.wait_timer import WaitTimer

Result = TypeVar("Result")

PING_SECONDS = 15.0
"""Seconds without an event after which a follower is told so, for its connection to stay alive."""
_PAUSE_FOR_EACH = 0.001
"""Seconds for which pieces that can wait do so, for each writer beside one."""
_LONGEST_PAUSE = 0.05
"""Seconds; a person does not see that words come together."""
_POLL_SECONDS = 0.25
"""How often a log is read that another process may write to."""
_PAGE = 500
"""Events that are read at once."""
_MOST_WAITING = 1_000
"""Events that are held for one follower; a slower one reads them from the store."""


@dataclass(frozen=True, slots=True)
class LoggedChange(Generic[Result]):
    """What a change returns: a result for its caller, and the events for the log."""

    result: Result
    log: str
    events: Sequence[Event] = ()


class _Waiting:
    """A change that waits for its transaction."""

    def __init__(self, change: Callable[[ObjectWriter], LoggedChange[Any]], durable: bool) -> None:
        self.change = change
        self.durable = durable
        self.task = asyncio.current_task()
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


class EventLog:
    """The logs of a store, one for each run."""

    def __init__(self, store: Store, executor: StoreExecutor) -> None:
        self._store = store
        self._executor = executor
        self._waiting: list[_Waiting] = []
        self._writers = 0
        self._hurry = asyncio.Event()
        """Set while there is a change among those waiting that cannot wait."""
        self._committing: asyncio.Task[None] | None = None
        self._followers: defaultdict[str, set[_Follower]] = defaultdict(set)

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Count one more who commits piece after piece, for as long as that lasts."""
        self._writers += 1
        try:
            yield
        finally:
            self._writers -= 1

    async def commit(
        self,
        change: Callable[[ObjectWriter], LoggedChange[Result]],
        *,
        durable: bool = True,
        can_wait: bool = False,
    ) -> tuple[Result, list[StoredEvent]]:
        """Make a change and add its events to its log, all in one transaction.

        Args:
            change: may be called twice, where another one that shared its transaction failed.
            durable: as in Store.write; it is for all that share the transaction, if it is for one.
            can_wait: whether others may be waited for, to share the transaction.

        Returns:
            The result of the change, and its events, once they are kept and the followers have
            them.

        Raises:
            StoreError: the store cannot be used; nothing of the change was kept.
            CallerGone: the client has left before it was the turn of the change.
            Exception: what the change raises; nothing of it was kept.
        """
        with self._executor.waiting_for_turn():
            waiting = _Waiting(change, durable)
            self._waiting.append(waiting)
            if not can_wait:
                self._hurry.set()
            if self._committing is None:
                self._committing = asyncio.create_task(self._commit_all())
            result, stored = await waiting.future
        return result, stored

    def hurry(self) -> None:
        """Let nobody wait for others any longer: what is committed next waits for those before."""
        self._hurry.set()

    async def follow(self, log: str, after: int = 0) -> AsyncGenerator[list[StoredEvent], None]:
        """Yield the events of a log, those that are there and those to come, without an end.

        Args:
            log: the id of a run.
            after: the number of the last event that is known; 0 for all.

        Yields:
            Each event once, in order, with those that came together; none where nothing came for
            PING_SECONDS.
        """
        with self._follower(log) as follower:
            quiet = 0.0
            events = await self._read_unlocked(log, after)
            while True:
                if events:
                    after, quiet = events[-1].number, 0.0
                    yield events
                if len(events) < _PAGE and not await follower.wait(_POLL_SECONDS):
                    quiet += _POLL_SECONDS
                    if quiet >= PING_SECONDS:
                        quiet = 0.0
                        yield []
                # Of events that another process has added, the follower does not hear.
                events = follower.take(after) or await self._read_unlocked(log, after)

    async def goes_on(self, log: str, after: int) -> bool:
        """Whether there are events behind one. Raises StoreError."""
        return bool(await self._read(log, after))

    async def _read(self, log: str, after: int) -> list[StoredEvent]:
        return await self._executor.read(
            lambda: self._store.read(lambda objects: objects.events(log, after, _PAGE))
        )

    async def _read_unlocked(self, log: str, after: int) -> list[StoredEvent]:
        """The next events; none while another program keeps the store locked."""
        try:
            return await self._read(log, after)
        except StoreBusy:
            return []  # the follower reads again, and its client loses nothing

    @contextmanager
    def _follower(self, log: str) -> Iterator["_Follower"]:
        follower = _Follower()
        self._followers[log].add(follower)
        try:
            yield follower
        finally:
            follower.close()
            self._followers[log].discard(follower)
            if not self._followers[log]:
                del self._followers[log]

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                await self._pause()
                group, self._waiting = self._waiting, []
                self._hurry.clear()
                if not await self._commit(group):
                    for each in group:
                        await self._commit([each])
        finally:
            self._committing = None

    async def _pause(self) -> None:
        """Wait for more changes, unless there is one that cannot wait."""
        seconds = min((self._writers - 1) * _PAUSE_FOR_EACH, _LONGEST_PAUSE)
        if seconds > 0 and not self._hurry.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._hurry.wait()

    async def _commit(self, group: list[_Waiting]) -> bool:
        """Commit in one transaction; False where one of several has failed, and none was kept."""
        durable = any(each.durable for each in group)
        try:
            done = await self._executor.write(
                lambda: self._store.write(_apply(group), durable=durable) if group else [],
                at_turn=lambda: self._begin(group),
            )
        except (StoreBusy, ServerBusy) as error:  # each alone would wait as long again
            _refuse(group, error)
            return True
        except Exception as error:  # the caller of the change gets it
            if len(group) > 1:
                return False
            _refuse(group, error)
            return True
        for waiting, (result, log, stored) in zip(group, done, strict=True):
            for follower in self._followers.get(log, ()):
                follower.add(stored)
            if not waiting.future.done():
                waiting.future.set_result((result, stored))
        return True

    def _begin(self, group: list[_Waiting]) -> None:
        """Leave out those for whom nobody waits any more, and let no other one go from now on."""
        group[:] = [each for each in group if not each.future.cancelled()]
        for each in group:
            if each.task is not None:
                self._executor.end_wait(each.task)


def _refuse(group: list[_Waiting], error: Exception) -> None:
    for each in group:
        if not each.future.done():
            each.future.set_exception(error)


_Applied = tuple[Any, str, list[StoredEvent]]


def _apply(group: list[_Waiting]) -> Callable[[ObjectWriter], list[_Applied]]:
    def apply(objects: ObjectWriter) -> list[_Applied]:
        done = []
        for each in group:
            change = each.change(objects)
            stored = objects.append(change.log, change.events) if change.events else []
            done.append((change.result, change.log, stored))
        return done

    return apply


class _Follower:
    """Holds the events that one client has not taken yet."""

    def __init__(self) -> None:
        self._events: deque[StoredEvent] = deque(maxlen=_MOST_WAITING)
        self._arrived = asyncio.Event()
        self._clock = asyncio.get_running_loop().time
        self._timer = WaitTimer()

    def add(self, events: Sequence[StoredEvent]) -> None:
        """Hold events; the oldest are dropped where there are too many."""
        self._events.extend(events)
        self._arrived.set()

    def take(self, after: int) -> list[StoredEvent]:
        """The events that follow a number without a gap; empty where the store has to be read."""
        events = [each for each in self._events if each.number > after]
        self._events.clear()
        return events if events and events[0].number == after + 1 else []

    async def wait(self, seconds: float) -> bool:
        """Wait until events were added; False if none were within this time."""
        try:
            await self._timer.wait(self._arrived.wait(), self._clock() + seconds)
        except TimeoutError:
            return False
        self._arrived.clear()
        return True

    def close(self) -> None:
        """Wait no more."""
        self._timer.close()
