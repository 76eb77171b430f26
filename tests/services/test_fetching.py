"""An assistant as it stands now, also where a server cannot retrieve one."""

import httpx
import pytest

from assistant_tui.core.errors import Deleted, Invalid, NotFound, NotServed, Offline
from assistant_tui.core.resource import Capability
from tests.fakeserver.deviations import absent, refusing, unreachable
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import embedded, service_of, some


async def test_a_server_that_retrieves_is_asked_for_nothing_else() -> None:
    server = StandaloneServer(*some(3))
    async with service_of(server) as service:
        assert (await service.fetch("asst_2", previous_id="asst_3")).name == "N2"
    assert server.parts == ["retrieve"]


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_what_cannot_be_retrieved_is_found_just_after_the_row_above(status: int) -> None:
    server = StandaloneServer(*some(3), retrieve=refusing(status))
    async with service_of(server) as service:
        assert (await service.fetch("asst_2", previous_id="asst_3")).name == "N2"
        assert not service.can(Capability.RETRIEVE)
    assert server.parts == ["retrieve", "list"]
    assert server.queries == [{"limit": "1", "after": "asst_3"}]


async def test_that_a_server_cannot_retrieve_is_learned_once() -> None:
    server = StandaloneServer(*some(3), retrieve=absent)
    async with service_of(server) as service:
        await service.fetch("asst_2", previous_id="asst_3")
        await service.fetch("asst_1", previous_id="asst_2")
        with pytest.raises(NotFound):
            await service.fetch("asst_9", previous_id="asst_3")
    assert server.count("retrieve") == 1


async def test_a_server_that_has_retrieved_is_believed_when_it_says_404() -> None:
    """A long list is not walked for each assistant that was deleted elsewhere."""
    server = StandaloneServer(*some(3))
    async with service_of(server) as service:
        await service.fetch("asst_2")
        with pytest.raises(NotFound):
            await service.fetch("asst_9", previous_id="asst_3")
        assert service.can(Capability.RETRIEVE)
    assert server.parts == ["retrieve", "retrieve"]


async def test_the_first_row_has_none_above_and_is_looked_for_from_the_top() -> None:
    server = StandaloneServer(*some(3), retrieve=absent)
    async with service_of(server) as service:
        assert (await service.fetch("asst_3")).name == "N3"
    assert server.queries == [{"limit": "100"}]


async def test_a_row_that_has_moved_is_looked_for_through_all_pages() -> None:
    server = StandaloneServer(*some(201), retrieve=absent)
    async with service_of(server) as service:
        assert (await service.fetch("asst_1", previous_id="asst_150")).name == "N1"
    assert [query["limit"] for query in server.queries] == ["1", "100", "100", "100"]


async def test_the_row_above_may_be_gone() -> None:
    server = StandaloneServer(*some(3), retrieve=absent)

    def strict(request: httpx.Request) -> httpx.Response:
        known = request.url.params.get("after", "asst_3") in server.texts
        return server.answer(request) if known else refusing(400)(request)

    server.deviations["list"] = strict
    async with service_of(server) as service:
        assert (await service.fetch("asst_2", previous_id="asst_gone")).name == "N2"


async def test_a_server_that_ignores_limit_and_cursor_shows_it_all_the_same() -> None:
    server = StandaloneServer(*some(3), retrieve=absent)
    text = "[" + ",".join(some(3)) + "]"
    server.deviations["list"] = lambda request: httpx.Response(200, text=text)
    async with service_of(server) as service:
        assert (await service.fetch("asst_1", previous_id="asst_3")).name == "N1"
    assert server.count("list") == 1


async def test_a_server_without_cursors_is_looked_through_as_far_as_it_goes() -> None:
    server = StandaloneServer(*some(150), retrieve=absent)

    def no_cursor(request: httpx.Request) -> httpx.Response:
        return refusing(400)(request) if "after" in request.url.params else server.answer(request)

    server.deviations["list"] = no_cursor
    async with service_of(server) as service:
        assert (await service.fetch("asst_60", previous_id="asst_61")).name == "N60"
        with pytest.raises(NotFound):
            await service.fetch("asst_1", previous_id="asst_2")
        assert not service.can(Capability.CURSOR)
    assert server.queries == [
        {"limit": "1", "after": "asst_61"},
        {"limit": "100"},
        {"limit": "1", "after": "asst_2"},
        {"limit": "100"},
        {"limit": "100", "after": "asst_51"},
    ]


async def test_a_list_that_is_refused_from_the_start_is_an_error() -> None:
    server = StandaloneServer(retrieve=absent, list=refusing(400))
    async with service_of(server) as service:
        with pytest.raises(Invalid):
            await service.fetch("asst_1")


async def test_what_was_deleted_elsewhere_says_nothing_about_the_server() -> None:
    server = StandaloneServer(*some(3))
    async with service_of(server) as service:
        with pytest.raises(NotFound, match="asst_7 any more"):
            await service.fetch("asst_7", previous_id="asst_3")
        assert service.can(Capability.RETRIEVE)


async def test_the_embedded_server_knows_what_was_deleted() -> None:
    async with embedded(3) as (service, _):
        first, second, _third = (await service.page()).rows
        await service.delete(second.id)
        with pytest.raises(NotFound):
            await service.fetch(second.id, previous_id=first.id)
        assert service.can(Capability.RETRIEVE)


async def test_a_host_that_answers_404_everywhere_is_not_deleted_elsewhere() -> None:
    server = StandaloneServer(*some(3), retrieve=absent, list=absent)
    async with service_of(server) as service:
        with pytest.raises(NotServed):
            await service.fetch("asst_1", previous_id="asst_2")
        assert service.can(Capability.RETRIEVE)


async def test_a_lost_connection_is_no_answer() -> None:
    server = StandaloneServer(*some(3), retrieve=unreachable)
    async with service_of(server) as service:
        with pytest.raises(Offline):
            await service.fetch("asst_1")
    assert server.count("list") == 0


async def test_what_a_whole_list_has_not_is_deleted_for_certain() -> None:
    server = StandaloneServer(*some(150))
    async with service_of(server) as service:
        with pytest.raises(Deleted):
            await service.fetch("asst_900")


async def test_a_server_that_has_retrieved_knows_what_is_deleted() -> None:
    server = StandaloneServer(*some(3), list=refusing(500))
    async with service_of(server) as service:
        await service.fetch("asst_2")
        with pytest.raises(Deleted, match="No assistant found") as caught:
            await service.fetch("asst_9")
    assert caught.value.status == 404


@pytest.mark.parametrize("status", [405, 501])
async def test_a_server_without_the_route_is_never_taken_to_have_lost_one(status: int) -> None:
    server = StandaloneServer(*some(3), retrieve=refusing(status))
    async with service_of(server) as service:
        with pytest.raises(NotFound) as caught:
            await service.fetch("asst_9")
    assert type(caught.value) is NotFound


async def test_a_server_that_cannot_retrieve_is_never_taken_to_have_lost_one() -> None:
    server = StandaloneServer(*some(3), retrieve=absent)
    async with service_of(server) as service:
        await service.fetch("asst_1")
        with pytest.raises(NotFound) as caught:
            await service.fetch("asst_9")
    assert type(caught.value) is NotFound


async def test_a_list_that_was_not_seen_to_its_end_proves_nothing() -> None:
    server = StandaloneServer(*some(150))

    def no_cursor(request: httpx.Request) -> httpx.Response:
        return refusing(400)(request) if "after" in request.url.params else server.answer(request)

    server.deviations["list"] = no_cursor
    async with service_of(server) as service:
        with pytest.raises(NotFound) as caught:
            await service.fetch("asst_900")
    assert type(caught.value) is NotFound
