"""Every profile of these tests has its key."""

import pytest

from tests.deviations.known_servers import KEY, KEY_VARIABLE


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that the profiles name."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
