"""Threads as test files of Promptfoo: a test for each turn of the user, and what came of it."""

import re
from collections.abc import Iterator
from typing import Any

from assistant_tui.core.formats import yaml_file
from assistant_tui.core.formats.threads.arranging import ArrangedThread, arrange
from assistant_tui.core.formats.threads.losses import Losses, add_settings
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import write_json
from assistant_tui.core.threads.turns import Turn, answer_of, turns_of

Json = dict[str, Any]
VARIABLE = "prompt"
"""The name of the variable that each test sets to what the user said."""
_SPECIAL = re.compile(r"\{[{%#]|\A\s*[a-z]+:\S")
"""What Promptfoo would take for a template, or for the address of a file."""
_RAW, _END_RAW = "{% raw %}", "{% endraw %}"


def write(record: ThreadRecord) -> str:
    """The YAML of the file.

    Where functions were called first, the test expects these calls; else the answer to the letter.

    Raises:
        ValueError: the user has said nothing in the thread.
    """
    return yaml_file.write(write_json(_configuration(arrange(record), Losses())))


def losses(record: ThreadRecord) -> tuple[str, ...]:
    """What the tests leave out. Raises ValueError as `write`."""
    found, thread = Losses(), arrange(record)
    add_settings(found, thread)
    _configuration(thread, found)
    return found.told


def _configuration(thread: ArrangedThread, lost: Losses) -> Json:
    tests = [*_tests(thread, lost)]
    if not tests:
        raise ValueError("the user has said nothing in it: there is nothing to test by")
    if len(tests) > 1:
        lost.add("what was said before a turn: each test begins anew")
    return {
        "description": literal(f"Thread {thread.thread.id}"),
        "prompts": [f"{{{{{VARIABLE}}}}}"],
        "tests": tests,
    }


def _tests(thread: ArrangedThread, lost: Losses) -> Iterator[Json]:
    """A test for each message of the user, with what came before the next one."""
    for turn in turns_of(thread.entries):
        if turn.text:
            yield _test(turn, lost)


def _test(turn: Turn, lost: Losses) -> Json:
    answer = answer_of(turn, {})
    for call in answer.calls:
        if call.kind != "function":
            lost.add(f"calls of {call.kind[:40]}")
    checks: list[Json] = []
    called = [literal(call.name) for call in answer.calls if call.kind == "function"]
    if called:
        lost.add("arguments and outputs of calls, and the answers after them")
        checks.append({"type": "tool-call-f1", "value": called})
    elif answer.text:
        checks.append({"type": "equals", "value": literal(answer.text)})
    return {"vars": {VARIABLE: literal(turn.text)}, **({"assert": checks} if checks else {})}


def literal(text: str) -> str:
    """A text as Promptfoo takes it to the letter, whatever its templates would make of it."""
    if not _SPECIAL.search(text):
        return text
    inside = text.replace(_END_RAW, f"{_END_RAW}{{{{'{_END_RAW}'}}}}{_RAW}")
    return f"{_RAW}{inside}{_END_RAW}"
