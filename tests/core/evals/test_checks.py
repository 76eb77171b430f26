"""Each kind of expectation, on answers that are as expected and on those that are not."""

from typing import Any

import pytest

from assistant_tui.core.evals.checks import Answer, Called, Check, failures

ORDER = Answer(calls=(Called("get_order", '{"id": 7.0}'), Called("log", "{")))


def answer(said: str | Answer) -> Answer:
    """An answer of words alone, or with calls."""
    return Answer(said) if isinstance(said, str) else said


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
        ("is-json", {"required": ["a"]}, '{"a": 1}', '{"b": 1}'),
        ("tool-call-f1", ["get_order", "log"], ORDER, "get_order"),
        ("tool-call-f1", "log, get_order", ORDER, Answer(calls=ORDER.calls[:1])),
        ("called", {"name": "get_order"}, ORDER, "get_order"),
        ("called", {"name": "get_order", "arguments": {"id": 7}}, ORDER,
         Answer(calls=(Called("get_order", '{"id": 8}'),))),
    ],
)  # fmt: skip
def test_an_expectation_tells_answers_apart(
    kind: str, value: Any, good: str | Answer, bad: str | Answer
) -> None:
    check, negated = Check(kind, value), Check(kind, value, negated=True)
    assert check.problem() == ""
    assert check.failure(answer(good)) == "" != check.failure(answer(bad))
    assert negated.failure(answer(bad)) == "" != negated.failure(answer(good))


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
    assert check.failure(Answer("{}")).startswith("the schema cannot be checked")


def test_a_run_that_did_not_complete_fails_a_case() -> None:
    assert failures((), Answer("Yes", problem="failed: no")) == ("failed: no",)
    assert failures((Check("equals", "Yes"),), Answer("Yes", problem="failed: no")) == (
        "failed: no",
    )


def test_that_nobody_answers_a_call_is_no_problem_where_calls_are_expected() -> None:
    waits = Answer(calls=ORDER.calls, problem="waits for get_order", waits=True)
    called, other = Check("called", {"name": "get_order"}), Check("contains", "")
    assert failures((called, other), waits) == ()
    assert failures((other,), waits) == ("waits for get_order",)
    assert failures((Check("called", {"name": "x"}, negated=True),), waits) == (
        "waits for get_order",
    )
