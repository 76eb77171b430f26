"""A sound server on a socket, started once for all tests of a worker and empty for each."""

from collections.abc import Iterator

import pytest

from tests.fakeserver.machine import Machine


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
