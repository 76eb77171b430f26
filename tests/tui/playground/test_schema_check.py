"""Arguments of calls are checked by the function's schema, which can neither fetch nor fail."""

import socket
import tracemalloc
from typing import Any

import pytest

from assistant_tui.core.threads.objects import ToolCall, read_call
from assistant_tui.tui.playground.schema_check import SchemaCheck


def call(arguments: str) -> ToolCall:
    """A call of the function f."""
    function = {"name": "f", "arguments": arguments}
    return read_call({"id": "call_1", "type": "function", "function": function}, "step_1#0")


def test_arguments_fit_or_do_not() -> None:
    check = SchemaCheck({"f": {"type": "object", "properties": {"a": {"type": "string"}}}})
    assert check.problem(call('{"a": "x"}')) == ""
    assert check.problem(call('{"a": 1}')) == "a: 1 is not of type 'string'"
    assert check.problem(call('{"a"')) == "the arguments are no JSON"


def test_nothing_is_fetched_for_a_schema() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/schema"
        assert SchemaCheck({"f": {"$ref": url}}).problem(call("{}")) == ""
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/missing"},
        {"$ref": "file:///etc/passwd"},
        {"properties": {"a": {"$dynamicRef": "#x"}}},
        {"properties": {"a": {"pattern": "("}}},
        {"$ref": "#"},
        {"$id": ":::", "$ref": "%"},
    ],
)
def test_a_schema_that_cannot_be_checked_by_says_nothing(schema: Any) -> None:
    check = SchemaCheck({"f": schema})
    assert check.problem(call('{"a": "x"}')) == ""
    assert check.verdict(call('{"a": "x"}')) is None, "nor that they fit"


def test_arguments_that_are_too_long_to_be_checked_are_not_said_to_fit() -> None:
    check = SchemaCheck({"f": {"type": "object"}})
    assert check.verdict(call('{"a": "' + "x" * 250_000 + '"}')) is None
    assert check.verdict(call('{"a": "x"}')) == ""


def test_arguments_that_are_being_written_take_their_own_memory() -> None:
    check = SchemaCheck({"f": {"type": "object"}})
    text = '{"a": "' + "x" * 100_000
    tracemalloc.start()
    try:
        for end in range(10, len(text), 100):
            check.problem(call(text[:end]))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 5_000_000
