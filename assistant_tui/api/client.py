"""The assistants of one server, the lists of what they can be given, and its connection."""

import asyncio
import random
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from assistant_tui.api import parsing, tool_resources
from assistant_tui.api.assistants import parse_assistant
from assistant_tui.api.resource import ResourceClient, ResponseReader
from assistant_tui.api.spool import Spool
from assistant_tui.core.assistants.tool_resources import ToolResourceList
from assistant_tui.core.errors import NotServed
from assistant_tui.core.resource import (
    ASSISTANTS,
    FILES,
    MODELS,
    VECTOR_STORES,
    Capability,
    ResourceKind,
    ServerCapabilities,
)
from assistant_tui.transport.activity import Activity
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.messages import LARGEST_BODY, Request
from assistant_tui.transport.transport import RandomSource, Sleep, Transport


class AssistantsClient(ResourceClient):
    """Sends requests to one server over kept connections; an async context manager.

    Every method raises `ServiceError`s alone. A client of another kind of object of the same server
    shares `transport`, `reader` and `server`.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        sleep: Sleep = asyncio.sleep,
        random: RandomSource = random.random,
        largest_body: int = LARGEST_BODY,
        spool: Spool | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.transport = Transport(endpoint, sleep=sleep, random=random, largest_body=largest_body)
        self.reader = ResponseReader(spool or Spool())
        self.server = ServerCapabilities()
        """What the server cannot do, as learned so far."""
        super().__init__(ASSISTANTS, parse_assistant, self.transport, self.reader, self.server)

    async def __aenter__(self) -> Self:
        """Open the pool.

        Raises:
            SettingError: a setting cannot be used; the message names it.
        """
        await self.transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.transport.__aexit__(kind, error, traceback)

    async def models(self) -> tuple[str, ...]:
        """Return the names of the models; none where the server has no such list."""
        capabilities = self.server.of(MODELS)
        if not capabilities.can(Capability.LIST):
            return ()
        try:
            response = await self.transport.send(Request("GET", f"/{MODELS.name}"))
        except NotServed:
            capabilities.learn_missing(Capability.LIST)
            return ()
        return await self.reader.read(response, parsing.read_models)

    async def files(self) -> ToolResourceList | None:
        """Return the files for assistants; None where the server has no such list.

        Of a list that breaks off in the middle, what came before is returned, as incomplete.
        """
        return await self._tool_resources(FILES, tool_resources.FILES_QUERY)

    async def vector_stores(self) -> ToolResourceList | None:
        """Return the vector stores, as `files` does the files."""
        return await self._tool_resources(VECTOR_STORES, tool_resources.VECTOR_STORES_QUERY)

    async def _tool_resources(
        self, kind: ResourceKind, query: Mapping[str, str]
    ) -> ToolResourceList | None:
        parse = tool_resources.parse_tool_resource
        listed = ResourceClient(kind, parse, self.transport, self.reader, self.server)
        return await tool_resources.list_tool_resources(listed, query)

    async def fetch_key(self) -> None:
        """Fetch the key before the first request."""
        await self.transport.fetch_key()

    async def redact(self, text: str) -> str:
        """Remove the key from a text of the server's, such as an id, before a message quotes it."""
        return await self.transport.redact(text)

    @property
    def activity(self) -> Activity:
        """What the requests are doing at this moment."""
        return self.transport.activity
