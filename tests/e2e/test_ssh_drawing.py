"""What is drawn piece by piece, row by row and scrolled, is what would be drawn whole."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.multiplexers import Screen, Tmux
from tests.e2e.shell import log_in_to_a_shell, run
from tests.e2e.sshd import Sshd, missing
from tests.e2e.terminal import DOWN, ENTER, PAGE_DOWN, PROGRAM, TAB, UP, Terminal

DEMO = (*PROGRAM, "--demo", "250")
PLACES = ("xterm-256color", "vt100", "tmux", "screen")


@contextmanager
def drawn_by(host: Sshd, place: str) -> Iterator[Terminal]:
    """The program in a multiplexer, or on a terminal of that kind."""
    if place not in ("tmux", "screen"):
        with host.login(*DEMO, size=(90, 30), term=place) as remote:
            yield remote
        return
    if missing(place):
        pytest.skip(f"this machine lacks Debian's {place}")
    inside = Tmux(host) if place == "tmux" else Screen(host)
    with log_in_to_a_shell(host, inside.environ, *inside.START, size=(90, 30)) as remote:
        remote.below = inside.LINES
        run(remote, *DEMO)
        yield remote


def lines_of(remote: Terminal) -> list[str]:
    """What the program shows."""
    return remote.lines[: len(remote.lines) - remote.below]


def is_settled(remote: Terminal) -> None:
    """Wait until it has nothing more to say."""
    remote.until(lambda: remote.idle(0.8) == b"", "a moment without a byte")


def is_what_would_be_drawn_whole(remote: Terminal, host: Sshd) -> None:
    """Have all drawn anew, and wait until the screen is again the one that was there."""
    is_settled(remote)
    in_pieces = lines_of(remote)
    del remote.raw[:]
    os.kill(max(host.left), signal.SIGCONT)
    remote.until(lambda: remote.raw != b"", "something new")
    is_settled(remote)
    remote.until(lambda: lines_of(remote) == in_pieces, "\n".join(in_pieces))


def move(remote: Terminal, key: bytes) -> None:
    """Move by one row, and wait until that is on the screen."""
    before = remote.marked
    remote.press(key)
    remote.until(lambda: remote.marked not in ("", before), "another row")


@pytest.mark.parametrize("arrow", [DOWN, UP], ids=["down", "up"])
@pytest.mark.parametrize("place", PLACES)
def test_a_list_scrolled_row_by_row(jump_host: Sshd, place: str, arrow: bytes) -> None:
    with drawn_by(jump_host, place) as remote:
        remote.shows("> Data lake")
        remote.offers("n New")
        remote.press(PAGE_DOWN * 2, UP * 22 if arrow == UP else b"", b"y")
        remote.says("asst_")
        is_settled(remote)
        for _ in range(12):
            move(remote, arrow)
        is_what_would_be_drawn_whole(remote, jump_host)


@pytest.mark.parametrize("place", PLACES)
def test_a_form_that_was_opened_and_typed_into(jump_host: Sshd, place: str) -> None:
    with drawn_by(jump_host, place) as remote:
        remote.shows("> Data lake")
        remote.offers("n New")
        remote.press(DOWN * 3, ENTER, b" and more")
        remote.shows("and more")
        remote.press(TAB * 4, b"1")
        remote.shows("*Temperature")
        is_what_would_be_drawn_whole(remote, jump_host)
