"""Text that streams in: wrapped as if it had come at once, at a cost that does not grow."""

import time

from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.tui.playground.spans import width_of
from assistant_tui.tui.playground.wrapped_text import CODE, WrappedText

ASCII = "ab c\n\r\t`~*"
PIECES = st.lists(
    st.text(st.sampled_from(f"{ASCII}日é\u202e\x1b\ud83d\ude00"), max_size=12), max_size=12
)


def wrapped(*pieces: str, width: int = 20, markdown: bool = True) -> list[str]:
    """The lines that pieces of a text end as."""
    text = WrappedText(width, markdown=markdown)
    for piece in pieces:
        text.append(piece)
    return ["".join(span.text for span in line) for line in text.lines]


@given(st.lists(st.text(st.sampled_from(ASCII), max_size=12), max_size=12), st.integers(6, 30))
def test_where_a_text_is_cut_does_not_matter(pieces: list[str], width: int) -> None:
    assert wrapped(*pieces, width=width) == wrapped("".join(pieces), width=width)


@given(PIECES, st.integers(6, 30))
def test_no_character_is_lost_or_doubled_between_two_pieces(pieces: list[str], width: int) -> None:
    cut = wrapped(*pieces, width=width, markdown=False)
    at_once = wrapped("".join(pieces), width=width, markdown=False)
    assert "".join(cut).replace(" ", "") == "".join(at_once).replace(" ", "")


@given(PIECES, st.integers(6, 30))
def test_no_line_is_wider_and_none_steers_a_terminal(pieces: list[str], width: int) -> None:
    text = WrappedText(width)
    for piece in pieces:
        text.append(piece)
    for line in text.lines:
        assert width_of(line) <= width
        assert not set("".join(span.text for span in line)) & set("\x1b\r\n\t\u202e")


def test_lines_break_between_words() -> None:
    assert wrapped("one two th", "ree four five") == ["one two three four", "five"]


def test_a_line_break_in_two_pieces_is_one() -> None:
    assert wrapped("one\r", "\ntwo") == ["one", "two"]


def test_a_code_block_stands_apart_also_while_it_is_written() -> None:
    text = WrappedText(20)
    for piece in ("Run:\n``", "`sh\nls -", "l\n``", "`\nDone"):
        text.append(piece)
    assert [line[0].part for line in text.lines] == ["", CODE, CODE, CODE, ""]
    assert wrapped("```sh\nls -l\n```\nDone") == ["  sh", "  ls -l", "  ", "Done"]


def test_code_inside_of_a_line_begins_no_block() -> None:
    assert wrapped("```ls``` lists\nall") == ["```ls``` lists", "all"]


def test_plain_text_has_no_code_blocks() -> None:
    assert wrapped("```\nls\n```", markdown=False) == ["```", "ls", "```"]


def test_a_piece_costs_the_same_however_much_is_there() -> None:
    text = WrappedText(80)

    def seconds(pieces: int) -> float:
        began = time.process_time()
        for _ in range(pieces):
            text.append("seven7 ")
        return time.process_time() - began

    seconds(500)
    early = min(seconds(500) for _ in range(5))
    text.append("long " * 200_000)
    late = min(seconds(500) for _ in range(5))
    assert late < 4 * early
