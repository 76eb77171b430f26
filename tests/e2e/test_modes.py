"""What the program writes is its owner's alone, under any umask, from the first folder on."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import CTRL_S, CTRL_U, ENTER, F4, PROGRAM, TAB, Terminal, environment

OTHER_SCREEN = b"\x1b[?1049h"
"""What the program sends when it takes the terminal, and takes it back from an editor."""


@pytest.fixture(params=["0", "0777"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """The program with a log, under a umask, in an empty home without folders of its own."""
    environ = environment(tmp_path / "home") | {
        "TMPDIR": str(tmp_path / "tmp"),
        "EDITOR": "sh -c 'stat -c %a \"$0\" > seen'",
    }
    del environ["ASSISTANT_TUI_HOME"]
    (tmp_path / "tmp").mkdir()
    command = ["sh", "-c", f'umask {request.param}; cd "$HOME"; exec "$@"', "sh", *PROGRAM, "--log"]
    with Terminal(command, environ, (120, 36)) as terminal:
        terminal.shows("No assistants yet.", "n New")
        yield terminal


def modes(home: Path) -> dict[str, int]:
    """The permissions of all that is below a home, by its path there."""
    found = {}
    for folder, _, files in os.walk(home):
        for path in (Path(folder), *(Path(folder, name) for name in files)):
            found[str(path.relative_to(home))] = stat.S_IMODE(path.stat().st_mode)
    del found["."], found["seen"]
    return found


def test_all_that_is_written_is_private(terminal: Terminal, tmp_path: Path) -> None:
    home = tmp_path / "home"
    seen = home / "seen"
    terminal.press(b"n")
    terminal.shows("New assistant")
    terminal.press(b"Mine")
    terminal.until(lambda: list(home.rglob("*.owner-*")) != [], "a draft on disk")
    terminal.press(TAB, TAB, TAB, F4)
    terminal.until(lambda: seen.exists() and seen.read_text() != "", "the editor's file")
    terminal.until(lambda: terminal.raw.count(OTHER_SCREEN) == 2, "the form again")
    during = modes(home)
    assert seen.read_text() == "600\n"
    assert any(name.endswith("-wal") for name in during)
    terminal.press(CTRL_S)
    terminal.says("Created Mine")
    terminal.press(b"x")
    terminal.shows("Enter Choose")
    terminal.press(ENTER)
    terminal.shows("Enter writes")
    terminal.press(CTRL_U, b"out/deep", ENTER)
    terminal.says("Exported")
    terminal.press(b"q")
    assert terminal.ends() == 0
    after = modes(home)
    assert {"out/deep", ".cache", ".local/share", ".local/state/assistant-tui"} <= {*after}
    for found in (during, after):
        wrong = {
            name: oct(mode)
            for name, mode in found.items()
            if mode not in (0o700, 0o600) or (mode == 0o700) != (Path(home, name).suffix == "")
        }
        assert wrong == {}
