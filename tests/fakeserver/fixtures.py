"""A sound server on a socket, started once for all tests of a worker and empty for each."""

from collections.abc import Iterator

import pytest

from tests.fakeserver.embedded_server import EmbeddedServer


@pytest.fixture(scope="session")
def shared_embedded_server() -> Iterator[EmbeddedServer]:
    """The server, started once."""
    with EmbeddedServer() as embedded_server:
        yield embedded_server


@pytest.fixture
def embedded_server(shared_embedded_server: EmbeddedServer) -> EmbeddedServer:
    """The server, emptied."""
    shared_embedded_server.wipe()
    return shared_embedded_server
