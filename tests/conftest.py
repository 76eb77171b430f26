"""Every test has a home of its own, and no word from the machine that it runs on."""

import gc
import os
import time
from pathlib import Path

import certifi
import pytest
from hypothesis import HealthCheck, settings

# Without clocks, since a busy machine must make no test fail, and with the same examples in every
# run; ASSISTANT_TUI_EXAMPLES=random looks for others.
settings.register_profile(
    "calm",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("ASSISTANT_TUI_EXAMPLES") != "random",
)
settings.load_profile("calm")


def pytest_collection_finish() -> None:
    """Let the collector leave alone what was imported, and look seldom at what tests make.

    A screen makes so many objects that a fifth of its time went into looking for garbage. The
    program's own `gc.freeze` is left out, in `own_surroundings`: it would keep the widgets of each
    program that a test starts for as long as the process lives.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 25)


_PREFIXES = ("OPENAI_", "ASSISTANT_TUI_", "SSH_", "SSL_")
_NAMES = ("TMUX", "STY", "NO_COLOR", "VISUAL", "EDITOR")


_END_OF_CERTIFICATE = "-----END CERTIFICATE-----\n"


@pytest.fixture(scope="session")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whom clients trust: reading all authorities takes 40 ms of every client that is opened."""
    first, end, _ = certifi.contents().partition(_END_OF_CERTIFICATE)
    path = tmp_path_factory.mktemp("authorities") / "one.pem"
    path.write_text(first + end)
    return path


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, one_authority: Path) -> None:
    """The home is named but not made, so that a test sees whether the program made it."""
    for name in [*os.environ]:
        if name.startswith(_PREFIXES) or name in _NAMES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("ASSISTANT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SSL_CERT_FILE", str(one_authority))
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
