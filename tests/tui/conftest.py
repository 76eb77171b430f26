"""A program on a server with a handful of assistants."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

MODELS = ("gpt-4o", "gpt-4o-mini", "o3-mini")


@pytest.fixture
def store() -> SampleStore:
    """Three samples; a test that needs more makes its own."""
    return SampleStore(3)


@pytest.fixture
def server(store: SampleStore) -> InProcessServer:
    """The server of the store; a test can have it hold or refuse requests."""
    return InProcessServer(create_app(store, models=MODELS))


@pytest.fixture
async def program(server: InProcessServer, tmp_path: Path) -> AsyncIterator[Driver]:
    """The program at 80×24 on that server."""
    async with running(server, tmp_path) as driver:
        yield driver
