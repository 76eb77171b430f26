"""Services before fake servers, which never wait, and texts of assistants."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.json_text import compose
from assistant_tui.core.raw_json import RawJson
from assistant_tui.server.app import create_app
from assistant_tui.services.assistants import AssistantService
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.transport import Sleep
from tests.fakeserver.in_process import InProcessServer
from tests.fakeserver.server import FakeServer
from tests.stores import SampleStore


def text_of(number: int, **fields: str) -> str:
    """The JSON of one assistant, fields given as JSON texts."""
    plain = {"id": f'"asst_{number}"', "created_at": str(1_700_000_000 + number)}
    return compose({**plain, "name": f'"N{number}"', "model": '"m"', **fields})


def some(count: int) -> list[str]:
    """So many assistants, newest first."""
    return [text_of(number) for number in range(count, 0, -1)]


async def _at_once(seconds: float) -> None:
    """Waits for nothing."""


@asynccontextmanager
async def client_of(
    server: FakeServer, url: str = "https://server.test/v1", sleep: Sleep = _at_once
) -> AsyncIterator[AssistantsClient]:
    """A client of a fake server in this process, which sleeps for no time."""
    endpoint = Endpoint(url, transport=httpx.MockTransport(server.respond))
    async with AssistantsClient(endpoint, sleep=sleep, random=lambda: 0.0) as client:
        yield client


@asynccontextmanager
async def service_of(server: FakeServer, **settings: Any) -> AsyncIterator[AssistantService]:
    """The service of a fake server in this process."""
    async with client_of(server) as client:
        yield AssistantService(client, **settings)


@asynccontextmanager
async def embedded(
    samples: int, **settings: Any
) -> AsyncIterator[tuple[AssistantService, FakeServer]]:
    """The service of the program's own server, over samples, with a record of its requests."""
    server = InProcessServer(create_app(SampleStore(samples), models=()))
    async with client_of(server, "https://server.test") as client:
        yield AssistantService(client, **settings), server


def draft_of(text: str, **exact: str) -> Draft:
    """An edit of an assistant, the new values as JSON texts."""
    return Draft(RawJson(text), exact=exact)
