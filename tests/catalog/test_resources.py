"""Files and vector stores are asked for once, and again only after a failure."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from assistant_tui.api.dialect import Capability
from assistant_tui.catalog.catalog import Catalog
from assistant_tui.core.errors import Forbidden
from assistant_tui.core.resource import Resource, Resources
from tests.catalog.support import Server, absent, catalog_of, embedded, in_turn, refusing

Read = Callable[[Catalog], Awaitable[Resources | None]]
READS: dict[str, Read] = {
    "files": lambda catalog: catalog.files(),
    "vector_stores": lambda catalog: catalog.vector_stores(),
}


def listed(request: httpx.Request) -> httpx.Response:
    """One entry, which is called as the list is."""
    name = request.url.path.rpartition("/")[2]
    return httpx.Response(200, json={"data": [{"id": "a", "name": name}], "has_more": False})


@pytest.mark.parametrize("name", READS)
async def test_an_answer_holds_for_the_session(name: str) -> None:
    server = Server(retrieve=in_turn(listed, refusing(403)))
    async with catalog_of(server) as catalog:
        expected = Resources((Resource("a", name, None),), True)
        assert await READS[name](catalog) == expected
        assert await READS[name](catalog) == expected
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", READS)
async def test_an_empty_list_is_an_answer(name: str) -> None:
    server = Server(retrieve=lambda request: httpx.Response(200, text="[]"))
    async with catalog_of(server) as catalog:
        assert await READS[name](catalog) == await READS[name](catalog) == Resources((), True)
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", READS)
async def test_after_a_failure_the_server_is_asked_again(name: str) -> None:
    server = Server(retrieve=in_turn(refusing(403), listed))
    async with catalog_of(server) as catalog:
        with pytest.raises(Forbidden, match="said 403"):
            await READS[name](catalog)
        assert await READS[name](catalog) == Resources((Resource("a", name, None),), True)


async def test_files_and_vector_stores_are_two_lists() -> None:
    async with catalog_of(Server(retrieve=listed)) as catalog:
        both = [await catalog.files(), await catalog.vector_stores()]
    assert [each.found[0].name for each in both if each] == ["files", "vector_stores"]


async def test_a_server_that_has_neither_is_asked_once_for_each() -> None:
    server = Server(retrieve=absent)
    async with catalog_of(server) as catalog:
        for read in (*READS.values(), *READS.values()):
            assert await read(catalog) is None
        assert not catalog.can(Capability.FILES)
        assert not catalog.can(Capability.VECTOR_STORES)
    assert len(server.requests) == 2


async def test_the_programs_own_server_has_neither() -> None:
    async with embedded(1) as (catalog, _):
        assert await catalog.files() is None
        assert await catalog.vector_stores() is None
