"""What keys and pastes do to the text of a field."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from assistant_tui.config.settings import LOCAL
from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running
from tests.tui.test_every_field import server_of, take


def held(program: Driver) -> str:
    """The text of the field that has the focus."""
    focused = program.main.focused
    assert isinstance(focused, Input | TextArea)
    return focused.value if isinstance(focused, Input) else focused.text


WORDS: list[tuple[list[str], str]] = [
    (["alt+left", "!"], "one two !three"),
    (["alt+b", "alt+b", "!"], "one !two three"),
    (["home", "alt+right", "alt+left", "!"], "!one two three"),
    (["home", "alt+f", "alt+d"], "one three"),
    (["alt+b", "alt+delete"], "one two "),
    (["alt+b", "ctrl+delete"], "one two "),
    (["alt+backspace"], "one two "),
    (["ctrl+backspace"], "one two "),
    (["alt+x", "alt+1", "alt+shift+d", "alt+enter"], "one two three"),
]


@pytest.mark.parametrize("field", ["name", "instructions"])
async def test_words_are_moved_over_and_deleted_with_alt(field: str, tmp_path: Path) -> None:
    async with running(server_of({}), tmp_path, size=(80, 60)) as program:
        await program.press("enter")
        await take(program, [f"to:{field}"])
        for keys, left in WORDS:
            await program.press("end", "ctrl+u")
            await program.type("one two three")
            await program.press(*keys)
            assert held(program).replace("  ", " ") == left, keys


@pytest.mark.parametrize(
    ("pasted", "kept", "said"),
    [
        ("one\ntwo\n", "one two", "Pasted 2 lines as one"),
        ("\n\nname\r\n", "name", ""),
        ("one\r\rtwo\u2028three", "one two three", "Pasted 3 lines as one"),
        (" one\ttwo ", " one\ttwo ", ""),
        ("\n\r\n", "", ""),
    ],
    ids=repr,
)
async def test_a_paste_into_one_line_joins_its_lines_and_says_so(
    pasted: str, kept: str, said: str, tmp_path: Path
) -> None:
    async with running(server_of({}), tmp_path, size=(80, 60)) as program:
        await program.press("enter", "ctrl+u")
        await take(program, [f"paste:{pasted}"])
        assert held(program) == kept
        assert said in program.status and bool(said) == ("Pasted" in program.status)


async def test_so_does_one_into_the_filter_and_one_over_a_selection(tmp_path: Path) -> None:
    async with running(server_of({}), tmp_path, size=(80, 60)) as program:
        await program.press("slash")
        await take(program, ["paste:\nname:n\nx\n"])
        assert held(program) == "name:n x"
        await program.press("shift+home")
        await take(program, ["paste:a\nb"])
        assert held(program) == "a b"


READ_ONLY = replace(LOCAL, read_only=True)


@pytest.mark.parametrize(
    ("key", "label"),
    [("n", "New"), ("d", "Delete"), ("e", "$EDITOR"), ("u", "Undo"), ("C", "Clone"), ("b", "Bulk")],
)
async def test_a_key_says_that_it_does_nothing_since_the_profile_is_read_only(
    key: str, label: str, tmp_path: Path
) -> None:
    server = server_of({})
    async with running(server, tmp_path, profile=READ_ONLY) as program:
        await program.press("j")
        assert "read-only:" not in program.status
        await program.press(key)
        assert program.status == f"! This profile is read-only: {label} is not available"
    assert server.bodies == []


async def test_a_letter_of_another_layout_says_once_that_it_is_no_command(tmp_path: Path) -> None:
    async with running(server_of({}), tmp_path) as program:
        await program.press("\u0442")
        assert program.status.startswith("! \u0442 is no command")
        await program.press("slash", "\u0442")
        assert held(program) == "\u0442"


async def test_what_is_said_of_a_key_goes_with_the_next_one(tmp_path: Path) -> None:
    async with running(server_of({}), tmp_path, profile=READ_ONLY) as program:
        await program.press("d")
        assert "read-only:" in program.status
        await program.press("j")
        assert program.status == ""
        await program.press("ctrl+c")
        assert "Ctrl+Q quits" in program.status
        await program.press("y", "j")
        assert "asst_" in program.status


@pytest.mark.parametrize("size", [(80, 24), (120, 30)], ids=str)
async def test_the_highlighted_row_stays_in_sight_when_the_filter_opens(
    size: tuple[int, int], tmp_path: Path
) -> None:
    server = InProcessServer(create_app(SampleStore(40), models=["gpt-4o"]))
    async with running(server, tmp_path, size=size) as program:
        await program.press("G")
        name = program.highlighted
        for key in ("slash", "c", "escape"):
            await program.press(key)
            rows = [line for line in program.lines if line.startswith("> ")]
            assert len(rows) == 1 and (key == "c" or name in rows[0]), program.text
        await program.press("slash")
        await program.type("created:zz")
        await program.press("escape")
        assert any(line.startswith("> ") and name in line for line in program.lines)
