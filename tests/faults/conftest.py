"""A sound server, the proxy before it, and clients that never sleep."""

from collections.abc import Iterator

import pytest

from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.fixtures import embedded_server, shared_embedded_server
from tests.fakeserver.proxy import Proxy

__all__ = ["embedded_server", "shared_embedded_server"]


@pytest.fixture
def proxy(embedded_server: EmbeddedServer) -> Iterator[Proxy]:
    """A way to that server which can be spoiled."""
    with Proxy(embedded_server) as proxy:
        yield proxy
