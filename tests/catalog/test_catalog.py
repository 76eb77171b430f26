"""The catalog's own share: what is forbidden here, what is remembered, what is closed."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from assistant_tui.api.dialect import Capability
from assistant_tui.catalog.catalog import Catalog
from assistant_tui.catalog.remembered import Memory
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import Forbidden
from tests.catalog.support import Server, absent, catalog_of, draft_of, embedded, some, text_of

WRITES: dict[str, Callable[[Catalog], Awaitable[object]]] = {
    "create": lambda catalog: catalog.create(Draft().edited("model", "m")),
    "save": lambda catalog: catalog.save(draft_of(text_of(1), name='"x"')),
    "delete": lambda catalog: catalog.delete("asst_1"),
}


@pytest.mark.parametrize("write", WRITES)
async def test_a_read_only_profile_refuses_before_anything_is_sent(write: str) -> None:
    server = Server(*some(3))
    async with catalog_of(server, read_only=True) as catalog:
        with pytest.raises(Forbidden, match="read-only: nothing was sent"):
            await WRITES[write](catalog)
        assert server.asked == []
        assert (await catalog.page()).rows[2].name == "N1"
        assert (await catalog.fetch("asst_1")).name == "N1"


async def test_the_models_are_the_servers() -> None:
    async with embedded(0) as (catalog, _):
        assert "gpt-4o" in await catalog.models()


async def test_a_server_without_a_list_of_models_has_none() -> None:
    server = Server(retrieve=absent)  # /models is no other road to this server
    async with catalog_of(server) as catalog:
        assert await catalog.models() == ()
        assert not catalog.can(Capability.MODELS)
        assert catalog.can(Capability.CREATE)


async def test_the_first_page_is_remembered(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "p")
    async with catalog_of(Server(*some(3)), page_size=10, memory=memory) as catalog:
        listing = await catalog.reload(0)
        catalog.remember(listing)
    assert memory.read().rows == listing.rows
    assert memory.read().complete


async def test_the_first_page_of_many_is_not_remembered_as_all(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "p")
    async with catalog_of(Server(*some(3)), page_size=2, memory=memory) as catalog:
        listing = await catalog.reload(100)
        assert listing.complete
        catalog.remember(listing)
    assert len(memory.read()) == 2
    assert not memory.read().complete


async def test_without_a_memory_nothing_is_kept(tmp_path: Path) -> None:
    async with catalog_of(Server(*some(3))) as catalog:
        catalog.remember(await catalog.reload(0))
    assert [*tmp_path.iterdir()] == []


async def test_closing_gives_back_what_was_opened() -> None:
    closed: list[str] = []
    stack = AsyncExitStack()
    stack.callback(closed.append, "store")
    async with catalog_of(Server(), remark="a remark", resources=stack) as catalog:
        assert catalog.remark == "a remark"
        await catalog.close()
    assert closed == ["store"]
