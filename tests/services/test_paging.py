"""Pages and lists over servers that page, that page otherwise, and that do not."""

import json

import httpx
import pytest

from assistant_tui.core.errors import Invalid, NotFound, NotServed
from assistant_tui.core.listing import Listing
from assistant_tui.core.resource import Capability
from tests.fakeserver.deviations import absent, refusing
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import embedded, service_of, some, text_of


def whole_list(server: StandaloneServer) -> httpx.Response:
    """A bare array of everything, whatever limit and cursor say."""
    return httpx.Response(200, text="[" + ",".join(server.texts.values()) + "]")


async def test_pages_follow_each_other_to_the_end() -> None:
    async with embedded(7, page_size=3) as (service, recorder):
        first = await service.page()
        second = await service.page(first.rows[-1].id)
        assert [len(first.rows), len(second.rows)] == [3, 3]
        assert not {row.id for row in first.rows} & {row.id for row in second.rows}
        listing = await service.reload(100)
    assert (len(listing), listing.complete) == (7, True)
    assert recorder.requests[0].url.params["limit"] == "3"
    assert recorder.parts == ["list"] * 5


async def test_a_reload_asks_for_no_more_than_was_there() -> None:
    async with embedded(20, page_size=3) as (service, recorder):
        listing = await service.reload(4)
    assert (len(listing), listing.complete, recorder.parts) == (6, False, ["list"] * 2)


async def test_a_reload_of_nothing_is_one_page() -> None:
    async with embedded(20, page_size=3) as (service, _):
        assert len(await service.reload(0)) == 3


async def test_an_empty_server() -> None:
    async with embedded(0) as (service, recorder):
        listing = await service.reload(0)
    assert (len(listing), listing.complete, recorder.parts) == (0, True, ["list"])


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_refused_cursor_makes_a_list_of_one_page(status: int) -> None:
    server = StandaloneServer(*some(5))

    def no_cursor(request: httpx.Request) -> httpx.Response:
        return (
            refusing(status)(request) if "after" in request.url.params else server.answer(request)
        )

    server.deviations["list"] = no_cursor
    async with service_of(server, page_size=2) as service:
        listing = await service.reload(100)
        assert (len(listing), listing.single_page, listing.complete) == (2, True, False)
        assert not service.can(Capability.CURSOR)
    assert server.parts == ["list", "list", "retrieve"]


async def test_a_cursor_that_is_gone_is_not_a_server_that_cannot_page() -> None:
    server = StandaloneServer(*some(5))

    def strict(request: httpx.Request) -> httpx.Response:
        known = request.url.params.get("after") in (None, *server.texts)
        return server.answer(request) if known else refusing(400)(request)

    server.deviations["list"] = strict
    async with service_of(server, page_size=2) as service:
        first = await service.page()
        del server.texts[first.rows[-1].id]
        with pytest.raises(NotFound):
            await service.page(first.rows[-1].id)
        assert service.can(Capability.CURSOR)


async def test_a_refused_first_page_is_an_error() -> None:
    async with service_of(StandaloneServer(list=refusing(400))) as service:
        with pytest.raises(Invalid):
            await service.page()


async def test_a_host_that_serves_no_list() -> None:
    async with service_of(StandaloneServer(list=absent)) as service:
        with pytest.raises(NotServed):
            await service.reload(0)


@pytest.mark.parametrize("count", [4, 5])
async def test_has_more_that_is_always_false_hides_no_page(count: int) -> None:
    server = StandaloneServer(*some(count))

    def never_more(request: httpx.Request) -> httpx.Response:
        text = server.answer(request).text
        return httpx.Response(200, text=text.replace('"has_more": true', '"has_more": false'))

    server.deviations["list"] = never_more
    async with service_of(server, page_size=2) as service:
        listing = await service.reload(100)
    assert (len(listing), listing.complete) == (count, True)


async def test_a_server_that_ignores_the_cursor_gives_one_page_only() -> None:
    server = StandaloneServer(*some(9))

    def first_page(request: httpx.Request) -> httpx.Response:
        return server.answer(httpx.Request("GET", request.url.copy_remove_param("after")))

    server.deviations["list"] = first_page
    async with service_of(server, page_size=3) as service:
        for _ in range(2):
            listing = await service.reload(100)
            assert (len(listing), listing.single_page, listing.complete) == (3, True, False)
        assert not service.can(Capability.CURSOR)
    assert server.parts == ["list"] * 3, "the cursor's own row came again, so it is there"


async def test_a_server_that_ignores_limit_and_cursor_has_told_all() -> None:
    server = StandaloneServer(*some(9))
    server.deviations["list"] = lambda request: whole_list(server)
    async with service_of(server, page_size=2) as service:
        for count in (100, 9):
            listing = await service.reload(count)
            assert (len(listing), listing.complete, listing.single_page) == (9, True, False)
    assert server.parts == ["list"] * 3, "the cursor's own row came again, so it is there"


async def test_a_page_one_for_a_cursor_that_is_gone_is_not_a_server_that_cannot_page() -> None:
    server = StandaloneServer(*some(9))
    async with service_of(server, page_size=3) as service:
        listing = Listing().extended(await service.page())
        del server.texts["asst_7"]
        with pytest.raises(NotFound):
            await service.page("asst_7", listing)
        assert service.can(Capability.CURSOR)


async def test_a_cursor_once_refused_is_not_sent_again() -> None:
    server = StandaloneServer(*some(9), retrieve=absent)

    def no_cursor(request: httpx.Request) -> httpx.Response:
        return refusing(400)(request) if "after" in request.url.params else server.answer(request)

    server.deviations["list"] = no_cursor
    async with service_of(server, page_size=3) as service:
        await service.reload(100)
        server.requests.clear()
        assert (await service.reload(100)).single_page
        assert (await service.fetch("asst_1", previous_id="asst_2")).name == "N1"
    assert server.queries == [{"limit": "3"}, {"limit": "100"}]


async def test_ids_that_are_numbers_are_texts_here_and_in_the_next_cursor() -> None:
    server = StandaloneServer(*(text_of(number, id=str(number)) for number in (3, 2, 1)))
    async with service_of(server, page_size=2) as service:
        listing = await service.reload(100)
        assert [row.id for row in listing.rows] == ["3", "2", "1"]
        assert (await service.fetch("2")).name == "N2"
        await service.delete("2")
    assert server.queries[1]["after"] == "2"
    assert [*server.texts] == ["3", "1"]


async def test_rows_behind_a_short_page_that_says_nothing_are_found() -> None:
    """The server gives twenty at most, and tells neither that nor whether more follow."""
    server = StandaloneServer(*some(33))

    def twenty(request: httpx.Request) -> httpx.Response:
        url = request.url.copy_set_param("limit", "20")
        texts = json.loads(server.answer(httpx.Request("GET", url)).text)["data"]
        return httpx.Response(200, json={"data": texts})

    server.deviations["list"] = twenty
    async with service_of(server, page_size=50) as service:
        assert len(await service.reload(33)) == 33
        listings = [each async for each in service.load_all(Listing())]
        assert (len(listings[-1]), listings[-1].complete) == (33, True)


async def test_a_total_that_is_told_is_not_contradicted() -> None:
    """The server gives one hundred whatever limit and cursor say, and tells of 150."""
    server = StandaloneServer(*some(150))

    def hundred(request: httpx.Request) -> httpx.Response:
        texts = [*server.texts.values()][:100]
        data = ",".join(texts)
        return httpx.Response(200, text=f'{{"data":[{data}],"meta":{{"total_results":150}}}}')

    server.deviations["list"] = hundred
    async with service_of(server, page_size=50) as service:
        listing = await service.reload(150)
        assert (listing.total(len(listing)), listing.single_page) == ("100+", True)
