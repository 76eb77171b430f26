"""Files and vector stores are asked for once, and again only after a failure."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from assistant_tui.core.assistants.tool_resources import ToolResource, ToolResourceList
from assistant_tui.core.errors import Forbidden
from assistant_tui.core.resource import FILES, VECTOR_STORES, Capability
from assistant_tui.services.assistants import AssistantService
from tests.fakeserver.deviations import absent, in_turn, refusing
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import embedded, service_of

Read = Callable[[AssistantService], Awaitable[ToolResourceList | None]]
READS: dict[str, Read] = {
    "files": lambda service: service.inventory.files(),
    "vector_stores": lambda service: service.inventory.vector_stores(),
}


def listed(request: httpx.Request) -> httpx.Response:
    """One entry, which is called as the list is."""
    name = request.url.path.rpartition("/")[2]
    return httpx.Response(200, json={"data": [{"id": "a", "name": name}], "has_more": False})


@pytest.mark.parametrize("name", READS)
async def test_an_answer_holds_for_the_session(name: str) -> None:
    server = StandaloneServer(any=in_turn(listed, refusing(403)))
    async with service_of(server) as service:
        expected = ToolResourceList((ToolResource("a", name, None),), True)
        assert await READS[name](service) == expected
        assert await READS[name](service) == expected
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", READS)
async def test_an_empty_list_is_an_answer(name: str) -> None:
    server = StandaloneServer(any=lambda request: httpx.Response(200, text="[]"))
    async with service_of(server) as service:
        assert (
            await READS[name](service) == await READS[name](service) == ToolResourceList((), True)
        )
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", READS)
async def test_after_a_failure_the_server_is_asked_again(name: str) -> None:
    server = StandaloneServer(any=in_turn(refusing(403), listed))
    async with service_of(server) as service:
        with pytest.raises(Forbidden, match="said 403"):
            await READS[name](service)
        assert await READS[name](service) == ToolResourceList(
            (ToolResource("a", name, None),), True
        )


async def test_files_and_vector_stores_are_two_lists() -> None:
    async with service_of(StandaloneServer(any=listed)) as service:
        both = [await service.inventory.files(), await service.inventory.vector_stores()]
    assert [each.found[0].name for each in both if each] == ["files", "vector_stores"]


async def test_a_server_that_has_neither_is_asked_once_for_each() -> None:
    server = StandaloneServer(any=absent)
    async with service_of(server) as service:
        for read in (*READS.values(), *READS.values()):
            assert await read(service) is None
        assert not service.can(Capability.LIST, FILES)
        assert not service.can(Capability.LIST, VECTOR_STORES)
    assert len(server.requests) == 2


async def test_the_programs_own_server_lists_both() -> None:
    nothing = ToolResourceList((), complete=True)
    async with embedded(1) as (service, _):
        assert await service.inventory.files() == nothing
        assert await service.inventory.vector_stores() == nothing
