"""A program that is killed in the middle of an edit: what was typed outlives it."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.drafts import kept
from tests.e2e.terminal import CTRL_S, ENTER, ESCAPE, F4, TAB, Program, Terminal
from tests.fakeserver.relay import RelayServer

SIZE = (120, 30)
"""Room for whole sentences on the status line."""


def start(server: RelayServer, home: Path, **environ: str) -> Terminal:
    """The program on a server with at least one assistant, ready for keys."""
    terminal = Program("--base-url", server.url, home=home, size=SIZE, **environ)
    terminal.shows("> Plain")
    terminal.offers("n New")
    return terminal


def edit(terminal: Terminal, home: Path, typed: str) -> None:
    """Open the assistant, type behind its name, and wait until that is on disk."""
    terminal.press(ENTER)
    terminal.shows("Edit asst_")
    terminal.press(typed.encode())
    terminal.shows("*Name", f"Plain{typed}")
    terminal.until(lambda: {"name": f"Plain{typed}"} in kept(home), "a draft on disk")


def kill(terminal: Terminal) -> None:
    """End the program as nothing else does: it cannot do a thing about it."""
    terminal.signal(signal.SIGKILL)
    assert terminal.ends() == -signal.SIGKILL


def take_up(terminal: Terminal, name: str) -> None:
    """Open what was left behind, of which there must be just one."""
    terminal.press(b"R")
    terminal.shows("Left unsaved", "Enter Choose")
    terminal.press(ENTER)
    terminal.shows(f"Unsaved edit of {name}", "Changed: name", "Open")
    terminal.press(TAB, ENTER)
    terminal.shows("Edit asst_", "*Name", name)


def test_an_edit_outlives_the_kill_of_its_program(server: RelayServer, home: Path) -> None:
    identity = server.make("Plain")
    with start(server, home) as killed:
        edit(killed, home, " of mine")
        kill(killed)
    assert server.held()[0]["name"] == "Plain" and server.writes == []
    with start(server, home) as second:
        second.says("Left unsaved: Plain of mine · R takes it up")
        take_up(second, "Plain of mine")
        second.press(CTRL_S)
        second.says(f"Saved Plain of mine · {identity}")
        second.offers("n New")
        second.press(b"q")
        assert second.ends() == 0
    assert server.held()[0]["name"] == "Plain of mine"
    assert server.sent == [{"name": "Plain of mine"}]
    with start(server, home) as third:
        third.press(b"R")
        third.says("No edit was left behind")
        assert b"Left unsaved" not in third.raw


DEAD, LIVING = {"name": "Plain of the dead"}, {"name": "Plain of the living"}


def test_of_two_programs_the_killed_ones_edit_alone_is_offered(
    server: RelayServer, home: Path
) -> None:
    server.make("Plain")
    with start(server, home) as killed, start(server, home) as living:
        edit(killed, home, " of the dead")
        edit(living, home, " of the living")
        kill(killed)
        with start(server, home) as third:
            third.says("Left unsaved: Plain of the dead · R takes it up")
            take_up(third, "Plain of the dead")
            assert kept(home) == [DEAD, LIVING]
            third.press(CTRL_S)
            third.says("Saved Plain of the dead")
            third.until(lambda: kept(home) == [LIVING], "what was saved gone from the disk")
        assert server.held()[0]["name"] == "Plain of the dead"
        living.press(CTRL_S)
        living.shows("Changed here and elsewhere", '"Plain of the living"', '"Plain of the dead"')
        living.press(ESCAPE)
        living.until(lambda: "Changed here and" not in living.text, "the form again")
        living.says("the edit is kept here")
        living.offers("Ctrl+S Save")
        assert kept(home) == [LIVING]
        living.press(CTRL_S)
        living.shows("Changed here and elsewhere", "Save as chosen")
        living.press(TAB, TAB, ENTER)
        living.says("Saved Plain of the living")
        living.until(lambda: kept(home) == [], "what was saved gone from the disk")
    assert server.held()[0]["name"] == "Plain of the living"
    assert server.sent == [DEAD, LIVING]


WAITS = "touch $HERE/ready; while [ ! -e $HERE/go ]; do sleep 0.05; done"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_what_an_editor_wrote_outlives_the_end_of_the_program(
    server: RelayServer,
    home: Path,
    tmp_path: Path,
    editor: Callable[[str], str],
    number: signal.Signals,
) -> None:
    server.make("Plain")
    script = editor(f"sed -i 's/Plain/Plain of the editor/' \"$1\"; {WAITS}")
    with start(server, home, EDITOR=script) as ended:
        ended.press(b"e")
        ended.until(lambda: (tmp_path / "ready").exists(), "the editor")
        ended.signal(number)
        if number == signal.SIGKILL:
            assert ended.ends() == -number
        (tmp_path / "go").touch()
        if number != signal.SIGKILL:
            assert ended.ends() == 128 + number
    if not server.writes:
        with start(server, home) as second:
            second.says("Left unsaved: Plain of the editor · R takes it up")
            take_up(second, "Plain of the editor")
            second.press(CTRL_S)
            second.says("Saved Plain of the editor")
            second.until(lambda: kept(home) == [], "what was saved gone from the disk")
    assert server.sent == [{"name": "Plain of the editor"}]
    assert not list((home / "edits").rglob("*"))


def test_one_text_that_is_in_an_editor_outlives_a_kill_with_the_rest_of_the_form(
    server: RelayServer, home: Path, tmp_path: Path, editor: Callable[[str], str]
) -> None:
    server.make("Plain")
    script = editor(f"printf 'Written there' > \"$1\"; {WAITS}")
    with start(server, home, EDITOR=script) as killed:
        edit(killed, home, " of mine")
        killed.press(TAB, TAB)
        killed.shows("F4 $EDITOR")
        killed.press(F4)
        killed.until(lambda: (tmp_path / "ready").exists(), "the editor")
        kill(killed)
        (tmp_path / "go").touch()
    with start(server, home) as second:
        second.says("Left unsaved: Plain of mine · R takes it up")
        second.press(b"R")
        second.shows("Left unsaved", "Enter Choose")
        second.press(ENTER)
        second.shows("Unsaved edit of Plain of mine", "Changed: name, description")
        second.press(TAB, ENTER)
        second.shows("Edit asst_", "*Description", "Written there")
        second.press(CTRL_S)
        second.says("Saved Plain of mine")
        second.until(lambda: kept(home) == [], "what was saved gone from the disk")
    assert server.sent == [{"name": "Plain of mine", "description": "Written there"}]
    assert not list((home / "edits").rglob("*"))
