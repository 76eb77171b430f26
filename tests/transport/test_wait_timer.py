"""Many waits with one timer: each ends in its time, and a cancellation of the task stays one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from assistant_tui.transport.wait_timer import WaitTimer
from tests.limits import LIMIT


@pytest.fixture
async def timer() -> AsyncIterator[WaitTimer]:
    """A timer that is closed."""
    with closing(WaitTimer()) as made:
        yield made


def now() -> float:
    """The time of the event loop."""
    return asyncio.get_running_loop().time()


async def test_a_wait_ends_with_what_is_awaited_or_in_its_time(timer: WaitTimer) -> None:
    for _ in range(3):
        assert await timer.wait(asyncio.sleep(0, "there"), now() + LIMIT) == "there"
        assert not timer.expired
        with pytest.raises(TimeoutError):
            await timer.wait(asyncio.Event().wait(), now() + 0.01)
        assert timer.expired
    await asyncio.sleep(0.02)  # as ever: nothing is cancelled later


async def test_a_later_end_is_not_cut_by_the_timer_of_an_earlier_wait(timer: WaitTimer) -> None:
    await timer.wait(asyncio.sleep(0), now() + 0.05)
    assert await timer.wait(asyncio.sleep(0.2, "there"), now() + LIMIT) == "there"


async def test_between_two_waits_nothing_is_cancelled(timer: WaitTimer) -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, fault: faults.append(fault))
    await timer.wait(asyncio.sleep(0), now() + 0.01)
    await asyncio.sleep(0.05)
    assert not faults and not timer.expired
    with pytest.raises(TimeoutError):
        await timer.wait(asyncio.Event().wait(), now() + 0.01)


async def test_a_task_that_is_cancelled_is_so_in_a_wait_too(timer: WaitTimer) -> None:
    begun = asyncio.Event()

    async def wait() -> None:
        begun.set()
        await WaitTimer().wait(asyncio.Event().wait(), now() + LIMIT)

    task = asyncio.create_task(wait())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_at_the_end_of_the_time_stays_one() -> None:
    async def wait() -> None:
        with closing(WaitTimer()) as timer:
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_later(0.02, task.cancel)
            end = now() + 0.02
            while now() < end:  # both are due at once, then
                pass
            await timer.wait(asyncio.Event().wait(), end)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(wait())


@pytest.mark.parametrize("inner_first", [True, False])
async def test_the_inner_one_of_two_waits_says_that_its_time_is_over(inner_first: bool) -> None:
    with closing(WaitTimer()) as outer, closing(WaitTimer()) as inner:

        async def wait() -> str:
            try:
                return (
                    await inner.wait(
                        asyncio.Event().wait(), now() + (0.01 if inner_first else LIMIT)
                    )
                    and "there"
                )
            except TimeoutError:
                return "inner"

        try:
            said = await outer.wait(wait(), now() + (LIMIT if inner_first else 0.01))
        except TimeoutError:
            said = "outer"
    assert said == ("inner" if inner_first else "outer")
    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0


async def test_an_error_in_place_of_the_cancellation_leaves_no_cancellation(
    timer: WaitTimer,
) -> None:
    async def convert() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError from None

    with pytest.raises(ValueError):
        await timer.wait(convert(), now() + 0.01)
    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0


async def test_a_closed_timer_fires_no_more(timer: WaitTimer) -> None:
    await timer.wait(asyncio.sleep(0), now() + 0.01)
    timer.close()
    assert timer._handle is None
