"""The service's own share: what is forbidden here, what is remembered, what is closed."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import Forbidden
from assistant_tui.core.resource import MODELS, Capability
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.listing_cache import ListingCache
from tests.fakeserver.deviations import absent
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import draft_of, embedded, service_of, some, text_of

WRITES: dict[str, Callable[[AssistantService], Awaitable[object]]] = {
    "create": lambda service: service.create(Draft().edited("model", "m")),
    "save": lambda service: service.save(draft_of(text_of(1), name='"x"')),
    "delete": lambda service: service.delete("asst_1"),
}


@pytest.mark.parametrize("write", WRITES)
async def test_a_read_only_profile_refuses_before_anything_is_sent(write: str) -> None:
    server = StandaloneServer(*some(3))
    async with service_of(server, read_only=True) as service:
        with pytest.raises(Forbidden, match="read-only: nothing was sent"):
            await WRITES[write](service)
        assert server.parts == []
        assert (await service.page()).rows[2].name == "N1"
        assert (await service.fetch("asst_1")).name == "N1"


async def test_the_models_are_the_servers() -> None:
    async with embedded(0) as (service, _):
        assert "gpt-4o" in await service.inventory.models()


async def test_a_server_without_a_list_of_models_has_none() -> None:
    server = StandaloneServer(models=absent)  # /models is no other road to this server
    async with service_of(server) as service:
        assert await service.inventory.models() == ()
        assert not service.can(Capability.LIST, MODELS)
        assert service.can(Capability.CREATE)


async def test_the_first_page_is_remembered(tmp_path: Path) -> None:
    listing_cache = ListingCache(tmp_path, "p")
    async with service_of(
        StandaloneServer(*some(3)), page_size=10, listing_cache=listing_cache
    ) as service:
        listing = await service.reload(0)
        service.remember(listing)
    assert listing_cache.read().rows == listing.rows
    assert listing_cache.read().complete


async def test_the_first_page_of_many_is_not_remembered_as_all(tmp_path: Path) -> None:
    listing_cache = ListingCache(tmp_path, "p")
    async with service_of(
        StandaloneServer(*some(3)), page_size=2, listing_cache=listing_cache
    ) as service:
        listing = await service.reload(100)
        assert listing.complete
        service.remember(listing)
    assert len(listing_cache.read()) == 2
    assert not listing_cache.read().complete


async def test_without_a_memory_nothing_is_kept(tmp_path: Path) -> None:
    async with service_of(StandaloneServer(*some(3))) as service:
        service.remember(await service.reload(0))
    assert [*tmp_path.iterdir()] == []


async def test_closing_gives_back_what_was_opened() -> None:
    closed: list[str] = []
    stack = AsyncExitStack()
    stack.callback(closed.append, "store")
    async with service_of(StandaloneServer(), notice="a remark", resources=stack) as service:
        assert service.notice == "a remark"
        await service.close()
    assert closed == ["store"]
