"""Terminals, locales and sizes as people have them: rows are shown, keys answered, all is put back.

The samples have names in many scripts.
"""

from collections.abc import Mapping

import pytest

from tests.e2e.sshd import Sshd
from tests.e2e.terminal import DOWN, ESCAPE, PROGRAM, TAB, Terminal, restored

FIRST, THIRD = "Data lake", "nchen on-call helper"
TERMS = (
    "xterm",
    "xterm-256color",
    "screen",
    "screen-256color",
    "tmux-256color",
    "linux",
    "vt100",
)
SURROUNDINGS: Mapping[str, Mapping[str, str]] = {
    "LANG=C": {"LANG": "C"},
    "LC_ALL=POSIX": {"LC_ALL": "POSIX"},
    "no locale": {"LANG": ""},
    "ASCII alone": {"PYTHONIOENCODING": "ascii"},
}


def works(terminal: Terminal) -> None:
    """Look at the rows, move, read the keys, and quit."""
    terminal.shows(f"> {FIRST}")
    terminal.offers("Enter")
    terminal.press(DOWN, DOWN)
    terminal.marks(THIRD[:9])
    terminal.press(b"?")
    terminal.shows("List and detail", "Esc closes")
    terminal.press(ESCAPE)
    terminal.marks(THIRD[:9])
    terminal.press(b"q")
    assert terminal.ends() == 0
    assert restored(terminal.raw)


@pytest.mark.parametrize("term", TERMS)
def test_every_usual_terminal(jump_host: Sshd, term: str) -> None:
    with jump_host.login(*PROGRAM, "--demo", term=term) as remote:
        works(remote)


@pytest.mark.parametrize("size", [(40, 10), (300, 100)])
def test_small_and_large_ones(jump_host: Sshd, size: tuple[int, int]) -> None:
    with jump_host.login(*PROGRAM, "--demo", size=size) as remote:
        works(remote)


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_names_in_any_script_where_the_locale_knows_none(jump_host: Sshd, name: str) -> None:
    with jump_host.login(*PROGRAM, "--demo", environ=SURROUNDINGS[name]) as remote:
        remote.shows("M?nchen on-call" if name == "ASCII alone" else "München on-call")
        works(remote)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
def test_without_colours_nothing_is_invisible(jump_host: Sshd, theme: str) -> None:
    colourless = {"NO_COLOR": "1"}
    with jump_host.login(*PROGRAM, "--demo", "--theme", theme, environ=colourless) as remote:
        remote.shows(f"> {FIRST}")
        remote.offers("n New")
        assert remote.invisible == ""
        remote.press(b"d")
        remote.shows("Delete this assistant?", "Cancel", "Delete")
        remote.press(TAB)
        assert remote.invisible == ""
        remote.press(ESCAPE)
        remote.until(lambda: "Cancel" not in remote.text, "the list again")
        works(remote)


def test_a_terminal_that_changes_its_size(jump_host: Sshd) -> None:
    with jump_host.login(*PROGRAM, "--demo", size=(80, 24)) as remote:
        remote.shows(f"> {FIRST}")
        remote.offers("n New")
        for size in ((40, 10), (300, 100), (80, 24)):
            remote.resize(*size)
            remote.until(lambda: fills(remote), f"a screen of {size}")
        works(remote)


def fills(terminal: Terminal) -> bool:
    """Whether all of the screen is drawn, and nothing of another size is left."""
    first, last = terminal.lines[0], terminal.lines[-1]
    side_by_side = "│" in terminal.lines[2]
    wide = len(terminal.lines[3]) > 100
    return first.startswith(" demo") and "Enter" in last and side_by_side == wide
