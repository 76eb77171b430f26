"""No remote text can steer a terminal."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.safe_text import (
    LETTERS,
    REPLACEMENT,
    escaped,
    has_controls,
    json_line,
    many_lines,
    one_line,
    visible_line,
    without_controls,
)

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
every_character = st.text(st.characters(), max_size=40)
hostile = st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Lu"]), max_size=40)


def unsafe(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in UNSAFE and c not in LETTERS}


@given(every_character | hostile)
def test_nothing_unsafe_is_left(text: str) -> None:
    assert unsafe(one_line(text)) == set()
    assert unsafe(many_lines(text)) <= {"\n"}


@given(every_character)
def test_safe_characters_stay_as_they_are(text: str) -> None:
    safe = "".join(c for c in text if c not in unsafe(text))
    assert one_line(safe) == safe
    assert many_lines(safe) == safe


@given(every_character | hostile)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    assert many_lines(many_lines(text)) == many_lines(text)


@pytest.mark.parametrize(
    ("text", "line", "lines"),
    [
        ("plain é 😀", "plain é 😀", "plain é 😀"),
        ("\x1b[31mred\x9b0m", "\ufffd[31mred\ufffd0m", "\ufffd[31mred\ufffd0m"),
        ("a\nb\r\nc\td", "a b c d", "a\nb\nc    d"),
        ("a\rb", "a\ufffdb", "a\ufffdb"),
        ("evil\u202etxt", "evil\ufffdtxt", "evil\ufffdtxt"),
        ("zero\u200bwidth\ufeff", "zero\ufffdwidth\ufffd", "zero\ufffdwidth\ufffd"),
        ("👩\u200d🚀", "👩\u200d🚀", "👩\u200d🚀"),
        ("a\u2028b\u2029c", "a\ufffdb\ufffdc", "a\ufffdb\ufffdc"),
        ("\ud800", REPLACEMENT, REPLACEMENT),
        ("\ue000\U000f0000", REPLACEMENT * 2, REPLACEMENT * 2),
        ("[red]x[/]", "[red]x[/]", "[red]x[/]"),
        ("no\u00a0break", "no\u00a0break", "no\u00a0break"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 3,
        ("\u0600\u06f1 \u06dd",) * 3,
        ("left\u200emark\u061c", "left\ufffdmark\ufffd", "left\ufffdmark\ufffd"),
        ("soft\u00adhyphen\u2060", "soft\ufffdhyphen\ufffd", "soft\ufffdhyphen\ufffd"),
        ("\U000e0061", REPLACEMENT, REPLACEMENT),
    ],
)
def test_examples(text: str, line: str, lines: str) -> None:
    assert one_line(text) == line
    assert many_lines(text) == lines


@pytest.mark.parametrize("text", ["\u200c", "\u200d\u200c", "\u00a0\u200c"], ids=ascii)
def test_a_line_of_joiners_alone_counts_as_empty(text: str) -> None:
    assert visible_line(text) == ""


@given(every_character | hostile)
def test_json_for_a_terminal_means_the_same(text: str) -> None:
    line = json_line(json.dumps(text, ensure_ascii=False))
    assert json.loads(line, strict=False) == text
    assert one_line(line) == line.replace("\t", " ")


@given(every_character | hostile)
def test_escapes_can_be_read_back(text: str) -> None:
    shown = escaped(text)
    assert shown.isascii() and shown.isprintable() and " " not in shown
    assert shown.encode().decode("unicode_escape") == text


@pytest.mark.parametrize(
    "control", ["\x00", "\x1b", "\x7f", "\x9b", "\r", "\u2028", "\u202e", "\u2066"]
)
@pytest.mark.parametrize("lines", [False, True])
def test_what_a_paste_could_do_harm_with_is_found(control: str, lines: bool) -> None:
    assert has_controls(f"é{control}b", lines=lines)
    assert not has_controls(without_controls(f"é{control}b", lines=lines), lines=lines)
    assert without_controls(f"é{control}b", lines=lines).startswith("é\\")


def test_line_feeds_and_tabs_are_only_meant_in_lines() -> None:
    text = "a\r\n\tb\n"
    assert has_controls(text)
    assert not has_controls(text, lines=True)
    assert without_controls(text) == "a\\r\\n\\tb\\n"
    assert without_controls(text, lines=True) == text


@pytest.mark.parametrize("text", ["plain é 😀", "👩\u200d🚀", "日本\u3000", "C:\\new"])
def test_what_people_write_is_no_control(text: str) -> None:
    assert not has_controls(text)
