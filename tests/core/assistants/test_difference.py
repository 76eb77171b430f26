"""What a save would send, told in lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.comparison import differences
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.text_comparison import compare_texts

ORIGINAL = RawJson(
    '{"id": "a", "name": "n", "temperature": 1.0, "metadata": {"k": "v"},'
    ' "instructions": "one\\ntwo words here\\nthree\\nfour\\nfive\\nsix"}'
)


def told(draft: Draft) -> list[str]:
    """The lines, each behind its mark."""
    return [f"{mark}|{text}" for mark, text in differences(draft)]


def test_nothing_changed_is_nothing_told() -> None:
    assert told(Draft(ORIGINAL)) == []


def test_a_field_is_named_with_what_it_was_and_will_be() -> None:
    assert told(Draft(ORIGINAL).edited("temperature", "0.5")) == ["|temperature", "-|1.0", "+|0.5"]


def test_a_long_text_shows_the_changed_words_and_little_around_them() -> None:
    draft = Draft(ORIGINAL).edited("instructions", "one\ntwo word here\nthree\nfour\nfive\nsix")
    assert told(draft) == [
        "|instructions",
        " |one",
        "~|two [-words-]{+word+} here",
        " |three",
        " |four",
    ]


def test_what_is_cleared_and_what_is_new() -> None:
    assert told(Draft(ORIGINAL).edited("name", "")) == ["|name", "-|n"]
    assert told(Draft(ORIGINAL).edited("metadata", ())) == [
        "|metadata",
        "-|{",
        '-|  "k": "v"',
        "-|}",
    ]
    assert told(Draft(ORIGINAL).edited("description", "d")) == ["|description", "+|d"]


def test_a_new_assistant_shows_all_that_is_sent() -> None:
    assert told(Draft(preset={"model": '"m"'}).edited("name", "x")) == [
        "|model",
        "+|m",
        "|name",
        "+|x",
    ]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_line_break_at_the_end_counts(end: str) -> None:
    found = list(compare_texts("a\n", "a" + end))
    assert bool(found) == (end == "")


LINES = st.lists(st.text(alphabet="ab c", max_size=6), max_size=8).map("\n".join)


@given(LINES, LINES)
def test_equal_texts_and_only_those_have_no_difference(before: str, after: str) -> None:
    assert (list(compare_texts(before, after)) == []) == (before == after)
