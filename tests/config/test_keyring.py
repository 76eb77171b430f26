"""API keys in the keyring of the desktop."""

import asyncio
import sys
import threading
from types import ModuleType

import pytest

from assistant_tui.config import api_keys
from assistant_tui.core.errors import Unauthorized
from tests.config.support import SECRET, key_of, refusal_of


class FakeKeyring(ModuleType):
    """Stands in for the package."""

    def __init__(self, answer: str | Exception | None) -> None:
        super().__init__("keyring")
        self.errors = ModuleType("keyring.errors")
        self.errors.KeyringError = KeyringError  # type: ignore[attr-defined]  # a module made up here
        self.asked: list[tuple[str, str]] = []
        self._answer = answer

    def get_password(self, service: str, user: str) -> str | None:
        """What the person once put there."""
        self.asked.append((service, user))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class KeyringError(Exception):
    """What the package raises."""


def install(monkeypatch: pytest.MonkeyPatch, answer: str | Exception | None) -> FakeKeyring:
    """Make the stand-in what `import keyring` finds."""
    keyring = FakeKeyring(answer)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", keyring.errors)
    return keyring


async def test_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = install(monkeypatch, SECRET)
    assert await key_of(api_key_keyring="laplas")() == SECRET
    assert keyring.asked == [("laplas", "assistant-tui")]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "the keyring has no key for 'laplas' (user assistant-tui)"),
        ("", "the keyring has no key for 'laplas' (user assistant-tui)"),
        (KeyringError("locked"), "api_key_keyring: locked"),
    ],
)
async def test_a_keyring_that_gives_no_key(
    monkeypatch: pytest.MonkeyPatch, answer: str | Exception | None, told: str
) -> None:
    install(monkeypatch, answer)
    assert await refusal_of(api_key_keyring="laplas") == told


def test_a_keyring_that_never_answers_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked = threading.Event()
    keyring = install(monkeypatch, SECRET)
    monkeypatch.setattr(keyring, "get_password", lambda service, user: unlocked.wait() and SECRET)
    monkeypatch.setattr(api_keys, "COMMAND_TIMEOUT", 0.01)
    with pytest.raises(Unauthorized, match=r"api_key_keyring gave no key within 0\.01 s"):
        asyncio.run(key_of(api_key_keyring="laplas").__call__())
    unlocked.set()


async def test_a_keyring_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    message = await refusal_of(api_key_keyring="laplas")
    assert message == "api_key_keyring needs: pip install 'assistant-tui[keyring]'"
