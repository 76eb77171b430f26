"""A program that waits for its person sends nothing over the line."""

import threading

import httpx
import pytest

from tests.e2e.main_job import Pair, command, log_in
from tests.e2e.sshd import Sshd
from tests.e2e.terminal import ENTER, TAB, Terminal
from tests.fakeserver.relay import RelayServer

SECONDS = 3.0
PLACES: dict[str, tuple[tuple[bytes, ...], tuple[str, ...]]] = {
    "the list": ((), ("n New",)),
    "an input": ((ENTER,), ("Edit asst_", "Ctrl+S Save", "Newer")),
    "a text": ((ENTER, TAB, TAB), ("Edit asst_", "F4 $EDITOR")),
    "a dialog": ((b"d",), ("Delete this assistant?", "Cancel")),
    "the help": ((b"?",), ("List and detail", "Esc closes")),
    "the palette": ((b":",), ("Search for commands", "Next page")),
}


def is_quiet(remote: Terminal) -> None:
    """Let what is still being drawn arrive, and then nothing more."""
    remote.until(lambda: remote.idle(1.0) == b"", "a moment without a byte")
    assert remote.idle(SECONDS) == b""


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_sent_while_nothing_happens(
    jump_host: Sshd, server: RelayServer, pair: Pair, place: str
) -> None:
    keys, shown = PLACES[place]
    with log_in(jump_host, server) as remote:
        remote.press(*keys)
        remote.shows(*shown)
        is_quiet(remote)


def test_nothing_is_sent_while_a_server_does_not_answer(
    jump_host: Sshd, server: RelayServer
) -> None:
    ended = threading.Event()

    def wait(request: httpx.Request) -> httpx.Response:
        ended.wait()
        return server.pass_on(request)

    server.deviations["list"] = wait
    with jump_host.login(*command(server)) as remote:
        remote.shows("Loading")
        is_quiet(remote)
        ended.set()
        remote.shows("No assistants yet.")
        remote.press(b"q")
        assert remote.ends() == 0
