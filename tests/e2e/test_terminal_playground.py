"""The playground over a terminal: talk, answer calls, stop, leave; what is typed outlives all."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import CTRL_Q, DOWN, ENTER, ESCAPE, F4, TAB, Program, Terminal
from tests.fakeserver.relay import RelayServer

PASTE = b"\x1b[200~%b\x1b[201~"
CANNED = "This is the canned model of the demo"


def opened(terminal: Terminal, name: str) -> Terminal:
    """Open the playground of the highlighted assistant."""
    terminal.press(b"t")
    terminal.shows(f"● {'demo' if name != 'Plain' else ''}", name, "Enter sends")
    terminal.shows("New thread" if terminal.columns >= 100 else "Esc Back")
    return terminal


@pytest.fixture
def demo(home: Path) -> Iterator[Terminal]:
    """A demo at 120×36, on an assistant with three functions."""
    with Program("--demo", "250", home=home, size=(120, 36)) as terminal:
        terminal.shows("1–50 of 50+", "n New")
        terminal.press(DOWN, DOWN)
        terminal.marks("München on-call helper")
        yield opened(terminal, "München on-call helper")


def test_calls_are_answered_and_the_answer_streams(demo: Terminal) -> None:
    demo.press(b"Disk is full", ENTER)
    demo.shows("3 calls wait for outputs", "waiting for you (3 calls)", "now   waits for you")
    demo.until(lambda: demo.idle(1.5) == b"", "nothing more while it is idle")
    demo.press(TAB)
    demo.offers("4 Failed")
    demo.press(b"444")
    demo.shows("Enter sends all")
    demo.press(ENTER)
    demo.shows("✓ done (")
    demo.until(lambda: "waits for you" not in demo.text, "a thread that waits no more")
    demo.until(lambda: demo.idle(1.5) == b"", "nothing more while it is idle")
    demo.press(ESCAPE)
    demo.marks("München on-call helper")


def test_escape_stops_a_run_that_waits_and_then_goes_back(demo: Terminal) -> None:
    demo.press(b"Disk is full", ENTER)
    demo.shows("3 calls wait for outputs")
    demo.press(ESCAPE)
    demo.shows("stopped")
    demo.offers("Esc Back")
    demo.press(ESCAPE)
    demo.marks("München on-call helper")


def test_a_run_is_there_again_when_the_playground_was_left(demo: Terminal) -> None:
    demo.press(b"Disk is full", ENTER)
    demo.shows("3 calls wait for outputs")
    demo.press(TAB, TAB)
    demo.offers("f Fork here")
    demo.press(b"q")
    demo.marks("München on-call helper")
    demo.press(b"t")
    demo.shows("Disk is full", "3 calls wait for outputs")


def test_lines_are_broken_by_ctrl_j_and_by_a_paste(home: Path) -> None:
    with Program("--demo", "250", home=home) as terminal:
        terminal.shows("1–50 of 50+", "n New")
        opened(terminal, "Data lake researcher")
        terminal.press(b"one\ntwo", PASTE % b"\nthree\nfour")
        terminal.shows("one", "two", "three", "four", "Esc Back")
        terminal.press(ENTER)
        terminal.shows(CANNED, "done")


def start(server: RelayServer, home: Path, **environ: str) -> Terminal:
    """The playground of the one assistant of a server."""
    terminal = Program("--base-url", server.url, home=home, size=(120, 36), **environ)
    terminal.shows("> Plain")
    terminal.offers("n New")
    return opened(terminal, "Plain")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_what_is_typed_outlives_a_signal(
    server: RelayServer, home: Path, number: signal.Signals
) -> None:
    server.make("Plain")
    with start(server, home) as ended:
        ended.press("half a thought 日本".encode())
        ended.shows("half a thought 日本")
        ended.signal(number)
        ended.ends()
    with start(server, home) as second:
        second.shows("half a thought 日本")
    assert server.writes == []


def test_what_is_typed_outlives_a_kill_once_it_is_kept(server: RelayServer, home: Path) -> None:
    server.make("Plain")
    with start(server, home) as killed:
        killed.press(b"half a thought")
        killed.shows("half a thought")
        killed.idle(2)
        killed.signal(signal.SIGKILL)
        killed.ends()
    with start(server, home) as second:
        second.shows("half a thought")
        second.press(CTRL_Q)
        assert second.ends() == 0
    with start(server, home) as third:
        third.shows("half a thought")


def test_a_message_is_written_in_an_editor(server: RelayServer, home: Path, tmp_path: Path) -> None:
    server.make("Plain")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "from the editor\\nline two\\n" >> "$1"\n')
    editor.chmod(0o700)
    with start(server, home, EDITOR=str(editor)) as terminal:
        terminal.press(b"begun ", F4)
        terminal.shows("begun from the editor", "line two")


def test_the_list_starts_and_quits_without_a_word_of_the_playground(
    server: RelayServer, home: Path
) -> None:
    server.make("Plain")
    with Program("--base-url", server.url, home=home) as terminal:
        terminal.shows("> Plain", "t Talk")
        terminal.press(b"q")
        assert terminal.ends() == 0
    assert all("/threads" not in request.url.path for request in server.requests)
