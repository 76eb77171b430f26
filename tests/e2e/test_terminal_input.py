"""What terminals send besides plain keys: kitty's sub-fields, answers to questions, and rubbish."""

import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.main_job import sent_to_the_clipboard
from tests.e2e.terminal import CTRL_C, DOWN, ENTER, ESCAPE, TAB, UP, Program, Terminal, restored
from tests.tui.terminal.random_input import control_string, rubbish

FIRST, SECOND = "Data lake researcher", "Legal researcher v3"
SEQUENCES = 1_000


@pytest.fixture
def demo(home: Path) -> Iterator[Terminal]:
    """A running demo, ready for keys."""
    with Program("--demo", "250", home=home) as terminal:
        ready(terminal)
        yield terminal


def ready(terminal: Terminal) -> None:
    """Wait for the list and its server."""
    terminal.shows("1–50 of 50+", f"> {FIRST}", "n New")


def ends_well(terminal: Terminal) -> None:
    """Quit, and look at what is left of the terminal."""
    terminal.press(b"q")
    assert terminal.ends() == 0
    assert restored(terminal.raw)


def test_keys_of_the_kitty_protocol_with_sub_fields_are_keys(demo: Terminal) -> None:
    demo.press(b"\x1b[1;1:1B")
    demo.marks(SECOND)
    demo.press(b"\x1b[1;1:3B", b"\x1b[1;1:1A", b"\x1b[1;1:3A")
    demo.marks(FIRST)
    demo.press(b"\x1b[57353;1:1u", b"\x1b[106:74;1:1;106u", b"\x1b[106:74;1:3u", b"\x1b[97:65;2u")
    demo.marks(SECOND)
    ends_well(demo)


def test_letters_are_typed_on_a_terminal_that_tells_keys_but_no_text(demo: Terminal) -> None:
    assert b"\x1b[>29u\x1b[?u" in demo.raw
    demo.press(ENTER)
    demo.shows("Edit asst_")
    demo.press(
        b"\x1b[32u", b"\x1b[104;2u", *(b"\x1b[%du" % each for each in b"ello"), b"\x1b[49;2u"
    )
    demo.shows(f"{FIRST} Hello!")


def test_keys_of_a_cyrillic_layout_give_commands_and_type_their_own_letters(
    demo: Terminal,
) -> None:
    demo.press("\u043e".encode())
    demo.says("\u043e is no command")
    demo.press(b"\x1b[1086::106;;1086u")
    demo.marks(SECOND)
    demo.press(b"\x1b[1088:1056:103;2;1056u\x1b[1087::103;;1087u")
    demo.marks(FIRST)
    demo.press(b"\x1b[1090::110;;1090u\x1b[1090:1058:110;2;1058u\x1b[1086::106u")
    demo.shows("New assistant", "\u0422\u043e")
    demo.press(b"\x1b[1099::115;5u")
    demo.says("Created \u0422\u043e")


ALT_LEFT, ALT_BACKSPACE, ALT_D = b"\x1b\x1b[D", b"\x1b\x7f", b"\x1bd"


def test_alt_moves_and_deletes_by_words_and_types_nothing(demo: Terminal) -> None:
    demo.press(ENTER)
    demo.shows("Edit asst_")
    demo.press(ALT_LEFT, b"\x1bx", ALT_BACKSPACE, b"\x1b1", b"\x1b[127;2u", b"_")
    demo.shows("Data_researcher")
    demo.press(ALT_D)
    demo.until(lambda: any(line.rstrip().endswith(" Data_") for line in demo.lines), "Data_")
    demo.press(b"\x1bb", b"-")
    demo.shows("-Data_")
    demo.press(b"\x1b[91;5u")
    demo.shows("There are unsaved changes")


@pytest.mark.parametrize(
    ("granted", "corrected"), [(b"13", True), (b"9", True), (b"29", False), (b"0", False)]
)
def test_a_terminal_that_grants_keys_without_text_is_asked_for_text(
    demo: Terminal, granted: bytes, corrected: bool
) -> None:
    demo.press(b"\x1b[?" + granted + b"u", DOWN)
    demo.marks(SECOND)
    ends_well(demo)
    assert (b"\x1b[=5;1u" in demo.raw) == corrected


@pytest.mark.parametrize("gap", [0.0, 0.2], ids=["at once", "torn"])
def test_answers_that_nobody_asked_for_are_not_typed(demo: Terminal, gap: float) -> None:
    answers = (b"\x1b[>84;0;0c", b"\x1b]11;rgb:dddd/dddd/dddd\x1b\\", b"\x1bP>|quick d\x1b\\")
    demo.press(ENTER)
    demo.shows("Edit asst_", f"{FIRST}")
    for answer in answers:
        if gap:
            middle = len(answer) // 2
            demo.press(answer[:middle])
            time.sleep(gap)  # longer than an Esc is waited for
            demo.press(answer[middle:])
        else:
            demo.press(answer)
    demo.press(b"!")
    demo.shows(f"*Name     {len(FIRST) + 1}/256 {FIRST}!")


def test_what_an_editor_has_asked_the_terminal_is_not_typed_after_it(
    home: Path, tmp_path: Path, editor: Callable[[str], str]
) -> None:
    script = editor('touch $HERE/asked; while [ ! -e "$HERE/go" ]; do sleep 0.02; done; exit 1')
    with Program("--demo", "250", home=home, EDITOR=script) as demo:
        ready(demo)
        demo.press(b"e")
        demo.until(lambda: (tmp_path / "asked").exists(), "the editor")
        demo.press(b"\x1b[>84;0;0c", b"\x1b]11;rgb:dd/dd/dd\x07dj", b"\x1bP>|a term", b"inal")
        (tmp_path / "go").touch()
        demo.says("ended with exit code 1")
        demo.press(b"qdn\x1b\\", DOWN)
        demo.marks(SECOND)
        ends_well(demo)


def test_a_lone_escape_and_torn_arrows_stay_what_they_were(demo: Terminal) -> None:
    demo.press(ENTER)
    demo.shows("Edit asst_")
    demo.press(ESCAPE)
    demo.marks(FIRST)
    for byte in DOWN:
        demo.press(bytes([byte]))
    demo.marks(SECOND)
    demo.press(UP)
    demo.marks(FIRST)


def test_a_paste_that_does_not_end_leaves_the_keys_to_their_owner(demo: Terminal) -> None:
    demo.press(ENTER)
    demo.shows("Edit asst_")
    demo.press(b"\x1b[200~ of \x1b[31mours")
    demo.shows(f"*Name     {len(FIRST) + 8}/256 {FIRST} of ours")
    demo.press(b"!")
    demo.shows(f"{FIRST} of ours!")


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (10_000, 10_000)], ids=str)
def test_a_terminal_of_no_size_or_a_monstrous_one_ends_nothing(
    demo: Terminal, size: tuple[int, int]
) -> None:
    demo.set_size(*size)
    demo.press(DOWN)
    demo.until(lambda: demo.idle(0.3) == b"", "a pause")
    demo.resize(80, 24)
    demo.shows(f"> {SECOND}")
    ends_well(demo)


def test_it_outlives_whatever_a_terminal_sends(demo: Terminal) -> None:
    chance = random.Random(4)
    for _ in range(SEQUENCES):
        demo.press(control_string(chance))
    demo.press(b"\r\x1b[999999999999999999999999;1B", TAB)
    demo.shows("Edit asst_")
    for _ in range(20):
        demo.press(rubbish(chance).replace(b"\x1a", b"").replace(b"\x11", b""))
    demo.until(lambda: demo.idle(0.5) == b"", "a pause")
    assert demo.process.poll() is None


def drag(terminal: Terminal, first: str, last: str) -> None:
    """Press the mouse on the first character of a text, and let it go on the last of another."""
    lines = terminal.lines
    y1 = next(y for y, line in enumerate(lines) if first in line)
    y2 = next(y for y, line in enumerate(lines) if last in line)
    x1, x2 = lines[y1].index(first) + 1, lines[y2].index(last) + len(last)
    press, move = f"{x1};{y1 + 1}", f"{x2};{y2 + 1}"
    terminal.press(f"\x1b[<0;{press}M\x1b[<32;{move}M\x1b[<0;{move}m".encode())


@pytest.mark.parametrize(
    ("opened", "first", "last", "copied"),
    [
        (TAB, "Tools", "Vector store", r"Tools\n  file_search *\n(.*\n)+ *Vector store"),
        (b"v", '"id"', '"assistant"', r'"id": "asst_\w+",\n +"object": "assistant"'),
        (b"?", "The next row", "or line before", r"The next row or line\n.* or line before"),
        (b"", SECOND, SECOND, SECOND),
    ],
    ids=["detail", "json", "help", "list"],
)
def test_what_the_mouse_selects_is_what_is_copied(
    home: Path, opened: bytes, first: str, last: str, copied: str
) -> None:
    with Program("--demo", "250", home=home, SSH_TTY="/dev/pts/0") as demo:
        ready(demo)
        demo.press(opened)
        demo.shows(first, last)
        drag(demo, first, last)
        demo.until(lambda: demo.idle(0.3) == b"", "a pause")
        demo.press(CTRL_C)
        demo.until(lambda: bool(sent_to_the_clipboard(demo)), "a copy")
        (text,) = sent_to_the_clipboard(demo)
        assert re.fullmatch(copied, text), text
