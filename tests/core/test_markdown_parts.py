"""A text in parts: nothing is lost or left out, and no part makes too much work."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from assistant_tui.core.markdown_parts import MOST, limit_nesting, split_markdown
from assistant_tui.tui.dialogs.markdown_screen import parser

_BITS = [
    "> ",
    "- ",
    "1. ",
    "* ",
    "# ",
    "    ",
    "  ",
    "a",
    "b c",
    "|",
    "|a",
    "|-|-|",
    "---",
    "===",
    "```",
]
_BITS += [
    "~~~ x",
    "**",
    "~~",
    "`",
    "_",
    "[a](b)",
    "[a]: b",
    "![a](b)",
    "<a>",
    "<!--",
    "&amp;",
    "\\",
    "!",
]
bits = st.lists(st.sampled_from(_BITS), max_size=8).map("".join)
lines = st.lists(bits, max_size=8).map("\n".join)
texts = st.builds(
    lambda text, times, end: f"{text}\n" * times + end, lines, st.integers(1, 60), bits
)


def letters(text: str) -> str:
    """What nothing but a word is made of, so that marks and numbers do not count."""
    return "".join(each for each in text if each.isalpha())


def shown(tokens: list[Token]) -> Iterator[str]:
    """What Textual shows of the tokens of a text."""
    for token in tokens:
        if token.type in ("fence", "code_block"):
            yield token.info + token.content
        elif token.type == "inline":
            for child in token.children or ():
                assert child.type in _KNOWN, child.type
                yield child.content


_KNOWN = {"text", "softbreak", "hardbreak", "code_inline"} | {
    f"{each}_{side}" for each in ("em", "strong", "s") for side in ("open", "close")
}


@given(texts)
def test_all_of_a_text_is_shown_whatever_it_is_made_of(text: str) -> None:
    words = "".join("".join(shown(parser().parse(part))) for part in split_markdown(text))
    assert letters(words) == letters(text)


@given(texts)
def test_no_part_makes_too_much_work(text: str) -> None:
    for part in split_markdown(text):
        tokens = parser().parse(part)
        assert max((token.level for token in tokens), default=0) < 50
        blocks = [t for t in tokens if t.type.endswith("_open") or t.nesting == 0]
        assert len(blocks) < 3 * MOST
        assert len(part) <= 110 * MOST


N = 256_000


@pytest.mark.parametrize(
    "text",
    ["x" * N, "> " * (N // 2), "- " * (N // 2), "[" * N, "*" * N, "|" * N, "`" * N, "#" * N],
    ids=lambda text: text[:2],
)
def test_the_longest_line_is_divided_too(text: str) -> None:
    found = split_markdown(text)
    assert "".join(found).replace("\\", "").replace("\n", "") == text
    assert all(len(part) <= 110 * MOST for part in found)


def test_a_part_ends_between_paragraphs() -> None:
    paragraph = "word " * 500 + "\n\n"
    found = split_markdown(paragraph * 40)
    assert len(found) > 1
    assert all(part.startswith("word") and part.endswith("word \n") for part in found[:-1])


def test_a_usual_text_is_one_part_as_it_is() -> None:
    text = "# You\n\nBe *kind*.\n\n- one\n  - two\n\n```json\n{}\n```\n\n|a|b|\n|-|-|\n|1|2|\n"
    assert split_markdown(text * 6) == (text * 6,)
    assert split_markdown("") == ("",)


def test_code_goes_on_as_code_in_the_next_part() -> None:
    found = split_markdown("```python\n" + "- x = '|' * 3\n" * 5000 + "```\n\nend")
    assert len(found) > 1
    for part in found:
        assert next(token.type for token in parser().parse(part)) == "fence"
    assert found[-1].endswith("end")


def test_code_in_a_list_does_not_make_what_follows_cheap() -> None:
    assert len(split_markdown("> ```\n\n" + "- a\n" * 5000)) > 50
    assert len(split_markdown("- a\n\n  ```\n" + "- a\n" * 5000)) > 50


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("> > a", "> > a"),
        ("> " * 7 + "a", "> " * 6 + "\\> a"),
        ("- " * 7 + "a", "- " * 6 + "\\- a"),
        ("1. " * 7 + "a", "1. " * 6 + "1\\. a"),
        ("- " * 9, "- " * 9),
        (" " * 100 + "- a", " " * 24 + "- a"),
        ("a > b - c", "a > b - c"),
    ],
)
def test_deep_marks_are_shown_as_they_were_written(line: str, text: str) -> None:
    assert limit_nesting(line) == text
    assert limit_nesting(limit_nesting(line)) == text


def test_500_levels_are_no_more_than_a_few() -> None:
    for mark in ("> ", "- ", "1. ", "* "):
        (part,) = split_markdown(mark * 500 + "deep")
        tokens = parser().parse(part)
        assert max(token.level for token in tokens) < 50
        assert "deep" in "".join(shown(tokens))


def test_cells_beyond_the_header_are_not_left_out() -> None:
    (part,) = split_markdown("| a |\n|---|\n| 1 | hidden |\n| 2 |")
    assert "hidden" in "".join(shown(parser().parse(part)))
    (same,) = split_markdown("| a |\n|---|\n| x \\| y |\n| 2 |")
    assert same == "| a |\n|---|\n| x \\| y |\n| 2 |"
