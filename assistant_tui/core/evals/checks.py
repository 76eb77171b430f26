"""What is expected of an answer, and whether it is so."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant_tui.core.json_text import read_json, write_json
from assistant_tui.core.raw_json import same_json
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.core.threads.turns import Answer

UNANSWERED = "nobody answers its calls"
"""Why a case fails whose run waits for outputs."""
_SHOWN = 60
"""Characters of an expectation that a sentence quotes."""


class _UncheckableError(Exception):
    """An expectation that is right in itself cannot be held against an answer."""


@dataclass(frozen=True)
class Check:
    """One expectation; the kinds are those of Promptfoo, and `called` for one call."""

    kind: str
    value: Any = None
    threshold: float = 1.0
    negated: bool = False

    def problem(self) -> str:
        """What is wrong with the expectation itself; empty if nothing is."""
        if self.kind not in _KINDS:
            known = ", ".join(_KINDS)
            return f"the kind {self.kind} cannot be checked here; there are: {known}"
        return _KINDS[self.kind].problem(self.value)

    def failure(self, answer: Answer) -> str:
        """Why an answer is not as expected; empty if it is."""
        try:
            found = _KINDS[self.kind].failure(self, answer)
        except _UncheckableError as error:
            return str(error)
        if not self.negated:
            return found
        return "" if found else f"not expected: {self.words}"

    @property
    def expects_calls(self) -> bool:
        """Whether it is about the calls of functions, not about the text."""
        return self.kind in ("called", "tool-call-f1") and not self.negated

    @property
    def words(self) -> str:
        """The expectation in a few words. Not made safe for display."""
        shown = self.value if isinstance(self.value, str) else write_json(self.value)
        shown = "" if self.value is None else shown
        cut = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
        return f"{self.kind} {cut}".strip()


def failures(checks: Sequence[Check], answer: Answer) -> tuple[str, ...]:
    """Why an answer is not as a case expects, each reason in words; none if it is.

    That nobody answers a call is no failure where functions are expected to be called.
    """
    found = tuple(filter(None, (check.failure(answer) for check in checks)))
    unfinished = _unfinished(answer)
    if answer.status == "requires_action" and any(check.expects_calls for check in checks):
        unfinished = ""
    return (unfinished, *found) if unfinished else found


def _unfinished(answer: Answer) -> str:
    """Why a run did not complete; empty where it did."""
    if answer.status == "completed":
        return ""
    if answer.status == "requires_action":
        return UNANSWERED
    return ": ".join(filter(None, (answer.status or "no run", answer.problem)))


def _functions(answer: Answer) -> list[ToolCall]:
    return [call for call in answer.calls if call.kind == "function"]


@dataclass(frozen=True)
class _Kind:
    """How one kind of expectation is checked."""

    problem: Callable[[Any], str]
    """What is wrong with a value for it."""
    failure: Callable[[Check, Answer], str]


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "a text is allowed"


def _texts(value: Any) -> str:
    good = isinstance(value, list) and value and all(isinstance(each, str) for each in value)
    return "" if good else "a list of texts is allowed"


def _by_comma(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else _texts(value)


def _pattern(value: Any) -> str:
    try:
        re.compile(value)
    except (re.error, TypeError, OverflowError, RecursionError) as error:
        return f"no regular expression: {error}"
    return ""


def _called_value(value: Any) -> str:
    good = isinstance(value, dict) and isinstance(value.get("name"), str) and value["name"]
    unknown = good and set(value) - {"name", "arguments"}
    allowed = 'the name of a function, or {"name": …, "arguments": {…}} is allowed'
    return "" if good and not unknown else allowed


def _schema(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if not isinstance(value, dict):
        return "a JSON Schema is allowed"
    from jsonschema.exceptions import SchemaError  # only who checks by a schema waits for this

    try:
        _validator(value).check_schema(value)
    except SchemaError as error:
        return f"no JSON Schema: {error.message}"
    except (ArithmeticError, AttributeError, TypeError, ValueError, RecursionError) as error:
        return f"no JSON Schema that can be checked: {error}"
    return ""


def _validator(schema: Any) -> Any:
    """The class that checks by a schema, as its `$schema` says, else by draft 2020-12."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for

    return validator_for(schema, default=Draft202012Validator)


def _equals(check: Check, answer: Answer) -> str:
    if isinstance(check.value, str):
        same = answer.text == check.value
    else:
        same = same_json(answer.text, write_json(check.value))
    return "" if same else f"expected: {check.words}"


def _any_value(value: Any) -> str:
    return "a value is needed" if value is None else ""


def _in_text(
    find: Callable[[str, Any], bool], *, fold: bool = False
) -> Callable[[Check, Answer], str]:
    def failure(check: Check, answer: Answer) -> str:
        text, value = answer.text, check.value
        if fold:
            text = text.casefold()
            folded = isinstance(value, str)
            value = value.casefold() if folded else [each.casefold() for each in value]
        return "" if find(text, value) else f"expected: {check.words}"

    return failure


def _is_json(check: Check, answer: Answer) -> str:
    try:
        value = read_json(answer.text.strip())
    except ValueError as error:
        return f"the answer is not JSON: {error}"
    return "" if check.value is None else _misfit(check.value, value)


def _misfit(schema: Any, value: Any) -> str:
    """Why a value does not fit a schema; nothing is fetched for it."""
    from jsonschema.exceptions import ValidationError
    from referencing import Registry

    try:
        _validator(schema)(schema, registry=Registry()).validate(value)
    except ValidationError as error:
        return f"the answer does not fit the schema: {error.json_path}: {error.message[:200]}"
    except Exception as error:  # a schema may name what is not here, or recurse without end
        raise _UncheckableError(
            f"the schema cannot be checked ({type(error).__name__}); nothing is fetched for it"
        ) from None
    return ""


def _called(check: Check, answer: Answer) -> str:
    name = check.value["name"]
    called = _functions(answer)
    named = [each for each in called if each.name == name]
    if not named:
        others = ", ".join(dict.fromkeys(each.name for each in called))
        return f"{name} was not called{others and f', but {others}'}"
    if "arguments" not in check.value:
        return ""
    wanted = write_json(check.value["arguments"])
    if any(same_json(each.arguments, wanted) for each in named):
        return ""
    return f"{name} was called with {named[-1].arguments[:200]}, expected: {wanted[:200]}"


def _tool_call_f1(check: Check, answer: Answer) -> str:
    """How well the names of the called functions are those that are expected (their F1 score)."""
    value = check.value.split(",") if isinstance(check.value, str) else check.value
    expected = {each.strip() for each in value}
    called = {each.name for each in _functions(answer)}
    score = 2 * len(expected & called) / (len(expected) + len(called))
    if score >= check.threshold:
        return ""
    return f"called: {', '.join(sorted(called)) or 'nothing'}; expected: {', '.join(expected)}"


_KINDS: Mapping[str, _Kind] = {
    "equals": _Kind(_any_value, _equals),
    "contains": _Kind(_text, _in_text(lambda text, value: value in text)),
    "icontains": _Kind(_text, _in_text(lambda text, value: value in text, fold=True)),
    "contains-all": _Kind(_texts, _in_text(lambda t, values: all(v in t for v in values))),
    "contains-any": _Kind(_texts, _in_text(lambda t, values: any(v in t for v in values))),
    "icontains-all": _Kind(
        _texts, _in_text(lambda t, values: all(v in t for v in values), fold=True)
    ),
    "icontains-any": _Kind(
        _texts, _in_text(lambda t, values: any(v in t for v in values), fold=True)
    ),
    "starts-with": _Kind(_text, _in_text(lambda text, value: text.startswith(value))),
    "regex": _Kind(_pattern, _in_text(lambda text, value: bool(re.search(value, text)))),
    "is-json": _Kind(_schema, _is_json),
    "tool-call-f1": _Kind(_by_comma, _tool_call_f1),
    "called": _Kind(_called_value, _called),
}
