"""Lines of any kind, one picture after another, on a terminal that gets only the changes."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from assistant_tui.tui.terminal.frame_buffer import FrameBuffer
from assistant_tui.tui.terminal.screen_lines import (
    ScreenLine,
    blank_line,
    line_from_strips,
    transition,
    unknown_line,
)
from assistant_tui.tui.terminal.terminal_writer import TerminalFeatures
from tests.tui.terminal.screens import Shown

WIDTH, HEIGHT = 12, 8
STYLES = ["", "bold red on blue", "red on blue", "reverse", "underline on #102030", "#010203 dim"]
CHARS = ["a", "b", " ", "…", "漢", "e\u0301", "👍"]


def line(text: str, style: str = "") -> ScreenLine:
    """A text in one style, cut or filled to the width."""
    strip = Strip([Segment(text, Style.parse(style))])
    return line_from_strips(
        [strip.adjust_cell_length(WIDTH, Style.parse(style))], ColorSystem.TRUECOLOR
    )


def lines() -> st.SearchStrategy[list[ScreenLine]]:
    """Pictures, alike enough for some of their lines to have moved."""
    segments = st.builds(
        lambda chars, style: Segment("".join(chars), Style.parse(style)),
        st.lists(st.sampled_from(CHARS), min_size=1, max_size=6),
        st.sampled_from(STYLES),
    )
    strips = st.lists(segments, min_size=1, max_size=4).map(
        lambda parts: Strip(parts).adjust_cell_length(WIDTH)
    )
    drawn = strips.map(lambda strip: line_from_strips([strip], ColorSystem.TRUECOLOR))
    plain = st.sampled_from([line(f"row {index} of it") for index in range(9)])
    return st.lists(st.one_of(drawn, plain), min_size=HEIGHT, max_size=HEIGHT)


def screen_after(pictures: list[list[ScreenLine]], terminal: TerminalFeatures) -> Shown:
    """A terminal after one picture after the other."""
    screen, picture = Shown(WIDTH, HEIGHT), FrameBuffer(WIDTH, HEIGHT)
    for each in pictures:
        screen.feed(picture.update(dict(enumerate(each)), terminal))
    return screen


@given(
    st.lists(lines(), min_size=1, max_size=3),
    st.builds(TerminalFeatures, erases_with_background=st.booleans(), has_margins=st.booleans()),
)
def test_the_way_to_a_picture_leaves_no_trace(
    pictures: list[list[ScreenLine]], terminal: TerminalFeatures
) -> None:
    assert (
        screen_after(pictures, terminal).cells
        == screen_after(pictures[-1:], TerminalFeatures()).cells
    )


@pytest.mark.parametrize("by", [1, 3, -1, -4])
def test_lines_that_moved_are_moved_by_the_terminal(by: int) -> None:
    rows = [line(letter * WIDTH) for letter in "abcdefghijklmnopqr"]
    first, second = rows[4 : 4 + HEIGHT], rows[4 + by : 4 + by + HEIGHT]
    picture = FrameBuffer(WIDTH, HEIGHT)
    able = TerminalFeatures(erases_with_background=True, has_margins=True)
    picture.update(dict(enumerate(first)), able)
    sequence = picture.update(dict(enumerate(second)), able)
    assert f"\x1b[{abs(by)}{'M' if by > 0 else 'L'}" in sequence
    assert len(sequence) < 35 + abs(by) * 2 * WIDTH
    assert (
        screen_after([first, second], able).cells
        == screen_after([second], TerminalFeatures()).cells
    )


def test_a_terminal_that_cannot_scroll_is_not_told_to() -> None:
    rows = [line(letter * WIDTH) for letter in "abcdefghijklmnopqr"]
    picture = FrameBuffer(WIDTH, HEIGHT)
    picture.update(dict(enumerate(rows[:HEIGHT])), TerminalFeatures())
    assert "r" not in picture.update(dict(enumerate(rows[1 : HEIGHT + 1])), TerminalFeatures())


def test_blanks_are_erased_only_where_they_take_the_background() -> None:
    for erases_with_background in (True, False):
        picture = FrameBuffer(WIDTH, HEIGHT)
        sequence = picture.update(
            {0: line("a", "on blue")},
            TerminalFeatures(erases_with_background=erases_with_background),
        )
        assert ("\x1b[K" in sequence) is erases_with_background
    underlined = FrameBuffer(WIDTH, HEIGHT).update(
        {0: line("a", "underline")}, TerminalFeatures(erases_with_background=True)
    )
    assert "\x1b[K" not in underlined


def test_a_line_with_combined_characters_is_written_whole_and_in_place() -> None:
    """Terminals differ about their width: whatever one makes of them, the rest stands right."""
    picture = FrameBuffer(WIDTH, HEIGHT)
    picture.update({0: line("x 👩\u200d🔬 abcde")}, TerminalFeatures())
    sequence = picture.update({0: line("y 👩\u200d🔬 abcde")}, TerminalFeatures())
    assert "y 👩\u200d🔬\x1b[1;5H abcde" in sequence


def test_cells_that_nobody_has_drawn_are_left_alone() -> None:
    drawn, nothing = line("é"), unknown_line(WIDTH)
    for mark in ("x", "e\u0301"):
        part = ScreenLine([*nothing.chars[:3], mark, *drawn.chars[4:]], drawn.sgrs)
        assert "\0" not in FrameBuffer(WIDTH, HEIGHT).update({0: part}, TerminalFeatures())


@pytest.mark.parametrize(
    ("before", "after", "sequence"),
    [
        ("", "1;31", "\x1b[1;31m"),
        ("1;31", "", "\x1b[m"),
        ("31;44", "32;44", "\x1b[32m"),
        ("31;44", "31", "\x1b[49m"),
        ("1;31", "31", "\x1b[0;31m"),
        ("38;2;1;2;3;48;5;7", "38;2;1;2;3;48;5;8", "\x1b[48;5;8m"),
        ("38;2;1;2;3", "1", "\x1b[1;39m"),
        ("91;101", "92;102", "\x1b[92;102m"),
    ],
)
def test_only_what_changes_of_a_look_is_sent(before: str, after: str, sequence: str) -> None:
    assert transition(before, after) == sequence


def test_what_is_not_known_equals_nothing() -> None:
    assert all(
        cell != other
        for cell, other in zip(unknown_line(3).chars, blank_line(3).chars, strict=True)
    )


@pytest.mark.parametrize("char", ["\U0001fae8", "\U0001f6dc", "☕"])
@pytest.mark.parametrize("cells", [1, 2])
def test_what_an_older_terminal_takes_for_narrow_leaves_nothing_behind_and_moves_nothing(
    char: str, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyte.screens, "wcwidth", lambda each: cells if each == char else 1)
    screen = pyte.Screen(WIDTH, 1)
    stream, picture = pyte.Stream(screen), FrameBuffer(WIDTH, 1)
    for text in ("XXXXXXXXXXXX", f"a {char} 2026-1", f"b {char}  026-2", f"c{char}{char} 26-3"):
        stream.feed(picture.update({0: line(text)}, TerminalFeatures(True, True)))
        shown = [screen.buffer[0][x].data for x in range(WIDTH)]
        expected = line(text).chars
        assert [each or " " for each in shown] == [each or " " for each in expected]
