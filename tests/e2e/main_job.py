"""What the program is for, as one person does it in one sitting: find, copy, change, delete."""

import base64
import re
from collections.abc import Mapping
from typing import NamedTuple

from tests.e2e.sshd import Sshd
from tests.e2e.terminal import CTRL_P, CTRL_S, DOWN, ENTER, PROGRAM, TAB, Terminal
from tests.fakeserver.relay import RelayServer


class Pair(NamedTuple):
    """The ids of two assistants that the server holds."""

    older: str
    newer: str


def make_pair(server: RelayServer) -> Pair:
    """Make an assistant named Older, then one named Newer."""
    return Pair(server.make("Older"), server.make("Newer"))


def log_in(
    host: Sshd,
    server: RelayServer,
    *before: str,
    size: tuple[int, int] = (120, 30),
    term: str = "xterm-256color",
    environ: Mapping[str, str] | None = None,
) -> Terminal:
    """The program there, on that server, ready for keys; `before` is what starts it."""
    terminal = host.login(*before, *command(server), size=size, term=term, environ=environ)
    is_ready(terminal)
    return terminal


def command(server: RelayServer) -> tuple[str, ...]:
    """What starts the program on that server."""
    return (*PROGRAM, "--base-url", server.url)


def is_ready(terminal: Terminal) -> None:
    """Wait until the pair is there, and keys that need the server are answered."""
    terminal.shows("> Newer", "1–2 of 2 (all)")
    terminal.offers("n New")


def do(terminal: Terminal, pair: Pair, copied: str) -> None:
    """Copy an id, rename its assistant and delete the other; `copied` is what is said of it."""
    terminal.press(DOWN)
    terminal.marks("Older")
    terminal.press(b"y")
    terminal.says(f"{pair.older} {copied}")
    terminal.press(ENTER)
    terminal.shows("Edit asst_")
    terminal.press(b" but new", CTRL_S)
    terminal.says("Saved Older but new")
    terminal.offers("n New")
    terminal.press(b"k")
    terminal.marks("Newer")
    terminal.press(b"d")
    terminal.shows("Delete this assistant?", pair.newer)
    terminal.press(TAB, ENTER)
    terminal.says("Deleted Newer")
    terminal.offers("n New")
    terminal.press(b"q")


def copy_as_json(terminal: Terminal) -> None:
    """Copy the whole object, by the palette."""
    terminal.press(CTRL_P)
    terminal.shows("Search for commands")
    terminal.press(b"Copy as JSON")
    terminal.until(lambda: "Next page" not in terminal.text, "what was found")
    terminal.shows("Copy the object as the server sent it")
    terminal.press(ENTER)


def is_done(server: RelayServer) -> None:
    """The server holds what came of it, and was asked for nothing else."""
    assert [each["name"] for each in server.held()] == ["Older but new"]
    assert server.writes == ["modify", "delete"] and server.sent == [{"name": "Older but new"}]


def sent_to_the_clipboard(terminal: Terminal) -> list[str]:
    """What the person's terminal was asked to put on its clipboard (OSC 52)."""
    sent = re.findall(rb"\x1b\]52;c?;([A-Za-z0-9+/=]*)\x07", terminal.raw)
    return [base64.b64decode(each).decode() for each in sent]
