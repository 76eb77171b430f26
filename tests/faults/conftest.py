"""A machine with a sound server, the proxy before it, and clients that never sleep."""

from collections.abc import Iterator

import pytest

from tests.fakeserver.fixtures import machine, other_side
from tests.fakeserver.machine import Machine
from tests.fakeserver.proxy import Proxy

__all__ = ["machine", "other_side"]


@pytest.fixture
def proxy(machine: Machine) -> Iterator[Proxy]:
    """A way to that server which can be spoiled."""
    with Proxy(machine) as proxy:
        yield proxy
