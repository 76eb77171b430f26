"""Threads as turns, and how two answers to the same message differ."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.text_comparison import compare_lines
from assistant_tui.core.threads.comparison import AnswerComparison
from assistant_tui.core.threads.objects import ToolCall, Usage, read_message, read_run, read_step
from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.core.threads.turns import Answer, answer_of, turns_of
from tests.core.threads import support

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def thread(*messages: dict[str, Any], runs: Any = (), steps: Any = ()) -> Transcript:
    transcript = Transcript(support.THREAD)
    transcript.replace(
        [read_message(each) for each in messages],
        [read_run(each) for each in runs],
        [read_step(each) for each in steps],
    )
    return transcript


def answer(text: str = "", *calls: tuple[str, str], **members: Any) -> Answer:
    made = tuple(
        ToolCall(f"s#{at}", "c", "function", name, arguments, None, {})
        for at, (name, arguments) in enumerate(calls)
    )
    known = {"status": "completed", "problem": "", "usage": None, "seconds": None, "steps": 1}
    return Answer(text, made, **{**known, "ended": True, **members})


def test_each_message_of_a_person_begins_a_turn() -> None:
    transcript = thread(
        support.message("m1", "one", "user", created_at=1),
        support.message("m2", "a", created_at=2),
        support.message("m3", "two", "user", created_at=3),
        support.message("m4", "three", "user", created_at=4),
        support.message("m5", "b", created_at=5),
        support.message("m6", "c", created_at=6),
    )
    turns = turns_of(transcript.entries)
    assert [(turn.text, [e.text for e in turn.entries]) for turn in turns] == [
        ("one", ["a"]),
        ("two", []),
        ("three", ["b", "c"]),
    ]


def test_what_stands_before_the_first_message_is_a_turn_without_one() -> None:
    transcript = thread(support.message("m1", "hello", created_at=1))
    (turn,) = turns_of(transcript.entries)
    assert (turn.prompt, turn.text, [e.text for e in turn.entries]) == (None, "", ["hello"])


def test_an_answer_has_the_calls_the_tokens_and_the_time_of_its_turn_alone() -> None:
    asked = support.calls_step("s1", "completed", support.function("get_order", '{"id": 7}'))
    transcript = thread(
        support.message("m1", "one", "user", created_at=100),
        support.message("m2", "a", created_at=103),
        support.message("m3", "two", "user", created_at=200),
        support.message("m4", "b", created_at=203, run_id="run_2"),
        runs=[
            support.run("completed", usage=USAGE, completed_at=104),
            support.run("failed", id="run_2", created_at=201, last_error={"message": "broken"}),
        ],
        steps=[asked],
    )
    first, second = turns_of(transcript.entries)
    told = answer_of(first, transcript.runs)
    assert (told.text, told.status, told.seconds, told.usage) == (
        "a",
        "completed",
        3.0,
        Usage(10, 5, 15),
    )
    assert [(call.name, call.arguments) for call in told.calls] == [("get_order", '{"id": 7}')]
    assert told.steps == 2
    other = answer_of(second, transcript.runs)
    assert (other.status, other.problem, other.usage, other.calls) == ("failed", "broken", None, ())


def test_an_answer_whose_run_no_list_has_counts_as_ended_once_it_is_whole() -> None:
    transcript = thread(
        support.message("m1", "one", "user", created_at=1),
        support.message("m2", "a", created_at=2),
        support.message("m3", "two", "user", created_at=3),
        support.message("m4", None, created_at=4),
    )
    ended = [answer_of(turn, transcript.runs).ended for turn in turns_of(transcript.entries)]
    assert ended == [True, False]


def test_of_a_changed_line_only_the_words_that_differ_are_marked() -> None:
    (line,) = compare_lines("It ships on Monday at noon.", "It ships on Tuesday at noon.")
    assert line.left is not None and line.right is not None
    assert [piece.text for piece in line.left if piece.differs] == ["Monday"]
    assert [piece.text for piece in line.right if piece.differs] == ["Tuesday"]
    assert not line.same


def test_a_line_that_one_side_lacks_has_nothing_beside_it() -> None:
    lines = [*compare_lines("a\nb\nc", "a\nc")]
    assert [line.same for line in lines] == [True, False, True]
    assert lines[1].right is None


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_the_pieces_of_each_side_are_its_text(left: str, right: str) -> None:
    lines = [*compare_lines(left, right)]
    for side, text in ((0, left), (1, right)):
        found = [
            "".join(p.text for p in line[side] or ()) for line in lines if line[side] is not None
        ]
        assert "\n".join(found) == text
    for line in lines:
        if line.left is not None and line.right is not None:
            both = (line.left, line.right)
            alike = ["".join(p.text for p in side if not p.differs) for side in both]
            assert alike[0] == alike[1]


def test_the_same_call_with_other_arguments_is_named_by_them() -> None:
    compared = AnswerComparison(
        answer("x", ("find", '{"id": 1, "deep": true}'), ("tell", "{}")),
        answer("x", ("find", '{"deep": true, "id": 2}')),
    )
    assert [
        (p.left and p.left.name, p.right and p.right.name, p.differing) for p in compared.calls
    ] == [
        ("find", "find", ("id",)),
        ("tell", None, ()),
    ]
    assert compared.verdict == "same text · 2 of 2 calls differ"


def test_arguments_that_are_no_json_differ_as_a_whole() -> None:
    compared = AnswerComparison(answer("", ("run", "print(1)")), answer("", ("run", "print(2)")))
    assert compared.calls[0].differing == ("arguments",)


def test_equal_calls_in_another_spelling_are_the_same() -> None:
    compared = AnswerComparison(answer("", ("f", '{"a":1.0}')), answer("", ("f", '{"a": 1}')))
    assert compared.same_calls
    assert compared.verdict == "same text · same calls"


def test_the_verdict_tells_what_the_right_one_took_more() -> None:
    compared = AnswerComparison(
        answer("one\ntwo", usage=Usage(1, 2, 3), seconds=4.0),
        answer("one\n2", usage=Usage(1, 1, 2), seconds=6.5),
    )
    assert compared.verdict == "1 of 2 lines differ · -1 tokens · +2.5 s"


def test_what_is_not_known_on_one_side_is_not_told() -> None:
    compared = AnswerComparison(answer("a", usage=Usage(1, 2, 3)), answer("a", seconds=1.0))
    assert (compared.more_tokens, compared.more_seconds) == (None, None)
    assert compared.verdict == "same text"
