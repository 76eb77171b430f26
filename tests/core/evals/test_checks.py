"""Each kind of expectation, on answers that are as expected and on those that are not."""

from typing import Any

import pytest

from assistant_tui.core.evals.checks import Check, failures
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.core.threads.turns import Answer


def answer(text: str = "", *calls: ToolCall, status: str = "completed", why: str = "") -> Answer:
    """What was answered in a turn."""
    return Answer(text, calls, status, why, None, None, 1, ended=True)


def call(name: str, arguments: str, kind: str = "function") -> ToolCall:
    """A call as it stands in a step."""
    return ToolCall(name, name, kind, name, arguments, None, {})


CALLS = (call("get_order", '{"id": 7.0}'), call("log", "{"), call("search", "", "file_search"))
ORDER = answer("", *CALLS)


@pytest.mark.parametrize(
    ("kind", "value", "good", "bad"),
    [
        ("equals", "Yes.", "Yes.", "yes."),
        ("equals", {"a": 1}, '{"a": 1.0}', '{"a": true}'),
        ("contains", "es", "Yes", "YES"),
        ("icontains", "ES", "yes", "no"),
        ("contains-all", ["a", "b"], "ab", "a"),
        ("contains-any", ["a", "b"], "b", "c"),
        ("icontains-all", ["A", "b"], "aB", "a"),
        ("icontains-any", ["A", "b"], "a", "c"),
        ("starts-with", "Ye", "Yes", "No, Yes"),
        ("regex", r"^\d+$", "x\n12".partition("\n")[2], "12a"),
        ("is-json", None, ' {"a": 1}\n', "{'a': 1}"),
        ("is-json", True, "[]", "[}"),
        ("is-json", {"required": ["a"]}, '{"a": 1}', '{"b": 1}'),
        ("tool-call-f1", ["get_order", "log"], ORDER, "get_order"),
        ("tool-call-f1", "log, get_order", ORDER, answer("", *CALLS[:1])),
        ("called", {"name": "get_order"}, ORDER, "get_order"),
        ("called", {"name": "get_order", "arguments": {"id": 7}}, ORDER,
         answer("", call("get_order", '{"id": 8}'))),
    ],
)  # fmt: skip
def test_an_expectation_tells_answers_apart(
    kind: str, value: Any, good: str | Answer, bad: str | Answer
) -> None:
    check, negated = Check(kind, value), Check(kind, value, negated=True)
    assert check.problem() == ""
    assert check.failure(_answer(good)) == "" != check.failure(_answer(bad))
    assert negated.failure(_answer(bad)) == "" != negated.failure(_answer(good))


def test_what_was_called_instead_is_told() -> None:
    assert Check("called", {"name": "cancel"}).failure(ORDER) == (
        "cancel was not called, but get_order, log"
    )
    called = Check("called", {"name": "get_order", "arguments": {}}).failure(ORDER)
    assert called == 'get_order was called with {"id": 7.0}, expected: {}'


def test_half_of_the_calls_are_enough_where_the_threshold_says_so() -> None:
    check = Check("tool-call-f1", ["get_order", "cancel"], 0.5)
    assert check.failure(ORDER) == "" != Check("tool-call-f1", check.value, 0.6).failure(ORDER)


@pytest.mark.parametrize("negated", [False, True])
def test_a_schema_that_leads_elsewhere_fetches_nothing_and_passes_nothing(negated: bool) -> None:
    check = Check("is-json", {"$ref": "http://127.0.0.1:9/schema"}, negated=negated)
    assert check.problem() == ""
    assert check.failure(answer("{}")).startswith("the schema cannot be checked")


def test_a_run_that_did_not_complete_fails_a_case() -> None:
    failed = answer("Yes", status="failed", why="no")
    assert failures((), failed) == ("failed: no",)
    assert failures((Check("equals", "Yes"),), failed) == ("failed: no",)
    assert failures((), answer("Yes")) == ()


def test_that_nobody_answers_a_call_is_no_failure_where_calls_are_expected() -> None:
    waits = answer("", *CALLS, status="requires_action")
    called, other = Check("called", {"name": "get_order"}), Check("contains", "")
    assert failures((called, other), waits) == ()
    assert failures((other,), waits) == ("nobody answers its calls",)
    assert failures((Check("called", {"name": "x"}, negated=True),), waits) == (
        "nobody answers its calls",
    )


def _answer(said: str | Answer) -> Answer:
    return answer(said) if isinstance(said, str) else said
