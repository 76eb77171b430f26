"""Wrapping and fitting: no cell too many, no word lost, whatever the script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant_tui.tui.widgets.text_layout import fit, wrap

_SHOWN = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=80)
"""What the sanitiser lets through."""


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("ab abcdefgh", 4, ["ab", "abcd", "efgh"]),
        ("one\n\ntwo", 10, ["one", "", "two"]),
        ("exactly10!", 10, ["exactly10!"]),
        ("née où été", 6, ["née où", "été"]),
    ],
)
def test_text_is_broken_between_words(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_text_with_wide_characters_is_broken_between_words_too() -> None:
    assert wrap("日本 says hello to everyone", 12) == ["日本 says", "hello to", "everyone"]


def test_wide_characters_without_a_space_are_broken_by_their_cells() -> None:
    assert wrap("日本語日本語", 5) == ["日本", "語日", "本語"]


@pytest.mark.parametrize("width", [-3, 0, 1])
def test_no_width_is_too_small(width: int) -> None:
    assert "".join(wrap("日本語", width)) == "日本語"


@given(_SHOWN, st.integers(2, 30))
def test_no_line_is_wider_than_asked_and_nothing_but_spaces_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abc", 5, "abc  "),
        ("abc", 3, "abc"),
        ("abcdef", 4, "abc…"),
        ("日本語", 7, "日本語 "),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日… "),
        ("über", 3, "üb…"),
        ("über", 1, "…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("日本", 0, ""),
        ("abc", -2, ""),
    ],
)
def test_text_fills_its_cells_exactly(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


@given(_SHOWN, st.integers(0, 30))
def test_every_text_fits(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
