"""A program that waits for its person sends nothing over the line."""

import threading
from contextlib import ExitStack

import httpx

from tests.e2e.main_job import Pair, command, is_ready
from tests.e2e.sshd import Sshd
from tests.e2e.terminal import ENTER, TAB, Terminal
from tests.fakeserver.relay import RelayServer

SECONDS = 3.0
SIZE = (120, 30)
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
    is_drawn(remote)
    assert remote.idle(SECONDS) == b""


def is_drawn(remote: Terminal) -> None:
    """Let what is still being drawn arrive."""
    remote.until(lambda: remote.idle(1.0) == b"", "a moment without a byte")


def test_nothing_is_sent_while_nothing_happens(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    """All places at the same time: while one is looked at, the others' bytes are kept for later."""
    with ExitStack() as stack:
        remotes = {
            place: stack.enter_context(jump_host.login(*command(server), size=SIZE))
            for place in PLACES
        }
        for place, remote in remotes.items():
            keys, shown = PLACES[place]
            is_ready(remote)
            remote.press(*keys)
            remote.shows(*shown)
        for remote in remotes.values():
            is_drawn(remote)
        sent = {place: remote.idle(SECONDS / len(PLACES)) for place, remote in remotes.items()}
        assert sent == dict.fromkeys(PLACES, b"")


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
