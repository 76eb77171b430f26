"""One URL, two keys: what is kept of one account is never shown or written in the other."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.drafts import kept
from tests.e2e.terminal import ENTER, TAB, Program
from tests.fakeserver.server import FakeServer
from tests.fakeserver.sockets import serving
from tests.fakeserver.standalone import StandaloneServer
from tests.hostile.corpus import assistant

MOUSE = b"\x1b[?1000h"
"""What the screen sends first when it has been imported."""
A, B = "sk-key-of-a", "sk-key-of-b"


class TwoAccounts(FakeServer):
    """Each key has assistants of its own."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.accounts = {
            A: StandaloneServer(assistant("asst_1", name='"Mine"')),
            B: StandaloneServer(assistant("asst_1", name='"Theirs"')),
        }

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["authorization"].removeprefix("Bearer ")
        return await self.accounts[key].respond(request)


@pytest.fixture
def server() -> TwoAccounts:
    """The server."""
    return TwoAccounts()


@pytest.fixture
def url(server: TwoAccounts) -> Iterator[str]:
    """Its address."""
    with serving(server) as address:
        yield f"{address}/v1"


def start(url: str, key: str, home: Path) -> Program:
    """The program on the server, as whoever has that key."""
    environ = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": key}
    return Program(home=home, size=(120, 30), **environ)


def test_what_is_kept_of_one_account_is_not_seen_in_another(
    server: TwoAccounts, url: str, home: Path
) -> None:
    for _ in range(2):
        with start(url, A, home) as first:
            first.shows("> Mine")
            first.offers("n New")
            first.press(b"q")
            assert first.ends() == 0
    with start(f"{url}/", A, home) as again:
        again.shows("> Mine")
        again.until(lambda: MOUSE in again.raw, "the screen")
        assert b"Mine" in again.raw[: again.raw.index(MOUSE)], "the remembered frame"
        again.offers("n New")
        again.press(b"d")
        again.shows("Delete this assistant?")
        again.press(TAB, ENTER)
        again.says("Deleted Mine")
        again.press(b"n")
        again.shows("New assistant")
        again.press(b"typed by a")
        again.until(lambda: {"name": "typed by a"} in kept(home), "the draft on disk")
    with start(url, B, home) as other:
        other.shows("> Theirs")
        other.offers("n New")
        other.press(b"u")
        other.says("Nothing was done here")
        other.press(b"R")
        other.says("No edit was left behind")
        assert b"Mine" not in other.raw and b"typed by a" not in other.raw
        other.press(b"q")
        assert other.ends() == 0
    assert server.accounts[B].bodies == []
    with Program("--base-url", url, home=home, size=(120, 30), OPENAI_API_KEY=A) as back:
        back.says("Left unsaved: typed by a")
        back.press(b"u")
        back.shows("Bring back Mine?")


def test_keys_that_one_command_gives_are_told_apart(
    server: TwoAccounts, url: str, home: Path
) -> None:
    key = home / "key"
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        f'default = "p"\n[profiles.p]\nbase_url = "{url}"\napi_key_command = "cat {key}"\n'
    )
    key.write_text(A)
    with Program(home=home, size=(120, 30)) as first:
        first.shows("> Mine")
        first.offers("n New")
        first.press(b"d")
        first.shows("Delete this assistant?")
        first.press(TAB, ENTER)
        first.says("Deleted Mine")
        first.press(b"n")
        first.shows("New assistant")
        first.press(b"typed by a")
        first.until(lambda: {"name": "typed by a"} in kept(home), "the draft on disk")
    key.write_text(B)
    with Program(home=home, size=(120, 30)) as other:
        other.shows("> Theirs")
        other.offers("n New")
        other.press(b"u")
        other.says("Nothing was done here")
        other.press(b"R")
        other.says("No edit was left behind")
        assert b"typed by a" not in other.raw
    assert server.accounts[B].bodies == []
    key.write_text(A)
    with Program(home=home, size=(120, 30)) as back:
        back.says("Left unsaved: typed by a")
        back.press(b"u")
        back.shows("Bring back Mine?")


def test_without_a_place_for_the_salt_nothing_is_kept_and_that_is_said(
    server: TwoAccounts, url: str, home: Path
) -> None:
    (home / "identity.salt").mkdir(parents=True)
    for _ in range(2):
        with start(url, A, home) as program:
            program.shows("> Mine")
            program.offers("n New")
            program.press(b"u")
            program.says("cannot tell this account from others")
            program.press(b"q")
            assert program.ends() == 0
    assert not (home / "cache").exists()
