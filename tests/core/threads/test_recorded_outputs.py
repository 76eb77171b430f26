"""What calls of another thread are answered with, and which calls of two runs are one."""

from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.core.threads.recorded_outputs import RecordedOutputs, shared_calls


def call(
    arguments: str, output: str | None = None, name: str = "find", key: str = "", kind: str = ""
) -> ToolCall:
    return ToolCall(key, "call_1", kind or "function", name, arguments, output, {})


def test_the_same_call_gets_what_was_recorded_however_it_is_spelled() -> None:
    recorded = RecordedOutputs([call('{"a": 1, "b": 2}', "found")])
    assert recorded.take(call('{"b":2,"a":1}')) == "found"


def test_other_arguments_and_other_functions_get_nothing() -> None:
    recorded = RecordedOutputs([call('{"a": 1}', "found"), call("{}", None), call("1", "x", "p")])
    assert recorded.take(call('{"a": 2}')) is None
    assert recorded.take(call("{}")) is None, "it was never answered"
    assert recorded.take(call("1", name="q")) is None


def test_a_call_made_twice_gets_both_outputs_in_turn_then_the_last() -> None:
    recorded = RecordedOutputs([call("{}", "one"), call("{}", "two")])
    assert [recorded.take(call("{}")) for _ in range(3)] == ["one", "two", "two"]


def test_what_a_server_answered_by_itself_is_not_recorded() -> None:
    assert RecordedOutputs([call("{}", "found", kind="mcp")]).take(call("{}")) is None


def test_an_empty_output_is_one() -> None:
    assert RecordedOutputs([call("{}", "")]).take(call("{}")) == ""


def test_the_same_call_of_two_runs_is_answered_once() -> None:
    shared = shared_calls(
        [call('{"id": 1}', key="l0"), call('{"id": 2}', key="l1")],
        [call('{"id":2}', key="r0"), call('{"id":3}', key="r1"), call('{"id":2}', key="r2")],
    )
    assert [each.keys for each in shared] == [
        ("l0", None),
        ("l1", "r0"),
        (None, "r1"),
        (None, "r2"),
    ]


def test_what_is_to_be_approved_is_decided_for_each() -> None:
    shared = shared_calls([call("{}", key="l", kind="mcp")], [call("{}", key="r", kind="mcp")])
    assert [each.keys for each in shared] == [("l", None), (None, "r")]
