"""Answers as they come: none is lost to a failure beside it, none waits behind a slow one."""

import asyncio

import pytest

from assistant_tui.core.errors import ServerFault
from assistant_tui.services.flights import Flights


async def said(word: str) -> str:
    return word


async def failed() -> str:
    raise ServerFault("broken")


async def never() -> str:
    await asyncio.Event().wait()
    return ""


async def test_what_was_asked_for_first_comes_first_but_a_failure_last() -> None:
    before = asyncio.all_tasks()
    async with Flights[str]() as flights:
        flights.start("slow", never())
        flights.start("bad", failed())
        flights.start("one", said("first"))
        flights.start("other", said("second"))
        assert [await flights.next() for _ in range(2)] == [("one", "first"), ("other", "second")]
        assert "slow" in flights and "one" not in flights
        with pytest.raises(ServerFault):
            await flights.next()
        assert flights
    assert asyncio.all_tasks() == before
