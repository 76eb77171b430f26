"""Reads the cases that an assistant is tried on, from JSON lines or a test file of Promptfoo."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from assistant_tui.core.evals.checks import Check
from assistant_tui.core.formats import yaml_file
from assistant_tui.core.json_text import read_json, write_json
from assistant_tui.core.strict_json import read_each, without_bom

_PLACE = re.compile(
    r"\{%-?\s*raw\s*-?%\}(?P<raw>.*?)\{%-?\s*endraw\s*-?%\}"
    r"|\{\{-?\s*(?:(?P<name>[A-Za-z_]\w*)|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\")\s*-?\}\}"
    r"|(?P<other>\{[{%#][^\n]{0,30})",
    re.DOTALL,
)
_CASE_KEYS = (
    "name",
    "prompt",
    "vars",
    "expected",
    "contains",
    "regex",
    "json_schema",
    "function",
    "assert",
)
_TEST_KEYS = ("description", "vars", "assert", "metadata")
_FILE_KEYS = ("description", "prompts", "tests", "defaultTest", "providers")
_CHECK_KEYS = ("type", "value", "threshold", "metric")
_PROMPTS = ("{{prompt}}",)
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Case:
    """One prompt, and what is expected of the answer."""

    name: str
    prompt: str
    checks: tuple[Check, ...] = ()


def read_cases(text: str, *, is_yaml: bool) -> list[Case]:
    """Read all cases of a file.

    Raises:
        ValueError: the message says where, and what is wrong or allowed.
    """
    cases = [*(_yaml_cases(text) if is_yaml else _json_cases(text))]
    if not cases:
        raise ValueError("there is no case in it")
    return cases


def _json_cases(text: str) -> Iterator[Case]:
    text = without_bom(text)
    for number, value in enumerate(read_each(text), 1):
        where = f"line {text.count(chr(10), 0, value.start) + 1}"
        if not isinstance(value.meaning, dict):
            raise ValueError(f"{where}: an object is allowed, one for each case")
        yield _json_case(where, number, value.meaning)


def _json_case(where: str, number: int, given: Mapping[str, Any]) -> Case:
    _check_keys(where, given, _CASE_KEYS)
    prompt = given.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise ValueError(f'{where}: "prompt" is needed: a text is allowed')
    variables = _variables(where, given["vars"]) if "vars" in given else None
    checks = [*_own_checks(given), *_promptfoo_checks(where, given.get("assert"))]
    return _case(where, given.get("name"), number, prompt, variables, checks)


def _own_checks(given: Mapping[str, Any]) -> Iterator[Check]:
    """The expectations that have a name of their own in a case."""
    if "expected" in given:
        yield Check("equals", given["expected"])
    if "contains" in given:
        listed = isinstance(given["contains"], list)
        yield Check("contains-all" if listed else "contains", given["contains"])
    if "regex" in given:
        yield Check("regex", given["regex"])
    if "json_schema" in given:
        yield Check("is-json", given["json_schema"])
    if "function" in given:
        named = given["function"]
        yield Check("called", {"name": named} if isinstance(named, str) else named)


def _yaml_cases(text: str) -> Iterator[Case]:
    number = 0
    for document in yaml_file.read(text, lists=True):
        given = read_json(document.text)
        given = {"tests": given} if isinstance(given, list) else given
        where = f"line {document.line}"
        _check_keys(where, given, _FILE_KEYS)
        prompts = given.get("prompts", list(_PROMPTS))
        prompts = [prompts] if isinstance(prompts, str) else prompts
        _check_prompts(prompts)
        tests = given.get("tests", [{}])
        if not isinstance(tests, list):
            raise ValueError("tests: a list of tests is allowed")
        default = _table("defaultTest", given.get("defaultTest", {}), _TEST_KEYS)
        for place, test in enumerate(tests):
            for prompt in prompts:
                number += 1
                yield _test_case(f"tests[{place}]", number, prompt, default, test)


def _check_prompts(prompts: Any) -> None:
    good = isinstance(prompts, list) and prompts and all(isinstance(each, str) for each in prompts)
    if not good or any(each.startswith("file://") for each in prompts):
        raise ValueError("prompts: texts are allowed, no files")


def _test_case(where: str, number: int, prompt: str, default: Mapping[str, Any], test: Any) -> Case:
    test = _table(where, test, _TEST_KEYS)
    variables = {
        **_variables("defaultTest", default.get("vars", {})),
        **_variables(where, test.get("vars", {})),
    }
    checks = chain(
        _promptfoo_checks("defaultTest", default.get("assert")),
        _promptfoo_checks(where, test.get("assert")),
    )
    return _case(where, test.get("description"), number, prompt, variables, [*checks])


def _case(
    where: str,
    name: Any,
    number: int,
    prompt: str,
    variables: Mapping[str, str] | None,
    checks: Sequence[Check],
) -> Case:
    """A case with its variables filled in; without any, texts stay as they are."""
    if name is not None and not isinstance(name, str):
        raise ValueError(f"{where}: a text is allowed as the name")
    try:
        if variables is not None:
            prompt = fill(prompt, variables)
            checks = [_filled(check, variables) for check in checks]
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    for check in checks:
        if problem := check.problem():
            raise ValueError(f"{where}: {check.kind}: {problem}")
    if not prompt.strip():
        raise ValueError(f"{where}: the prompt is empty")
    return Case(name or f"{number}: {' '.join(prompt.split())[:_LONGEST_NAME]}", prompt, (*checks,))


def _filled(check: Check, variables: Mapping[str, str]) -> Check:
    return Check(check.kind, _fill_in(check.value, variables), check.threshold, check.negated)


def _fill_in(value: Any, variables: Mapping[str, str]) -> Any:
    """A value with the variables in its texts; those of a JSON Schema or an object stay."""
    if isinstance(value, str):
        return fill(value, variables)
    if isinstance(value, list):
        return [_fill_in(each, variables) for each in value]
    return value


def _variables(where: str, given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise ValueError(f"{where}: vars: names with values are allowed")
    return {name: _variable(f"{where}: vars.{name}", value) for name, value in given.items()}


def _variable(where: str, value: Any) -> str:
    if isinstance(value, str):
        if value.startswith("file://"):
            raise ValueError(f"{where}: files are not read")
        return fill(value, {})
    if isinstance(value, list | dict):
        raise ValueError(f"{where}: one text or number is allowed")
    return write_json(value)


def _promptfoo_checks(where: str, given: Any) -> Iterator[Check]:
    if given is None:
        return
    if not isinstance(given, list):
        raise ValueError(f"{where}: assert: a list is allowed")
    for place, each in enumerate(given):
        table = _table(f"{where}: assert[{place}]", each, _CHECK_KEYS)
        kind = table.get("type")
        if not isinstance(kind, str):
            raise ValueError(f"{where}: assert[{place}]: a type is needed")
        threshold = table.get("threshold", 1.0)
        if isinstance(threshold, bool) or not isinstance(threshold, int | float):
            raise ValueError(f"{where}: assert[{place}]: threshold: a number is allowed")
        bare = kind.removeprefix("not-")
        yield Check(bare, table.get("value"), threshold, negated=bare != kind)


def _table(where: str, value: Any, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: names with values are allowed")
    _check_keys(where, value, keys)
    return value


def _check_keys(where: str, given: Mapping[str, Any], keys: Sequence[str]) -> None:
    for key in given:
        if key not in keys:
            raise ValueError(f"{where}: {key} is not read here; allowed: {', '.join(keys)}")


def fill(template: str, variables: Mapping[str, str]) -> str:
    """Replace `{{name}}` by the variable of this name; `{% raw %}` keeps what it encloses.

    Raises:
        ValueError: there is no such variable, or it is another kind of template.
    """

    def text(place: re.Match[str]) -> str:
        if (name := place["name"]) is not None:
            if name not in variables:
                raise ValueError(f"there is no variable {name}")
            return variables[name]
        if (other := place["other"]) is not None:
            raise ValueError(f"{other}: only {{{{name}}}} is read as a template")
        return next(each for each in place.group("raw", "single", "double") if each is not None)

    return _PLACE.sub(text, template)
