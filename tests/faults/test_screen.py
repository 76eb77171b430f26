"""The program before a spoiled line: what it says, what it keeps, and what the server holds."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.retries import MOST_RETRIES
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.proxy import Exchange, Proxy, sound
from tests.faults.clients import DONE, PATIENT, Waits
from tests.faults.faults import (
    TROUBLES,
    Trouble,
    reset_after_it_is_done,
    reset_before_it_is_done,
    reset_in_the_request,
)
from tests.tui.driver import Driver, running

SIZE = (160, 24)
"""Room for whole sentences on the status line."""
CHOSEN = [
    each
    for each in TROUBLES
    if each.name
    in (
        "reset in the request",
        "reset before it is done",
        "closed after it is done",
        "500 after it is done",
        "502, a page before it is done",
        "429",
        "429 for an hour",
        "cut off",
        "promising less",
        "a login page",
    )
]
LOST = "the answer was lost, but it has arrived"


@pytest.fixture
async def program(
    proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> AsyncIterator[Driver]:
    """The program on a server with the assistant `Old`."""
    embedded_server.make("Old")
    endpoint = Endpoint(proxy.url, timeout=PATIENT)
    async with running(endpoint, tmp_path, size=SIZE, sleep=Waits()) as driver:
        yield driver


KEYS: dict[str, Sequence[str]] = {
    "create": ["n", *"New", "ctrl+s"],
    "modify": ["enter", *["backspace"] * 3, *"New", "ctrl+s"],
    "delete": ["d", "tab", "enter"],
}
DID = {"create": "Created New · ", "modify": "Saved New · ", "delete": "Deleted Old · "}
KEPT = {
    "create": "Not saved; the edit is kept here: ",
    "modify": "Not saved; the edit is kept here: ",
    "delete": "Old was not deleted: ",
}
AGAIN: dict[str, Sequence[str]] = {
    "create": ["ctrl+s"],
    "modify": ["ctrl+s"],
    "delete": KEYS["delete"],
}


@pytest.mark.parametrize("part", KEYS)
@pytest.mark.parametrize("trouble", CHOSEN, ids=str)
async def test_a_write_is_done_or_said_and_a_second_try_does_it_once(
    trouble: Trouble, part: str, program: Driver, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    proxy.once(part, trouble.act)
    await program.press(*KEYS[part])
    if trouble.carried_out or trouble.is_repeated(part):
        assert program.status.startswith(DID[part])
        assert (LOST in program.status) is (trouble.carried_out and part != "delete")
    else:
        assert program.status.startswith(f"✗ {KEPT[part]}{trouble.error.title}: ")
        assert embedded_server.names() == ["Old"]
        await program.press(*AGAIN[part])
        assert program.status.startswith(DID[part])
    assert embedded_server.names() == DONE[part]
    assert program.highlighted == (DONE[part][0] if DONE[part] else "")


async def test_a_list_that_cannot_be_loaded_says_so_and_keeps_its_rows(
    program: Driver, proxy: Proxy
) -> None:
    for count, trouble in enumerate(CHOSEN, 2):
        proxy.always(trouble.act, "list")
        await program.press("r")
        assert program.status.startswith(f"✗ {trouble.error.title}: "), trouble
        assert program.status.endswith(" · r tries again"), trouble
        assert program.highlighted == "Old"
        proxy.mend()
        proxy.embedded_server.make("New")
        await program.press("r")
        assert f"1–{count} of {count} (all)" in program.header, trouble
        assert "tries again" not in program.status


@pytest.mark.parametrize("trouble", CHOSEN, ids=str)
async def test_a_first_list_that_cannot_be_loaded_says_so_and_can_be_tried_again(
    trouble: Trouble, proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    embedded_server.make("Old")
    proxy.always(trouble.act, "list")
    endpoint = Endpoint(proxy.url, timeout=PATIENT)
    async with running(endpoint, tmp_path, size=SIZE, sleep=Waits()) as program:
        assert trouble.error.title in program.text
        assert "r tries again" in program.text
        proxy.mend()
        await program.press("r")
        assert program.highlighted == "Old"


async def test_a_page_that_fails_is_loaded_by_r(
    proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    for number in range(60):
        embedded_server.make(f"No {number}")
    endpoint = Endpoint(proxy.url, timeout=PATIENT)
    async with running(endpoint, tmp_path, size=SIZE, sleep=Waits()) as program:
        proxy.once("list", *[reset_in_the_request] * (MOST_RETRIES + 1))
        await program.press("G")
        assert "lost · r tries again" in program.status
        await program.press("r")
        await program.press("G")
        assert "60 (all)" in program.header
        assert program.highlighted == "No 0"


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_deletion_that_nobody_could_look_at_is_undone_only_where_it_happened(
    arrived: bool, program: Driver, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    (one,) = embedded_server.held()
    proxy.always(reset_after_it_is_done if arrived else reset_before_it_is_done, "delete")
    proxy.once("retrieve", sound, *[reset_in_the_request] * (MOST_RETRIES + 1))
    await program.press(*KEYS["delete"])
    assert "it may have been deleted all the same" in program.status
    proxy.mend()
    await program.press("u")
    assert program.asked is arrived
    if arrived:
        await program.press("tab", "enter")
    else:
        assert "Old was not brought back: it is still there" in program.status
    (now,) = embedded_server.held()
    assert now["name"] == "Old"
    assert (now["id"] != one["id"]) is arrived
    await program.press("u")
    assert "Nothing was done here that could be undone" in program.status


async def test_deletions_of_many_that_did_not_arrive_are_not_taken_back(
    program: Driver, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    embedded_server.make("Other")
    await program.press("r")
    before = embedded_server.held()

    async def reset_and_hide(exchange: Exchange) -> None:
        proxy.always(reset_in_the_request, "retrieve")
        await reset_before_it_is_done(exchange)

    proxy.always(reset_and_hide, "delete")
    await program.press("space", "up", "space", "d")
    await program.press("2", "enter")
    assert "it may have been deleted all the same" in program.text
    assert embedded_server.held() == before
    await program.press("escape")
    proxy.mend()
    kept = await program.main.context.service.journal.trash()
    assert kept, "nobody could know that it was not deleted"
    await program.press("u")
    await program.press(str(len(kept)), "enter")
    assert "it is still there: its deletion did not" in program.text
    assert embedded_server.held() == before
    assert await program.main.context.service.journal.trash() == ()


async def test_what_was_gone_already_is_said_and_does_not_offer_an_undoing(
    program: Driver, embedded_server: EmbeddedServer
) -> None:
    (one,) = embedded_server.held()
    embedded_server.store.delete(one["id"])
    await program.press(*KEYS["delete"])
    assert f"Old was gone already · {one['id']}" in program.status
    await program.press("u")
    assert "Nothing was done here" in program.status


async def test_a_form_left_with_a_lost_create_leaves_one_assistant_at_most(
    program: Driver, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    """It arrives after the program has looked for it in vain."""
    held = threading.Event()

    async def late(exchange: Exchange) -> None:
        await exchange.receive()
        exchange.reset()
        await asyncio.to_thread(held.wait)
        await exchange.carry_out()

    proxy.once("create", late)
    await program.press("n", *"New", "ctrl+s")
    assert "it is not there, but may still arrive" in program.status
    held.set()
    await program.until(lambda: embedded_server.names() == ["New", "Old"])
    await program.press("ctrl+s")
    assert program.status.startswith("Created New · ")
    assert embedded_server.names() == ["New", "Old"]


async def test_a_host_that_nobody_knows_is_named(tmp_path: Path) -> None:
    endpoint = Endpoint("http://assistants.invalid/v1")
    async with running(endpoint, tmp_path, size=SIZE, sleep=Waits()) as program:
        assert "host unknown: assistants.invalid" in program.text
        await program.press("n", *"New")
        assert "The models could not be listed: host unknown" in program.status
