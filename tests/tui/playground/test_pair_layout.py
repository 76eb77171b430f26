"""Two threads turn by turn: what differs is seen without colours, at any width."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.text_comparison import Piece
from assistant_tui.core.threads.objects import read_message, read_run, read_step
from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.tui.playground.block import Facts
from assistant_tui.tui.playground.pair_columns import DIFFERS, wrapped_pieces
from assistant_tui.tui.playground.pair_layout import PairLayout
from tests.core.threads import support

FACTS = Facts(0)


def thread(answer: str | None, *calls: dict[str, Any], **run: Any) -> Transcript:
    """One message and its answer; None for an answer that has just begun."""
    transcript = Transcript(support.THREAD)
    ended = {"status": "completed" if answer is not None else "in_progress", "completed_at": 104}
    transcript.replace(
        [
            read_message(support.message("m1", "Where is it?", "user", created_at=100)),
            read_message(support.message("m2", answer, created_at=103)),
        ],
        [read_run(support.run(**{**ended, **run}))],
        [read_step(support.calls_step("s1", "completed", *calls))] if calls else [],
    )
    return transcript


def laid_out(
    left: Transcript, right: Transcript, width: int, *, stacked: bool = False
) -> PairLayout:
    layout = PairLayout()
    layout.resize(width, stacked=stacked)
    layout.update(left, right, FACTS)
    return layout


def lines(layout: PairLayout) -> list[str]:
    shown = ["".join(span.text for span in layout.line(at)) for at in range(layout.height)]
    return [line.rstrip() for line in shown]


def marked(layout: PairLayout) -> list[str]:
    """The words that are drawn as differing."""
    spans = (span for at in range(layout.height) for span in layout.line(at))
    return [span.text for span in spans if span.part == DIFFERS]


USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 1_203}


def test_what_differs_is_marked_by_a_sign_and_told_below() -> None:
    layout = laid_out(
        thread("It ships on Monday.\nBye.", usage=USAGE, completed_at=103),
        thread("It ships on Tuesday.\nBye.", usage=USAGE),
        60,
    )
    assert lines(layout)[4:] == [
        "A 1,203 tokens · 2.0 s       │ B 1,203 tokens · 3.0 s",
        "It ships on Monday.          ≠ It ships on Tuesday.",
        "Bye.                         │ Bye.",
        "≠ 1 of 2 lines differ · +1.0 s",
    ]
    assert marked(layout) == ["Monday", "Tuesday"]


def test_a_line_that_differs_as_a_whole_has_the_sign_alone() -> None:
    layout = laid_out(thread("Same.\nOnly here."), thread("Same.\nX\nY z."), 60)
    assert marked(layout) == []
    assert lines(layout)[6].split() == ["Only", "here.", "≠", "X"]
    assert lines(layout)[7].split() == ["≠", "Y", "z."]


def test_what_was_said_to_both_stands_once_above() -> None:
    layout = laid_out(thread("a"), thread("a"), 60)
    assert lines(layout)[2] == "Where is it?"
    assert "".join(lines(layout)).count("Where is it?") == 1
    assert lines(layout)[-1] == "= same text"


def test_one_above_the_other_has_the_signs_before_the_lines() -> None:
    layout = laid_out(thread("One.\nTwo."), thread("One.\nDeux."), 40, stacked=True)
    assert lines(layout)[4:] == [
        "A 3.0 s",
        "  One.",
        "≠ Two.",
        "",
        "B 3.0 s",
        "  One.",
        "≠ Deux.",
        "≠ 1 of 2 lines differ",
    ]


def test_calls_stand_side_by_side_and_other_arguments_are_told() -> None:
    one = support.function("find", '{"id": 1}', output="x")
    other = support.function("find", '{"id": 2}', output="x")
    layout = laid_out(thread("a", one), thread("a", other), 70)
    (row,) = [line for line in lines(layout) if "find" in line]
    assert row.count("ƒ find") == 2
    assert " ≠ " in row
    assert lines(layout)[-1] == "≠ same text · 1 of 1 calls differ"


def test_while_one_still_writes_nothing_is_compared() -> None:
    layout = laid_out(thread("a whole answer"), thread(None), 60)
    assert not any("≠" in line for line in lines(layout))
    assert marked(layout) == []


def test_only_a_turn_that_has_changed_is_laid_out_anew() -> None:
    left, right = thread("a"), thread("b")
    layout = laid_out(left, right, 60)
    before = layout.turns[0]
    assert layout.update(left, right, FACTS) == layout.height
    assert layout.turns[0] is before
    right.replace(
        [
            read_message(support.message("m1", "Where is it?", "user", created_at=100)),
            read_message(support.message("m2", "c", created_at=103)),
            read_message(support.message("m3", "And now?", "user", created_at=200)),
        ],
        [*right.runs.values()],
        [],
    )
    assert layout.update(left, right, FACTS) == 0
    assert layout.turns[0] is not before
    assert "B was told" in lines(layout)
    assert "And now?" in lines(layout)


def test_what_streams_is_appended_on_its_side() -> None:
    right = Transcript(support.THREAD)
    right.follow()
    for each in (support.run("queued"), support.message("m2", None)):
        right.apply(support.event(each))
    layout = laid_out(thread("done"), right, 60)
    for piece in ("It sh", "ips on Mon", "day."):
        right.apply(support.delta("m2", piece))
        layout.update(thread("done"), right, FACTS)
    assert any(line.endswith("│ It ships on Monday.") for line in lines(layout))


def test_the_calls_of_a_turn_unfold_on_both_sides() -> None:
    asked = support.function("find", '{"id": 1}', output="x")
    left, right = thread("a", asked), thread("b", asked)
    layout = laid_out(left, right, 70)
    folded = layout.height
    layout.unfolded = True
    layout.update(left, right, FACTS)
    assert layout.height > folded
    assert any(line.count('"id": 1') == 2 for line in lines(layout))


@given(
    st.lists(st.tuples(st.text("ab 世", max_size=12), st.booleans()), min_size=1, max_size=6),
    st.integers(2, 30),
)
def test_wrapped_pieces_lose_nothing_but_spaces_at_the_breaks(
    parts: list[tuple[str, bool]], width: int
) -> None:
    pieces = [Piece(*part) for part in parts]
    wrapped = wrapped_pieces(pieces, width)
    for wanted in (True, False):
        drawn = "".join(s.text for line in wrapped for s in line if (s.part == DIFFERS) is wanted)
        meant = "".join(piece.text for piece in pieces if piece.differs is wanted)
        assert drawn.replace(" ", "") == meant.replace(" ", "")


def test_escape_sequences_of_an_answer_are_drawn_harmless() -> None:
    layout = laid_out(thread("a\x1b[31mred"), thread("b\u202egreen"), 60)
    drawn = "".join(lines(layout))
    assert "\x1b" not in drawn and "\u202e" not in drawn
