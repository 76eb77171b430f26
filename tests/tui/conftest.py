"""A program on a server with a handful of assistants, and the gate in front of it."""

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
def gate(store: SampleStore) -> InProcessServer:
    """The server of the store, behind a gate that a test can close."""
    return InProcessServer(create_app(store, models=MODELS))


@pytest.fixture
async def program(gate: InProcessServer, tmp_path: Path) -> AsyncIterator[Driver]:
    """The program at 80×24 on that server."""
    async with running(gate, tmp_path) as driver:
        yield driver
