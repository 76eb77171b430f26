"""A server that wants to be left alone: it is said why and for how long, and it can be given up."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from textual.widgets import Input

from assistant_tui.core.assistants.samples import sample
from tests.fakeserver.deviations import answer
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

ID, NAME = sample(0)["id"], sample(0)["name"]


def slow_down(request: httpx.Request) -> httpx.Response:
    """The server wants to be left alone for two minutes."""
    return answer('{"error": {"message": "slow down"}}', 429, [(b"retry-after", b"120")])


@pytest.fixture
def busy(server: InProcessServer) -> InProcessServer:
    """The server of the store, which refuses every write until further notice."""
    server.deviations |= dict.fromkeys(("create", "modify", "delete"), slow_down)
    return server


@pytest.fixture
def woken() -> asyncio.Event:
    """Ends the waits of the program."""
    return asyncio.Event()


@pytest.fixture
async def program(
    busy: InProcessServer, woken: asyncio.Event, tmp_path: Path
) -> AsyncIterator[Driver]:
    """The program on that server; it waits until it is woken."""

    async def sleep(seconds: float) -> None:
        await woken.wait()

    async with running(busy, tmp_path, sleep=sleep) as driver:
        yield driver


async def waits(program: Driver) -> None:
    """Wait until a wait is told."""
    await program.until(lambda: "tried again in" in program.status)


async def test_a_save_that_waits_counts_down_and_is_told_in_the_end(
    program: Driver, busy: InProcessServer, woken: asyncio.Event, store: SampleStore
) -> None:
    await program.pilot.press("enter", "x", "ctrl+s")
    await waits(program)
    assert program.status == "… Rate limited: slow down · tried again in 120 s"
    await program.until(lambda: "again in 119 s" in program.status)
    busy.deviations.clear()
    woken.set()
    await program.settle()
    assert program.status == f"Saved {NAME}x · {ID}"


async def test_what_was_said_meanwhile_is_not_covered(program: Driver) -> None:
    await program.pilot.press("enter", "x", "ctrl+s")
    await waits(program)
    program.main.context.say("Something else")
    await program.pilot.pause()
    assert program.status == "Something else"


async def test_leaving_gives_a_wait_up_and_keeps_the_edit(
    program: Driver, store: SampleStore
) -> None:
    await program.pilot.press("enter", "x", "ctrl+s")
    await waits(program)
    await program.pilot.press("ctrl+q")
    await program.until(lambda: "There are unsaved changes" in program.text)
    await program.press("escape")
    assert program.main.query_one(Input).value == f"{NAME}x"
    assert "Rate limited: slow down" in program.status and "the edit is kept" in program.status
    assert (store.get(ID) or {})["name"] == NAME


async def test_a_deletion_that_waits_does_not_hold_the_program(
    program: Driver, store: SampleStore
) -> None:
    await program.pilot.press("d", "tab", "enter")
    await waits(program)
    await program.pilot.press("q")
    await program.until(lambda: not program.app.is_running)
    assert store.get(ID)


async def test_a_stopped_operation_on_many_gives_up_its_waits(
    program: Driver, store: SampleStore
) -> None:
    await program.press("space", "space", "b", "enter")
    await program.pilot.press(*"another", "enter")
    await waits(program)
    assert "tried again in" in program.text
    await program.press("escape")
    assert "Failed: 2" in program.text and "slow down" in program.text
    assert "tried again in" not in program.text
