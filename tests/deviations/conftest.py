"""Every profile of these tests has its key."""

import pytest

from assistant_tui.services.threads import following
from tests.deviations.known_servers import KEY, KEY_VARIABLE


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that the profiles name."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for by the clock comes sooner."""
    monkeypatch.setattr(following, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(following, "SETTLED_SECONDS", 0.05)
    monkeypatch.setattr(following, "QUIET_SECONDS", 0.1)
