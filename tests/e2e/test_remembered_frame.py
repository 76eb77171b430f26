"""The frame that is shown before the screen is imported: the same that is drawn a moment later."""

import json
import re
import shutil
import signal
from pathlib import Path

import pytest

from tests.e2e.terminal import CTRL_S, ENTER, NewProgram, Program, restored

NAMES = ("Second made", "First made")
MOUSE = b"\x1b[?1000h"
"""What the screen sends first when it has been imported."""
OTHER_SCREEN = b"\x1b[?1049h"


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two assistants, whose list was opened, and left, until a frame was kept."""
    home = tmp_path_factory.mktemp("visited") / "home"
    with Program(home=home) as program:
        program.shows("No assistants yet.", "n New")
        for name in reversed(NAMES):
            program.press(b"n")
            program.shows("New assistant")
            program.until(lambda: re.search(r"Model +\d+/256 \S", program.text) is not None, "it")
            program.press(name.encode(), CTRL_S)
            program.says(f"Created {name}")
        program.press(b"q")
        assert program.ends() == 0
    visit(home)
    assert frame_file(home).stat().st_mode & 0o777 == 0o600
    shutil.copytree(home, copy_of(home))
    return home


@pytest.fixture
def home(visited: Path) -> Path:
    """That store as it was left, in the same place: a frame is kept of a path."""
    shutil.rmtree(visited)
    shutil.copytree(copy_of(visited), visited)
    return visited


def copy_of(home: Path) -> Path:
    """Where the store lies that no test changes."""
    return home.with_name("copy")


def frame_file(home: Path) -> Path:
    """Where the frame is kept."""
    return home / "cache" / "first-frame.json"


def visit(
    home: Path, *arguments: str, size: tuple[int, int] = (80, 24), name: str = "", value: str = ""
) -> bytes:
    """Open the list and quit; what was written before the screen's own code was run."""
    start = NewProgram if name else Program
    environ = {name: value} if name else {}
    with start(*arguments, home=home, size=size, **environ) as program:
        program.shows(f"> {NAMES[0]}", "1–2 of 2 (all)  newest", "n New")
        program.press(b"q")
        assert program.ends() == 0
        assert restored(program.raw) and program.raw.count(OTHER_SCREEN) == 1
        return bytes(program.raw[: program.raw.index(MOUSE)])


def test_the_list_is_shown_before_the_screen_is_there(home: Path) -> None:
    first = visit(home).decode()
    assert all(name in first for name in NAMES)
    assert "remembered" in first


def test_keys_typed_meanwhile_are_not_echoed_and_not_lost(home: Path) -> None:
    with NewProgram(home=home) as program:
        program.until(lambda: NAMES[1].encode() in program.raw, "the remembered frame")
        assert MOUSE not in program.raw
        program.press(b"j")
        program.marks(NAMES[1])
        before = bytes(program.raw[: program.raw.index(MOUSE)])
        assert not before.endswith(b"j")


def test_enter_typed_meanwhile_opens_what_the_frame_shows(home: Path) -> None:
    with NewProgram(home=home) as program:
        program.until(lambda: NAMES[1].encode() in program.raw, "the remembered frame")
        assert MOUSE not in program.raw
        program.press(ENTER)
        program.shows("Edit asst_", NAMES[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_meanwhile_gives_the_terminal_back(home: Path, number: signal.Signals) -> None:
    with NewProgram(home=home) as program:
        program.until(lambda: NAMES[1].encode() in program.raw, "the remembered frame")
        program.signal(number)
        assert program.ends() == 128 + number
        for on, off in ((OTHER_SCREEN, b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h")):
            assert program.raw.rfind(off) > program.raw.rfind(on)


@pytest.mark.parametrize(
    ("name", "value"),
    [("TERM", "xterm"), ("NO_COLOR", "1"), ("TZ", "Asia/Tokyo"), ("COLORTERM", "truecolor")],
)
def test_nothing_is_shown_where_it_would_look_different(home: Path, name: str, value: str) -> None:
    assert visit(home, name=name, value=value) == OTHER_SCREEN


def test_another_theme_or_size_shows_nothing_that_is_not_theirs(home: Path) -> None:
    assert visit(home, "--theme", "textual-light") == OTHER_SCREEN
    assert visit(home, size=(120, 30)) == OTHER_SCREEN
    assert NAMES[0].encode() in visit(home, size=(120, 30))


def test_a_list_that_has_changed_is_not_shown_as_it_was(home: Path) -> None:
    with Program(home=home) as program:
        program.shows(f"> {NAMES[0]}", "1–2 of 2 (all)  newest", "n New")
        program.press(b"d\t\r")
        program.says(f"Deleted {NAMES[0]}")
        program.press(b"q")
        assert program.ends() == 0
    with Program(home=home) as program:
        program.shows(f"> {NAMES[1]}")
        assert NAMES[0].encode() not in program.raw


@pytest.mark.parametrize("harm", ["\x1b]52;c;RVZJTA==\x07", "\x1b[2J", "\x9b2J", "\x1b[6n", "\x07"])
def test_a_frame_that_would_steer_the_terminal_is_not_shown(home: Path, harm: str) -> None:
    kept = json.loads(frame_file(home).read_text("utf-8"))
    kept["frame"] += harm
    frame_file(home).write_text(json.dumps(kept), "utf-8")
    assert visit(home) == OTHER_SCREEN


def test_nothing_is_kept_where_nothing_may_be_remembered(home: Path) -> None:
    frame_file(home).unlink()
    (home / "config.toml").write_text("[ui]\nremember = false\n", "utf-8")
    visit(home)
    assert not frame_file(home).exists()
