"""A machine with a sound server, the proxy before it, and clients that never sleep."""

from collections.abc import Iterator

import pytest

from tests.faults.machine import Machine
from tests.faults.proxy import Proxy


@pytest.fixture(scope="session")
def other_side() -> Iterator[Machine]:
    """The machine, started once."""
    with Machine() as machine:
        yield machine


@pytest.fixture
def machine(other_side: Machine) -> Machine:
    """The machine, its server empty."""
    other_side.wipe()
    return other_side


@pytest.fixture
def proxy(machine: Machine) -> Iterator[Proxy]:
    """A way to that server which can be spoiled."""
    with Proxy(machine) as proxy:
        yield proxy
