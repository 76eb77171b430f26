"""What else writes on the terminal is overdrawn on request; its own size is the one that counts."""

import os
from pathlib import Path

import pytest

from tests.e2e.terminal import ENTER, Program, Terminal

CTRL_L = b"\x0c"


def write_over(terminal: Terminal) -> None:
    """Write on the terminal as `wall` does, and leave margins behind."""
    name = os.readlink(f"/proc/{terminal.process.pid}/fd/0")
    with open(name, "wb", buffering=0) as other:
        other.write(b"\x1b[3;9r\x1b[7;3HXXXX\x1b[2;3HXXXX\x1b[22;40HXXXX")
    terminal.shows("XXXX")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the name of a terminal is unknown")
@pytest.mark.parametrize(
    "keys",
    [b"", b"/", ENTER, b"?", b"d", b":", b"t"],
    ids=["list", "filter", "form", "help", "dialog", "palette", "playground"],
)
def test_ctrl_l_draws_anew_what_another_program_wrote_on(home: Path, keys: bytes) -> None:
    with Program("--demo", home=home) as terminal:
        terminal.shows("1–50 of 50+", "n New")
        first = terminal.text
        terminal.press(keys)
        terminal.until(lambda: not keys or terminal.text != first, "something else")
        terminal.until(lambda: terminal.idle(0.3) == b"", "a pause")
        before = terminal.text
        write_over(terminal)
        terminal.press(CTRL_L)
        terminal.until(lambda: "XXXX" not in terminal.text, "the screen without it")
        terminal.until(lambda: terminal.text == before, "the screen as it was")


def test_the_size_of_the_terminal_wins_over_exported_ones(home: Path) -> None:
    with Program("--demo", home=home, size=(120, 30), COLUMNS="60", LINES="12") as terminal:
        terminal.until(lambda: "? Help" in terminal.lines[29], "a footer in the last line")
        assert max(len(line.rstrip()) for line in terminal.lines) > 60
        terminal.resize(100, 20)
        terminal.until(lambda: "? Help" in terminal.lines[19], "a footer in the new last line")
