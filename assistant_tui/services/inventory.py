"""What a server lists that an assistant may name: models, files and vector stores."""

from collections.abc import Awaitable
from typing import TypeVar

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.cloning import ServerInventory
from assistant_tui.core.assistants.tool_resources import ToolResourceList
from assistant_tui.core.errors import ServiceError

_Answer = TypeVar("_Answer")


class InventoryService:
    """The lists of one server; files and vector stores are asked for once."""

    def __init__(self, client: AssistantsClient) -> None:
        """Ask for nothing yet."""
        self._client = client
        self._files: ToolResourceList | None = None
        self._vector_stores: ToolResourceList | None = None

    async def models(self) -> tuple[str, ...]:
        """The names of the models that the server lists; empty where it lists none."""
        return await self._client.models()

    async def files(self) -> ToolResourceList | None:
        """The files that tools can be given, as first answered; None where there is no list."""
        if self._files is None:
            self._files = await self._client.files()
        return self._files

    async def vector_stores(self) -> ToolResourceList | None:
        """The vector stores, as first answered; None where the server has no list of them."""
        if self._vector_stores is None:
            self._vector_stores = await self._client.vector_stores()
        return self._vector_stores

    async def fetch(self) -> ServerInventory:
        """All of them; a list that fails counts as none."""
        return ServerInventory(
            await _unless_it_fails(self.models(), ()),
            await _unless_it_fails(self.files(), None),
            await _unless_it_fails(self.vector_stores(), None),
        )


async def _unless_it_fails(answer: Awaitable[_Answer], otherwise: _Answer) -> _Answer:
    try:
        return await answer
    except ServiceError:
        return otherwise
