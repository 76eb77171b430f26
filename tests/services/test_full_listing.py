"""All of a list, from both ends or at remembered places, while others create and delete."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from itertools import chain, repeat
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import ServerFault
from assistant_tui.core.listing import Listing
from assistant_tui.core.resource import Capability
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.fetching import fetch_page
from assistant_tui.services.full_listing import LIMIT, MAX_BYTES, MAX_REQUESTS, load_all
from assistant_tui.services.listing_cache import ListingCache
from tests.fakeserver.deviations import refusal
from tests.fakeserver.requests import id_of
from tests.services.changing_server import ChangingServer, ListDeviations, identity_of, numbers_of
from tests.services.support import client_of

NOTHING = Listing()


async def walked(
    server: ChangingServer, listing: Listing = NOTHING, checkpoints: Sequence[str] = ()
) -> list[Listing]:
    """Every listing that load_all yields."""
    async with client_of(server) as client:
        return [each async for each in load_all(client, listing, checkpoints)]


def newest_first(count: int) -> list[int]:
    return [*range(count, 0, -1)]


def checkpoints_of(server: ChangingServer) -> list[str]:
    return [identity_of(number) for number in server.numbers[99:-1:100]]


async def test_from_both_ends_in_half_the_turns() -> None:
    server = ChangingServer(1_050, waits=repeat(3))
    listings = await walked(server)
    assert numbers_of(listings[-1].rows) == newest_first(1_050)
    assert listings[-1].complete and not listings[-1].tail
    assert (len(server.pages), server.most_under_way) == (11, 2)
    assert {query["limit"] for query in server.pages} == {"100"}
    assert [query["order"] for query in server.pages].count("asc") == 5
    assert len(listings[-2].tail) >= 500


async def test_what_is_loaded_is_not_asked_for_again() -> None:
    server = ChangingServer(1_050)
    before = (await walked(server))[5]
    assert (len(before.rows), len(before.tail)) == (300, 300)
    server.pages.clear()
    after = (await walked(server, before))[-1]
    assert numbers_of(after.rows) == newest_first(1_050)
    assert {query.get("after") for query in server.pages[:2]} == {"asst_751", "asst_300"}
    assert len(server.pages) <= 7


@pytest.mark.parametrize(
    "known",
    [Listing(complete=True), Listing(single_page=True, back_ended=True)],
    ids=["whole", "neither end"],
)
async def test_nothing_is_asked_where_nothing_can_come(known: Listing) -> None:
    server = ChangingServer(5)
    assert (await walked(server, known), server.pages) == ([], [])


async def test_at_eight_remembered_places_at_once() -> None:
    server = ChangingServer(2_050, waits=repeat(3))
    listings = await walked(server, checkpoints=checkpoints_of(server))
    assert numbers_of(listings[-1].rows) == newest_first(2_050)
    assert (listings[-1].complete, len(listings)) == (True, 21)
    assert (len(server.pages), server.most_under_way) == (21, MAX_REQUESTS)
    assert "asc" not in {query["order"] for query in server.pages}


async def test_new_ones_on_top_and_gaps_cost_a_page_each_and_not_the_walk() -> None:
    server = ChangingServer(2_050, waits=repeat(3))
    checkpoints = checkpoints_of(server)
    for number in (1_000, 1_250, 1_351, 1_352):
        server.delete(number)
    assert identity_of(1_351) in checkpoints
    for _ in range(130):
        server.create_another()
    listing = (await walked(server, checkpoints=checkpoints))[-1]
    assert (numbers_of(listing.rows), listing.complete) == (server.numbers, True)
    assert (len(server.pages), server.most_under_way) == (21 + 2 + 1, MAX_REQUESTS)


async def test_what_is_loaded_tells_how_many_long_pages_come_at_once() -> None:
    server = ChangingServer(1_050, waits=repeat(3))
    checkpoints = checkpoints_of(server)
    first = (await walked(server, checkpoints=checkpoints))[0].rows[:50]
    long = [row._replace(stored_text="x" * (MAX_BYTES // LIMIT // 2)) for row in first]
    server.most_under_way = 0
    listing = (await walked(server, Listing(long), checkpoints))[-1]
    assert (numbers_of(listing.rows), server.most_under_way) == (newest_first(1_050), 2)


async def test_a_seam_of_rows_that_are_loaded_is_not_asked_for() -> None:
    server = ChangingServer(1_050)
    checkpoints = checkpoints_of(server)
    before = (await walked(server, checkpoints=checkpoints))[3]
    server.pages.clear()
    assert numbers_of((await walked(server, before, checkpoints))[-1].rows) == newest_first(1_050)
    assert len(server.pages) == 7


async def test_a_remembered_listing_is_loaded_anew() -> None:
    server = ChangingServer(3)
    old = Listing((await walked(server))[-1].rows, remembered=True)
    server.delete(2)
    assert numbers_of((await walked(server, old))[-1].rows) == [3, 1]


@pytest.mark.parametrize("per_second", [1, 10_000])
async def test_a_server_that_ignores_the_order_is_noticed_and_not_asked_again(
    per_second: int,
) -> None:
    deviations = ListDeviations(keeps_order=False)
    server = ChangingServer(1_050, list_deviations=deviations, per_second=per_second)
    async with client_of(server) as client:
        listings = [each async for each in load_all(client, Listing())]
        assert not client.capabilities.can(Capability.ORDER)
        assert [query["order"] for query in server.pages].count("asc") == 1
        server.pages.clear()
        assert len([each async for each in load_all(client, Listing())]) == 11
        assert len(server.pages) == 11
    assert (numbers_of(listings[-1].rows), listings[-1].complete) == (newest_first(1_050), True)


@pytest.mark.parametrize("largest", [100, 60])
@pytest.mark.parametrize("begun", [0, 1])
@pytest.mark.parametrize("checkpoints", [(), ("asst_351", "asst_251", "asst_151", "asst_51")])
@pytest.mark.parametrize("refuses", [True, False])
@pytest.mark.parametrize("dead_end", ["asc", "desc"])
async def test_where_one_order_does_not_go_on_the_other_does(
    dead_end: str, refuses: bool, checkpoints: tuple[str, ...], begun: int, largest: int
) -> None:
    deviations = ListDeviations(dead_end=dead_end, refuses_dead_end=refuses, largest=largest)
    server = ChangingServer(450, list_deviations=deviations)
    async with client_of(server) as client:
        listing = Listing()
        for _ in range(2 * begun):  # as a person who scrolled to the end of what there is
            listing = listing.extended(await fetch_page(client, listing.cursor, 50, loaded=listing))
        async for each in load_all(client, listing, checkpoints):
            listing = each
    assert (numbers_of(listing.rows), listing.complete) == (newest_first(450), True)
    assert len(server.pages) < 40


@pytest.mark.parametrize("overlap", [0, 1, 2])
async def test_ends_that_meet_in_one_row_go_on_until_it_is_certain(overlap: int) -> None:
    deviations = ListDeviations(dead_end="desc")
    server = ChangingServer(200 - overlap, list_deviations=deviations)
    listing = (await walked(server))[-1]
    assert numbers_of(listing.rows) == newest_first(200 - overlap)[: len(listing.rows)]
    assert {*numbers_of(listing.loaded)} == {*newest_first(200 - overlap)}
    assert listing.complete


async def test_where_neither_order_goes_on_that_is_said_and_not_tried_again() -> None:
    server = ChangingServer(450)
    server.deviations["list"] = lambda request: (
        refusal(400) if "after" in request.url.params else None
    )
    async with client_of(server) as client:
        listings = [each async for each in load_all(client, Listing())]
        assert (len(listings[-1].loaded), listings[-1].ended) == (200, True)
        assert listings[-1].total(200) == "200+"
        server.pages.clear()
        assert [each async for each in load_all(client, listings[-1])] == []
    assert server.pages == []


@pytest.mark.parametrize("checkpoints", [(), ("asst_151", "asst_51")])
async def test_a_server_that_begins_its_pages_with_the_cursor(checkpoints: tuple[str, ...]) -> None:
    server = ChangingServer(250, list_deviations=ListDeviations(inclusive=True))
    listing = (await walked(server, checkpoints=checkpoints))[-1]
    assert (numbers_of(listing.rows), listing.complete) == (newest_first(250), True)


async def test_what_is_new_on_top_of_a_server_that_ignores_the_cursor_is_left_out() -> None:
    server = ChangingServer(250, list_deviations=ListDeviations(keeps_order=False))

    def first_page(request: httpx.Request) -> httpx.Response:
        server.create_another()
        return server.answer(httpx.Request("GET", request.url.copy_remove_param("after")))

    server.deviations["list"] = first_page
    listing = (await walked(server))[-1]
    assert (len(listing), listing.single_page, listing.complete) == (100, True, False)
    assert numbers_of(listing.rows) == sorted(numbers_of(listing.rows), reverse=True)


async def test_a_server_that_disowns_what_it_lists_is_not_asked_for_ever() -> None:
    server = ChangingServer(9, list_deviations=ListDeviations(keeps_order=False, largest=1))
    disowned = "asst_5"
    server.deviations |= {
        "retrieve": lambda request: refusal(404) if id_of(request) == disowned else None,
        "list": lambda request: (
            refusal(400) if request.url.params.get("after") == disowned else None
        ),
    }
    async with client_of(server) as client:
        client.capabilities.prove(Capability.RETRIEVE)
        listings = [each async for each in load_all(client, Listing())]
    assert (len(listings[-1]), listings[-1].single_page) == (5, True)


async def test_a_failure_comes_after_what_was_loaded_and_the_next_walk_goes_on() -> None:
    server = ChangingServer(1_050)
    server.deviations["list"] = lambda _: refusal(500) if len(server.pages) == 5 else None
    listings: list[Listing] = []
    async with client_of(server) as client:
        with pytest.raises(ServerFault):
            async for listing in load_all(client, Listing()):
                listings.append(listing)
        assert len(listings[-1].loaded) == 500
        del server.deviations["list"]
        after = [each async for each in load_all(client, listings[-1])]
    assert numbers_of(after[-1].rows) == newest_first(1_050)
    assert len(server.pages) <= 13


async def test_closing_a_walk_gives_up_what_is_under_way() -> None:
    server = ChangingServer(2_050, waits=chain([3], repeat(1_000_000)))
    before = asyncio.all_tasks()
    async with client_of(server) as client:
        async with aclosing(load_all(client, Listing(), checkpoints_of(server))) as listings:
            await anext(listings)
            await server.busy(MAX_REQUESTS)
        assert (server.under_way, asyncio.all_tasks()) == (0, before)


async def test_a_cancelled_walk_gives_up_what_is_under_way() -> None:
    server = ChangingServer(2_050, waits=repeat(1_000_000))
    before = asyncio.all_tasks()
    async with client_of(server) as client:
        task = asyncio.ensure_future(anext(load_all(client, Listing(), checkpoints_of(server))))
        await server.busy(MAX_REQUESTS)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (server.under_way, asyncio.all_tasks()) == (0, before)


async def test_a_service_walks_faster_the_second_time(tmp_path: Path) -> None:
    server = ChangingServer(1_050, waits=repeat(3))
    for most, listing_cache in (
        (2, ListingCache(tmp_path, "p")),
        (MAX_REQUESTS, ListingCache(tmp_path, "p")),
    ):
        server.most_under_way = 0
        async with client_of(server) as client:
            service = AssistantService(client, listing_cache=listing_cache)
            listings = [each async for each in service.load_all(Listing())]
        assert numbers_of(listings[-1].rows) == newest_first(1_050)
        assert server.most_under_way == most
    assert len(ListingCache(tmp_path, "p").read()) == 50
