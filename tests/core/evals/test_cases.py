"""Files of cases: what is read, and what is refused with its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.evals.cases import Case, read_cases
from assistant_tui.core.evals.checks import Check
from assistant_tui.core.formats.threads import promptfoo
from tests.core.formats.threads.support import RUN, call, message, record, step


def cases(*lines: object) -> list[Case]:
    """Read cases, one JSON object a line."""
    return read_cases("\n".join(map(json.dumps, lines)), is_yaml=False)


def test_each_line_is_a_case() -> None:
    schema = {"type": "object"}
    assert cases(
        {"prompt": "Say {{x}}", "expected": "x"},
        {"name": "Two", "prompt": "Order 7?", "function": "get_order"},
        {"prompt": "Order 8?", "function": {"name": "get_order", "arguments": {"id": 8}}},
        {"prompt": "a\n b", "contains": ["a", "b"], "regex": "^a", "json_schema": schema},
    ) == [
        Case("1: Say {{x}}", "Say {{x}}", (Check("equals", "x"),)),
        Case("Two", "Order 7?", (Check("called", {"name": "get_order"}),)),
        Case(
            "3: Order 8?",
            "Order 8?",
            (Check("called", {"name": "get_order", "arguments": {"id": 8}}),),
        ),
        Case(
            "4: a b",
            "a\n b",
            (Check("contains-all", ["a", "b"]), Check("regex", "^a"), Check("is-json", schema)),
        ),
    ]


def test_an_object_may_stand_over_several_lines() -> None:
    text = '{\n  "prompt": "a"\n}\n{"prompt":\n"b"}\n'
    assert [case.prompt for case in read_cases(text, is_yaml=False)] == ["a", "b"]


def test_variables_are_filled_in_where_there_are_any() -> None:
    given = {
        "prompt": "{{ who }} says {% raw %}{{who}}{% endraw %}{{'!'}}",
        "vars": {"who": "Ann", "n": 1.0},
        "contains": "{{n}}",
        "assert": [{"type": "not-icontains", "value": "{{who}}"}],
    }
    assert cases(given) == [
        Case(
            "1: Ann says {{who}}!",
            "Ann says {{who}}!",
            (Check("contains", "1.0"), Check("icontains", "Ann", negated=True)),
        )
    ]


def test_a_test_file_of_promptfoo() -> None:
    text = """\
description: Orders
prompts: ["Order {{n}}, {{tone}}", "No. {{n}}"]
providers: [openai:gpt-4o]
defaultTest:
  vars: {tone: please}
  assert: [{type: not-contains, value: sorry}]
tests:
  - description: seven
    vars: {n: 7}
    assert:
      - type: tool-call-f1
        value: [get_order]
        threshold: 0.5
  - vars: {n: 8, tone: now}
"""
    default = Check("contains", "sorry", negated=True)
    called = Check("tool-call-f1", ["get_order"], 0.5)
    assert read_cases(text, is_yaml=True) == [
        Case("seven", "Order 7, please", (default, called)),
        Case("seven", "No. 7", (default, called)),
        Case("3: Order 8, now", "Order 8, now", (default,)),
        Case("4: No. 8", "No. 8", (default,)),
    ]


def test_a_list_of_tests_has_the_prompt_in_a_variable() -> None:
    text = "# mine\n- vars: {prompt: Hello}\n- vars: {prompt: Bye}\n"
    assert [case.prompt for case in read_cases(text, is_yaml=True)] == ["Hello", "Bye"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no case in it"),
        ('{"prompt": "a"}\n[]', "line 2: an object is allowed, one for each case"),
        ('{"prompt": "a"}\n{"prompt": 1}', 'line 2: "prompt" is needed: a text is allowed'),
        ('{"prompt": " "}', "line 1: the prompt is empty"),
        ('{"prompt": "a"', "line 1"),
        ('{"prompt": "a", "expect": "b"}', "line 1: expect is not read here; allowed: name, prom"),
        ('{"prompt": "a", "regex": "("}', "line 1: regex: no regular expression: "),
        ('{"prompt": "a", "json_schema": {"type": 1}}', "line 1: is-json: no JSON Schema: "),
        ('{"prompt": "a", "json_schema": "x"}', "line 1: is-json: a JSON Schema is allowed"),
        ('{"prompt": "a", "contains": [1]}', "line 1: contains-all: a list of texts is allowed"),
        ('{"prompt": "a", "function": 5}', "line 1: called: the name of a function, or "),
        ('{"prompt": "a", "name": 5}', "line 1: a text is allowed as the name"),
        ('{"prompt": "{{b}}", "vars": {}}', "line 1: there is no variable b"),
        ('{"prompt": "{{b|upper}}", "vars": {}}', "only {{name}} is read as a template"),
        ('{"prompt": "{% if b %}", "vars": {}}', "only {{name}} is read as a template"),
        (
            '{"prompt": "a", "assert": [{"type": "llm-rubric", "value": "nice"}]}',
            "line 1: llm-rubric: the kind llm-rubric cannot be checked here; there are: equals",
        ),
        (
            '{"prompt": "a", "assert": [{"type": "equals", "value": "b", "weight": 0}]}',
            "line 1: assert[0]: weight is not read here",
        ),
    ],
)
def test_a_case_that_cannot_be_checked_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_cases(text, is_yaml=False)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5", "line 1"),
        ("tests: file://tests.yaml", "tests: a list of tests is allowed"),
        ("prompts: [file://a.txt]\ntests: [{}]", "prompts: texts are allowed, no files"),
        ("scenarios: []", "line 1: scenarios is not read here"),
        ("- vars: {prompt: file:///etc/passwd}", "tests[0]: vars.prompt: files are not read"),
        ("- vars: {prompt: [a, b]}", "tests[0]: vars.prompt: one text or number is allowed"),
        ("- {}", "tests[0]: there is no variable prompt"),
        ("-\n- a: [", "line 2"),
    ],
)
def test_a_test_file_that_says_more_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_cases(text, is_yaml=True)
    assert said in str(caught.value)


_texts = st.text(min_size=1) | st.sampled_from(
    ["file:///etc/passwd", "{{x}}", "{% raw %}{% endraw %}{{", "package:a", "{# a #}", "a: b"]
)


@given(_texts, _texts, _texts.filter(lambda name: "," not in name))
def test_an_exported_thread_is_read_to_the_letter(said: str, answer: str, name: str) -> None:
    thread = record(
        messages=[
            message(1, "user", said),
            message(2, "assistant", answer),
            message(3, "user", "x" + said),
            message(6, "assistant", answer, run_id="run_2"),
        ],
        runs=[RUN, {**RUN, "id": "run_2", "created_at": 3}],
        steps=[
            step(4, tool_calls=[call("c", name, "{}", "out")], run_id="run_2"),
            step(5, message_creation={"message_id": "msg_6"}, run_id="run_2"),
        ],
    )
    if not said.strip():
        return
    first, second = read_cases(promptfoo.write(thread), is_yaml=True)
    assert (first.prompt, second.prompt) == (said, "x" + said)
    assert first.checks == (Check("equals", answer),)
    assert second.checks == (Check("tool-call-f1", [name]),)
