"""The log of events: changes that share a transaction, followers that are slow."""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from assistant_tui.server.errors import StoreBusy, StoreError
from assistant_tui.server.runs import event_log
from assistant_tui.server.runs.event_log import EventLog, LoggedChange
from assistant_tui.server.sample_store import SampleStore
from assistant_tui.server.store.executor import StoreExecutor
from assistant_tui.server.store.interface import Event, ObjectReader, ObjectWriter, StoredEvent
from assistant_tui.server.store.sqlite_store import SQLiteStore
from tests.limits import LIMIT

Result = TypeVar("Result")


def tells(log: str, *names: str) -> Callable[[ObjectWriter], LoggedChange[str]]:
    """A change that does nothing but tell events."""
    return lambda objects: LoggedChange(f"of {log}", log, [Event(name, "{}") for name in names])


class Followed:
    """The events of a log, one by one."""

    def __init__(self, log: EventLog, name: str) -> None:
        self._batches = log.follow(name)
        self._events: deque[StoredEvent] = deque()

    async def next(self) -> StoredEvent:
        """The next one."""
        while not self._events:
            self._events.extend(await anext(self._batches))
        return self._events.popleft()

    async def take(self, count: int) -> list[str]:
        """The names of the next ones."""
        return [(await self.next()).name for _ in range(count)]

    async def aclose(self) -> None:
        """Follow no more."""
        await self._batches.aclose()


class CountingStore(SampleStore):
    """Counts the transactions that write."""

    writes = durable_writes = 0

    def write(self, change: Callable[[ObjectWriter], Result], *, durable: bool = True) -> Result:
        """As the store does."""
        self.writes += 1
        self.durable_writes += durable
        return super().write(change, durable=durable)


async def test_changes_that_come_together_share_a_transaction() -> None:
    store = CountingStore(0)
    log = EventLog(store, StoreExecutor())
    done = await asyncio.gather(*(log.commit(tells(f"run_{n}", "a", "b")) for n in range(50)))
    assert [result for result, _ in done] == [f"of run_{n}" for n in range(50)]
    assert all([each.number for each in events] == [1, 2] for _, events in done)
    assert store.writes < 10


@pytest.mark.parametrize(("durable", "count"), [((0, 0), 0), ((0, 1), 1), ((1, 0), 1)])
async def test_a_transaction_is_durable_if_one_of_its_changes_is(
    durable: tuple[bool, bool], count: int
) -> None:
    store = CountingStore(0)
    log = EventLog(store, StoreExecutor())
    await asyncio.gather(*(log.commit(tells("run", "a"), durable=each) for each in durable))
    assert (store.writes, store.durable_writes) == (1, count)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can wait does so for longer than a test lasts."""
    monkeypatch.setattr(event_log, "_PAUSE_FOR_EACH", LIMIT)
    monkeypatch.setattr(event_log, "_LONGEST_PAUSE", LIMIT)


async def turns_of_the_loop() -> None:
    """Let tasks go on that wait for nothing else."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("ends", ["hurry", "commit"])
async def test_pieces_of_several_writers_wait_for_one_another(ends: str) -> None:
    store = CountingStore(0)
    log = EventLog(store, StoreExecutor())
    async with asyncio.timeout(LIMIT / 4):
        with log.writer(), log.writer():
            waiting = []
            for name in ("one", "two"):
                change = log.commit(tells(name, "a"), durable=False, can_wait=True)
                waiting.append(asyncio.create_task(change))
                await turns_of_the_loop()
            assert store.writes == 0
            if ends == "hurry":
                log.hurry()
            else:
                await log.commit(tells("three", "a"))
            await asyncio.gather(*waiting)
    assert store.writes == 1


@pytest.mark.usefixtures("patient")
async def test_the_pieces_of_one_writer_wait_for_nobody() -> None:
    log = EventLog(SampleStore(0), StoreExecutor())
    async with asyncio.timeout(LIMIT / 4):
        with log.writer():
            await log.commit(tells("one", "a"), can_wait=True)
        await log.commit(tells("one", "b"), can_wait=True)


async def test_pieces_do_not_wait_for_long() -> None:
    log = EventLog(SampleStore(0), StoreExecutor())
    async with asyncio.timeout(LIMIT / 4):
        with log.writer(), log.writer():
            await log.commit(tells("one", "a"), can_wait=True)


async def test_a_change_that_fails_takes_no_other_with_it() -> None:
    log = EventLog(SampleStore(0), StoreExecutor())

    def fail(objects: ObjectWriter) -> LoggedChange[str]:
        raise StoreError("of this test")

    changes = [tells("one", "a"), fail, tells("two", "a")]
    done = await asyncio.gather(*map(log.commit, changes), return_exceptions=True)
    assert isinstance(done[1], StoreError)
    assert done[0] == ("of one", [StoredEvent(1, "a", "{}")])
    assert done[2] == ("of two", [StoredEvent(1, "a", "{}")])


class LockedStore(CountingStore):
    """A store that another program keeps locked."""

    def write(self, change: Callable[[ObjectWriter], Result], *, durable: bool = True) -> Result:
        """As a locked store does, without the wait."""
        self.writes += 1
        raise StoreBusy("of this test")


async def test_changes_that_meet_a_lock_together_wait_for_it_once() -> None:
    store = LockedStore(0)
    log = EventLog(store, StoreExecutor())
    changes = [log.commit(tells(f"run_{n}", "a")) for n in range(50)]
    done = await asyncio.gather(*changes, return_exceptions=True)
    assert all(isinstance(each, StoreBusy) for each in done)
    assert store.writes < 10


@pytest.mark.parametrize("most", [3, 1000], ids=["falls behind", "keeps up"])
async def test_a_slow_follower_misses_nothing_and_slows_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(event_log, "_MOST_WAITING", most)
    with SQLiteStore(tmp_path / "store.db") as store:
        log = EventLog(store, StoreExecutor())
        async with asyncio.timeout(LIMIT):
            await log.commit(tells("run", "0"))
            followed = Followed(log, "run")
            first = await followed.take(1)
            for number in range(1, 20):  # nobody takes these meanwhile
                await log.commit(tells("run", str(number)))
            names = first + await followed.take(19)
            await followed.aclose()
    assert names == [str(number) for number in range(20)]


async def test_events_of_another_process_are_found_between_those_of_this_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    with SQLiteStore(path) as store, SQLiteStore(path) as elsewhere:
        log, other = EventLog(store, StoreExecutor()), EventLog(elsewhere, StoreExecutor())
        async with asyncio.timeout(LIMIT):
            await log.commit(tells("run", "0"))
            followed = Followed(log, "run")
            names = await followed.take(1)
            await other.commit(tells("run", "1"))
            await log.commit(tells("run", "2"))
            names += await followed.take(2)
            await other.commit(tells("run", "3"))
            names += await followed.take(1)
            await followed.aclose()
    assert names == ["0", "1", "2", "3"]


class OnceLockedStore(SampleStore):
    """A store that is locked when it is read for the second time."""

    reads = 0

    def read(self, look: Callable[[ObjectReader], Result]) -> Result:
        """As the store does, but for the second time."""
        self.reads += 1
        if self.reads == 2:
            raise StoreBusy("of this test")
        return super().read(look)


async def test_a_follower_outlives_a_lock_of_another_program() -> None:
    store = OnceLockedStore(0)
    log = EventLog(store, StoreExecutor())
    async with asyncio.timeout(LIMIT):
        await log.commit(tells("run", "0"))
        followed = Followed(log, "run")
        assert await followed.next() == StoredEvent(1, "0", "{}")
        waiting = asyncio.ensure_future(followed.next())
        while store.reads < 3 and not waiting.done():
            await asyncio.sleep(0.01)
        await log.commit(tells("run", "1"))
        assert await waiting == StoredEvent(2, "1", "{}")
        await followed.aclose()


async def test_a_follower_hears_that_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "PING_SECONDS", 0.5)
    log = EventLog(SampleStore(0), StoreExecutor())
    async with asyncio.timeout(LIMIT):
        followed = log.follow("run")
        assert await anext(followed) == [] and await anext(followed) == []
        await followed.aclose()


async def test_events_that_came_together_are_told_together() -> None:
    log = EventLog(SampleStore(0), StoreExecutor())
    async with asyncio.timeout(LIMIT):
        await log.commit(tells("run", "0", "1"))
        followed = log.follow("run")
        batches = [await anext(followed)]
        await log.commit(tells("run", "2", "3", "4"))
        batches.append(await anext(followed))
        await followed.aclose()
    assert [[each.name for each in batch] for batch in batches] == [["0", "1"], ["2", "3", "4"]]
