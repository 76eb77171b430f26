"""The person's own editor, started over the program's terminal and left again."""

import signal
from collections.abc import Callable
from pathlib import Path

from tests.e2e.terminal import CTRL_C, CTRL_S, ENTER, ESCAPE, F4, TAB, Program, Terminal, restored

FIRST = "Data lake researcher"
Start = Callable[[str], Terminal]


def opened(home: Path, editor: str) -> Terminal:
    """A demo with that editor, ready for use."""
    terminal = Program("--demo", "250", home=home, EDITOR=editor)
    terminal.shows("1–50 of 50+", f"> {FIRST}", "n New")
    return terminal


def test_a_whole_object_is_edited_and_saved(home: Path, editor: Callable[[str], str]) -> None:
    script = editor(f"sed -i 's/{FIRST}/Renamed in the editor/' \"$1\"")
    with opened(home, script) as demo:
        demo.press(b"e")
        demo.says("Saved Renamed in the editor")
        demo.marks("Renamed in the editor")
        demo.press(b"q")
        assert demo.ends() == 0


def test_an_editor_that_changes_nothing_sends_nothing(
    home: Path, editor: Callable[[str], str]
) -> None:
    with opened(home, editor("sleep 1.1")) as demo:
        demo.press(b"e")
        demo.says("Nothing was changed")


def test_an_editor_that_fails_changes_nothing(home: Path, editor: Callable[[str], str]) -> None:
    script = editor(f"sed -i 's/{FIRST}/Changed/' \"$1\"; exit 3")
    with opened(home, script) as demo:
        demo.press(b"e")
        demo.says("ended with exit code 3: nothing was changed")
        demo.marks(FIRST)
        demo.press(b"j", b"k", b"v")
        demo.shows(f'"name": "{FIRST}"')


def test_a_missing_editor_is_named(home: Path) -> None:
    with opened(home, "/nowhere/editor --wait") as demo:
        demo.press(b"e")
        demo.says("editor could not be started: No such file or directory; set $EDITOR")
        demo.press(b"j")
        demo.marks("Legal researcher v3")


def test_broken_json_is_offered_for_another_round_with_the_error_on_top(
    home: Path, tmp_path: Path, editor: Callable[[str], str]
) -> None:
    script = editor(
        'if [ -e "$HERE/once" ]; then cp "$1" "$HERE/second"\n'
        'else touch "$HERE/once"; printf \'{"name": "cut of\' > "$1"; fi'
    )
    with opened(home, script) as demo:
        demo.press(b"e")
        demo.shows("Not saved", "Back to the editor", "Discard")
        demo.press(ENTER)
        demo.until(lambda: (tmp_path / "second").exists(), "the editor again")
        demo.shows("Not saved", "Back to the editor")
        demo.press(TAB, ENTER)
        demo.marks(FIRST)
    error, edited = (tmp_path / "second").read_text("utf-8").split("\n")
    assert error.startswith("// ") and len(error) > 5
    assert edited == '{"name": "cut of'


def test_what_may_not_be_changed_is_refused_with_its_name(
    home: Path, editor: Callable[[str], str]
) -> None:
    with opened(home, editor('sed -i \'s/"id": "asst_/&x/\' "$1"')) as demo:
        demo.press(b"e")
        demo.shows("Not saved", "id cannot be changed")


def test_one_text_of_the_form_is_edited_and_stays_unsaved(
    home: Path, editor: Callable[[str], str]
) -> None:
    with opened(home, editor("printf 'Written elsewhere' > \"$1\"")) as demo:
        demo.press(ENTER)
        demo.shows("Edit asst_")
        demo.press(TAB, TAB)
        demo.shows("F4 $EDITOR")
        demo.press(F4)
        demo.shows("Written elsewhere", "*Description")
        demo.press(CTRL_S)
        demo.says("Saved")


def test_an_unsaved_form_outlives_ctrl_c_in_the_editor(
    home: Path, tmp_path: Path, editor: Callable[[str], str]
) -> None:
    script = editor(
        "trap 'touch $HERE/interrupted' INT; touch $HERE/ready\n"
        "while [ ! -e $HERE/interrupted ]; do sleep 0.05; done\n"
        "printf 'Written after all' > \"$1\""
    )
    with opened(home, script) as demo:
        demo.press(ENTER)
        demo.shows("Edit asst_")
        demo.press(b"!", TAB, TAB)
        demo.shows("F4 $EDITOR", f"{FIRST}!")
        demo.press(F4)
        demo.until(lambda: (tmp_path / "ready").exists(), "the editor")
        demo.press(CTRL_C)
        demo.shows("Written after all", f"{FIRST}!")
        demo.press(ESCAPE)
        demo.shows("There are unsaved changes")


def test_a_signal_during_the_editor_ends_the_program_after_it(
    home: Path, tmp_path: Path, editor: Callable[[str], str]
) -> None:
    script = editor("touch $HERE/ready; while [ ! -e $HERE/go ]; do sleep 0.05; done")
    with opened(home, script) as demo:
        demo.press(b"e")
        demo.until(lambda: (tmp_path / "ready").exists(), "the editor")
        demo.signal(signal.SIGTERM)
        (tmp_path / "go").touch()
        assert demo.ends() == 143
        assert restored(demo.raw)
