"""Both stores, so that every behaviour of the server is asked of each."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from assistant_tui.server.store.interface import Store
from tests.server.support import client
from tests.stores import SampleStore, SQLiteStore


@pytest.fixture(params=["sqlite", "samples"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "samples":
        yield SampleStore(0)
        return
    with SQLiteStore(tmp_path / "assistants.db") as store:
        yield store


@pytest.fixture
async def http(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application over an empty store."""
    async with client(store) as speaking:
        yield speaking
