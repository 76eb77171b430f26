"""What is given for the calls that wait, also those that want an approval or are not known."""

import time

from assistant_tui.core.threads.objects import read_run
from assistant_tui.tui.playground.call_answers import Answer, CallAnswers
from assistant_tui.tui.playground.call_sheet import Suggestions, sheet_lines


def waiting(kind: str, *names: str) -> CallAnswers:
    """Answers to calls of a kind."""
    calls = [{"id": name, "type": "mcp", "name": name, "arguments": "{}"} for name in names]
    run = read_run({"id": "r", "required_action": {"type": kind, kind: {"tool_calls": calls}}})
    answers = CallAnswers()
    assert run.required is not None
    answers.show(run.required, run.required.calls)
    return answers


def shown(answers: CallAnswers) -> str:
    """The lines of the sheet."""
    lines = sheet_lines(answers, Suggestions(), time.time())
    return "\n".join("".join(span.text for span in line) for line in lines)


def test_calls_that_want_an_approval_are_approved_or_denied() -> None:
    answers = waiting("submit_tool_approval", "read", "drop")
    assert "y approve" in shown(answers) and "1 last output" not in shown(answers)
    answers.give("r#0", Answer(approve=True))
    assert answers.current is not None and answers.current.name == "drop"
    assert not answers.is_complete
    answers.give("r#1", Answer(approve=False))
    assert answers.is_complete
    assert answers.approvals == {"r#0": True, "r#1": False} and answers.outputs == {}
    assert "approved" in shown(answers) and "denied" in shown(answers)


def test_what_was_given_stays_while_the_same_call_waits() -> None:
    answers = waiting("submit_tool_outputs", "a", "b")
    answers.give("r#0", Answer("one"))
    required = read_run(
        {
            "id": "r",
            "required_action": {
                "type": "submit_tool_outputs",
                "submit_tool_outputs": {"tool_calls": [{"id": "a", "type": "function"}]},
            },
        }
    ).required
    assert required is not None
    answers.show(required, required.calls)
    assert answers.outputs == {"r#0": "one"} and answers.is_complete


def test_an_answer_to_a_call_that_waits_no_more_is_dropped() -> None:
    answers = waiting("submit_tool_outputs", "a")
    answers.clear()
    answers.give("r#0", Answer("late"))
    assert answers.outputs == {} and not answers.is_complete


def test_many_calls_show_those_around_the_marked_one() -> None:
    answers = waiting("submit_tool_outputs", *(f"call{number}" for number in range(9)))
    answers.move(8)
    assert "call8" in shown(answers) and "call0" not in shown(answers)
    answers.move(-3)
    (only, *_), *_ = sheet_lines(answers, Suggestions(), time.time(), marks=False, most=1), ()
    assert "call5" in "".join(span.text for span in only)
