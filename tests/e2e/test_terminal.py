"""The program as it is started, over a terminal: move, edit, create, delete, copy, quit."""

import base64
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import (
    CTRL_Q,
    CTRL_S,
    DOWN,
    ENTER,
    ESCAPE,
    PAGE_DOWN,
    TAB,
    UP,
    Program,
    Terminal,
    restored,
)
from tests.limits import LIMIT

FIRST, SECOND, THIRD = "Data lake researcher", "Legal researcher v3", "München on-call helper"


def opened(terminal: Terminal) -> Terminal:
    """Wait until the first page of the demo is there, and the server answers."""
    terminal.shows("1–50 of 50+", f"> {FIRST}", "n New")
    return terminal


@pytest.fixture
def demo(home: Path) -> Iterator[Terminal]:
    """A running demo with 250 assistants."""
    with Program("--demo", "250", home=home) as terminal:
        yield opened(terminal)


def test_the_cursor_moves_by_rows_screens_and_pages(demo: Terminal) -> None:
    demo.press(DOWN, DOWN)
    demo.marks(THIRD)
    demo.press(UP)
    demo.marks(SECOND)
    demo.press(b"k")
    demo.marks(FIRST)
    demo.press(PAGE_DOWN)
    demo.until(lambda: demo.marked != "" and FIRST not in demo.text, "another screen")
    demo.press(b"]")
    demo.shows("51–100 of 100+")
    demo.press(b"]")
    demo.shows("101–150 of 150+")
    demo.press(b"[", b"g")
    demo.marks(FIRST)
    demo.shows("1–50 of ")


def test_the_mouse_highlights_a_row(demo: Terminal) -> None:
    demo.press(b"\x1b[<0;10;5M", b"\x1b[<0;10;5m")
    demo.marks(THIRD)


def test_without_the_mouse_the_terminal_keeps_it(home: Path) -> None:
    with Program("--demo", "250", "--no-mouse", home=home) as terminal:
        opened(terminal)
        assert b"\x1b[?1000h" not in terminal.raw
        terminal.press(b"q")
        assert terminal.ends() == 0


def test_an_assistant_is_opened_renamed_and_saved(demo: Terminal) -> None:
    demo.press(ENTER)
    demo.shows("Edit asst_", FIRST)
    demo.press(b" of the night")
    demo.shows(f"*Name     33/256 {FIRST} of the night")
    demo.press(CTRL_S)
    demo.says(f"Saved {FIRST} of the night")
    demo.marks(f"{FIRST} of the")


def test_an_assistant_is_created_with_a_name_alone(demo: Terminal) -> None:
    demo.press(b"n")
    demo.shows("New assistant")
    demo.until(lambda: re.search(r"Model +\d+/256 \S", demo.text) is not None, "a model")
    demo.press(b"Brand new", CTRL_S)
    demo.says("Created Brand new")
    demo.marks("Brand new")
    demo.shows("of 51+")


def test_deleting_takes_the_dialog_and_one_tab(demo: Terminal) -> None:
    demo.press(DOWN)
    demo.marks(SECOND)
    demo.press(b"d")
    demo.shows("Delete this assistant?", "asst_", "Cancel")
    demo.press(TAB, ENTER)
    demo.says(f"Deleted {SECOND}")
    demo.marks(THIRD)
    assert FIRST in demo.text and SECOND not in "\n".join(demo.lines[:-2])


def test_enter_alone_deletes_nothing(demo: Terminal) -> None:
    demo.press(b"d")
    demo.shows("Delete this assistant?")
    demo.press(ENTER)
    demo.until(lambda: "Delete this" not in demo.text, "the list again")
    demo.press(DOWN, UP)
    demo.marks(FIRST)
    assert "Deleted" not in demo.status


@pytest.mark.parametrize("key", [b"v", b"Y"])
def test_an_object_is_shown_as_text_and_left_by_escape(demo: Terminal, key: bytes) -> None:
    demo.press(key)
    demo.shows("Esc closes", "asst_")
    if key == b"v":
        demo.shows('"object": "assistant"')
    demo.press(ESCAPE)
    demo.shows(f"> {FIRST}")


def test_copying_over_ssh_sends_the_id_to_the_terminal(home: Path) -> None:
    with Program("--demo", "250", home=home, SSH_CONNECTION="192.0.2.1 1 192.0.2.2 22") as demo:
        opened(demo)
        assert b"\x1b]52;" not in demo.raw
        demo.press(b"y")
        demo.says("Y shows it")
        (sent,) = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", demo.raw)
        identity = base64.b64decode(sent).decode()
        assert re.fullmatch(r"asst_\w{24}", identity) and demo.status.startswith(identity)
        demo.press(b"Y")
        demo.until(lambda: identity in demo.lines[2], "the same id as text")


def test_keys_that_arrive_at_once_reach_the_fields_they_were_meant_for(demo: Terminal) -> None:
    demo.press(b"\rxyz\tm")
    demo.shows(f"{FIRST}xyz", "o3-minim", "*Model")


def test_keys_that_arrive_at_once_delete_just_the_one(demo: Terminal) -> None:
    demo.press(b"d\t\r")
    demo.says(f"Deleted {FIRST}")
    demo.marks(SECOND)
    assert THIRD in demo.text


@pytest.mark.parametrize("key", [b"q", CTRL_Q])
def test_quitting_leaves_the_terminal_as_it_was(demo: Terminal, key: bytes) -> None:
    assert not restored(demo.raw)
    demo.press(key)
    assert demo.ends() == 0
    assert restored(demo.raw)


def test_ctrl_c_says_how_to_quit(demo: Terminal) -> None:
    demo.press(b"\x03")
    demo.says("Ctrl+Q quits")


@pytest.mark.parametrize("key", [ESCAPE, CTRL_Q])
def test_an_unsaved_edit_is_asked_about_before_it_is_lost(demo: Terminal, key: bytes) -> None:
    demo.press(ENTER, b"!")
    demo.shows(f"{FIRST}!", "*Name")
    demo.press(key)
    demo.shows("There are unsaved changes", "Changed: Name")
    demo.press(ENTER)
    demo.until(lambda: "unsaved" not in demo.text, "the form again")
    demo.shows(f"{FIRST}!")
    demo.press(key)
    demo.shows("There are unsaved changes")
    demo.press(TAB, ENTER)
    if key == CTRL_Q:
        assert demo.ends() == 0
    else:
        demo.marks(FIRST)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(
    demo: Terminal, number: signal.Signals, code: int
) -> None:
    demo.signal(number)
    assert demo.ends() == code
    if number != signal.SIGHUP:
        assert restored(demo.raw)


def test_a_connection_that_is_lost_ends_it_without_a_fault(demo: Terminal, home: Path) -> None:
    demo.hang_up()
    assert demo.process.wait(LIMIT) != 0
    assert [*home.rglob("crash.txt")] == []


def test_the_local_store_keeps_what_was_made_there(home: Path) -> None:
    with Program(home=home) as first:
        first.shows("No assistants yet.", "n New")
        first.press(b"n")
        first.shows("New assistant")
        first.until(lambda: re.search(r"Model +\d+/256 \S", first.text) is not None, "a model")
        first.press(b"Kept over a restart", CTRL_S)
        first.says("Created Kept over a restart")
        first.press(b"q")
        assert first.ends() == 0
    with Program(home=home) as second:
        second.shows("> Kept over a restart", "1–1 of 1 (all)", "n New")
        second.press(b"d\t\r")
        second.says("Deleted Kept over a restart")
        second.shows("No assistants yet.")


def test_samples_fill_an_empty_store(home: Path) -> None:
    with Program(home=home) as local:
        local.shows("No assistants yet.", "n New")
        local.press(b"a")
        local.says("Added 3 samples")
        local.shows("1–3 of 3 (all)")


@pytest.mark.parametrize("size", [(40, 10), (200, 60)])
def test_it_works_in_terminals_of_other_sizes(home: Path, size: tuple[int, int]) -> None:
    with Program("--demo", "250", home=home, size=size) as demo:
        demo.shows("1–50 of 50+", "> Data lake")
        demo.press(ENTER, b"!")
        demo.shows(f"{FIRST}!" if size[0] > 40 else "researcher!")
        demo.press(CTRL_S)
        demo.says("Saved")
        demo.press(b"q")
        assert demo.ends() == 0


def test_a_filter_that_is_typed_at_once_finds_all_and_all_are_marked(home: Path) -> None:
    with Program("--demo", "1000", home=home) as terminal:
        opened(terminal)
        terminal.press(b"/", b"model:gpt")
        terminal.shows("/model:gpt", "704 of 1,000 (all)")
        terminal.press(ENTER, b"+")
        terminal.shows("704 of 1,000 (all) · 704 marked")
        terminal.press(b"q")
        assert terminal.ends() == 0
