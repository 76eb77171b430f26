"""A server that gives the key out as an id gets it into no message."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import NotFound, WrongObject
from assistant_tui.services.assistants import AssistantService
from assistant_tui.transport.endpoint import Endpoint
from tests.api.support import KEY, KeyRing
from tests.fakeserver.deviations import refusing
from tests.fakeserver.standalone import StandaloneServer

LONG = KEY * 6


@asynccontextmanager
async def opened(server: StandaloneServer) -> AsyncIterator[AssistantService]:
    """The service of a server that wants the key."""
    transport = httpx.MockTransport(server.respond)
    endpoint = Endpoint("https://server.test/v1", key=KeyRing(LONG), transport=transport)
    async with AssistantsClient(endpoint) as client:
        yield AssistantService(client)


async def test_as_the_id_of_a_new_assistant_that_was_there_before() -> None:
    server = StandaloneServer(f'{{"id": "{LONG}", "model": "m"}}')
    server.deviations["create"] = lambda _: httpx.Response(200, text=server.texts[LONG])
    async with opened(server) as service:
        with pytest.raises(WrongObject, match=r"answered with \[key\], which was there") as raised:
            await service.create(Draft(preset={"model": '"n"'}))
    assert KEY not in str(raised.value)


async def test_as_the_id_of_an_assistant_that_is_gone() -> None:
    async with opened(StandaloneServer(retrieve=refusing(404))) as service:
        with pytest.raises(NotFound, match=r"no assistant \[key\]$"):
            await service.fetch(LONG)
