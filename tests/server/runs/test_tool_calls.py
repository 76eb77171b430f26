"""Calls come out whole and apart, whatever a backend makes of index, id and name."""

import json

import pytest

from assistant_tui.server.runs import tool_calls
from assistant_tui.server.runs.chat import CallDelta, ChatError
from tests.server.runs.recorded import DONE, call, calls_of, chunk, event, read, result_of, say


def test_two_calls_as_the_api_has_them() -> None:
    stream = [
        call(index=0, id="call_1", type="function", name="f", arguments=""),
        call(index=0, arguments='{"a"'),
        call(index=1, id="call_2", type="function", name="g", arguments=""),
        call(index=1, arguments="{}"),
        call(index=0, arguments=": 1}"),
    ]
    assert calls_of(*stream) == [("f", '{"a": 1}'), ("g", "{}")]
    assert read(*stream, DONE)[:2] == [
        CallDelta(0, "call_1", "f", ""),
        CallDelta(0, "", "", '{"a"'),
    ]


def test_parts_without_an_index_go_by_their_id() -> None:
    assert calls_of(
        call(id="call_1", name="f", arguments='{"a"'),
        call(id="call_2", name="f", arguments='{"b"'),
        call(id="call_1", arguments=": 1}"),
        call(id="call_2", arguments=": 2}"),
    ) == [("f", '{"a": 1}'), ("f", '{"b": 2}')]


def test_parts_without_index_and_id_belong_to_the_last_call() -> None:
    assert calls_of(
        call(id="call_1", name="f", arguments='{"a"'),
        call(arguments=": 1}"),
        call(name="g", arguments="{"),
        call(arguments="}"),
    ) == [("f", '{"a": 1}'), ("g", "{}")]


def test_calls_beside_one_another_without_index_and_id_are_apart() -> None:
    parts = [{"function": {"name": "f", "arguments": text}} for text in ("{}", '{"a": 1}', "")]
    assert calls_of(chunk({"tool_calls": parts})) == [("f", "{}"), ("f", '{"a": 1}'), ("f", "{}")]


def test_an_id_is_made_where_none_comes() -> None:
    stream = call(index=0, name="f", arguments="{") + call(index=0, id=None, arguments="}")
    first = result_of(stream, DONE).calls[0]
    assert first.call_id.startswith("call_") and len(first.call_id) == 29
    assert result_of(stream, DONE).calls[0].call_id != first.call_id
    assert calls_of(stream) == [("f", "{}")]


def test_an_id_that_comes_late_belongs_to_the_same_call() -> None:
    assert calls_of(
        call(index=0, name="f", arguments=""),
        call(index=0, id="call_1", arguments='{"a"'),
        call(id="call_1", arguments=": 1}"),
    ) == [("f", '{"a": 1}')]


def test_a_new_id_on_a_used_index_opens_a_call() -> None:
    assert calls_of(
        call(index=0, id="call_1", name="f", arguments='{"a": 1}'),
        call(index=0, id="call_2", name="f", arguments=""),
        call(index=0, arguments='{"b"'),
        call(index=0, id="call_2", arguments=": 2}"),
    ) == [("f", '{"a": 1}'), ("f", '{"b": 2}')]


def test_a_known_id_wins_over_the_index() -> None:
    assert calls_of(
        call(index=0, id="call_1", name="f", arguments='{"a"'),
        call(index=1, id="call_2", name="g", arguments="{}"),
        call(index=1, id="call_1", arguments=": 1}"),
    ) == [("f", '{"a": 1}'), ("g", "{}")]


def test_a_new_id_with_every_part_opens_no_call_without_a_name() -> None:
    assert calls_of(
        call(index=0, id="chatcmpl-tool-1", name="f", arguments=""),
        call(index=0, id="chatcmpl-tool-2", name=None, arguments='{"a"'),
        call(index=0, id="chatcmpl-tool-3", arguments=": 1}"),
    ) == [("f", '{"a": 1}')]


def test_indices_are_labels() -> None:
    events = read(
        call(index=1, id="call_1", name="f", arguments="{}"),
        call(index=7, id="call_2", name="g", arguments="{}"),
        DONE,
    )
    assert [each.index for each in events if isinstance(each, CallDelta)] == [0, 1]


def test_a_wrong_index_without_id_and_name_belongs_to_the_last_call() -> None:
    assert calls_of(
        call(index=0, id="call_1", name="f", arguments='{"a"'), call(index=1, arguments=": 1}")
    ) == [("f", '{"a": 1}')]


@pytest.mark.parametrize("name", ["", None])
def test_an_empty_name_overwrites_none(name: str | None) -> None:
    assert calls_of(
        call(index=0, id="call_1", name="f", arguments="{"), call(index=0, name=name, arguments="}")
    ) == [("f", "{}")]


def test_a_name_that_is_told_with_every_part_opens_one_call() -> None:
    part = {"name": "f", "index": 0}
    assert calls_of(
        call(**part, arguments='{"a"'),
        call(**part, arguments=": 1}"),
        call(**part, arguments='{"b": 2}'),
    ) == [("f", '{"a": 1}'), ("f", '{"b": 2}')]


def test_arguments_that_come_before_the_name() -> None:
    events = read(
        call(index=0, id="call_1", arguments="{"), call(index=0, name="f", arguments="}"), DONE
    )
    assert events[0] == CallDelta(0, "call_1", "f", "{}")


@pytest.mark.parametrize("arguments", [{"a": [1, "é"]}, '{"a": [1, "é"]}'])
def test_arguments_as_an_object_become_a_string(arguments: object) -> None:
    found = calls_of(call(index=0, id="call_1", name="f", arguments=arguments))
    assert found == [("f", '{"a": [1, "é"]}')]


@pytest.mark.parametrize("arguments", ["", None, {}, " "])
def test_no_arguments_are_an_empty_object(arguments: object) -> None:
    [(name, text)] = calls_of(call(index=0, id="call_1", name="f", arguments=arguments))
    assert (name, json.loads(text)) == ("f", {})


def test_an_empty_object_before_the_arguments_is_none() -> None:
    stream = [call(index=0, name="f", arguments={}), call(index=0, arguments='{"a": 1}')]
    assert calls_of(*stream) == [("f", '{"a": 1}')]


def test_a_number_that_is_no_json_is_told() -> None:
    part = b'{"index": 0, "function": {"name": "f", "arguments": {"a": NaN}}}'
    with pytest.raises(ChatError, match="not JSON"):
        read(b'data: {"choices": [{"delta": {"tool_calls": [%s]}}]}\n\n' % part)


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "length", None])
def test_calls_make_a_turn_for_the_functions_whatever_the_reason(reason: str | None) -> None:
    stream = say("Look:") + call(index=0, id="call_1", name="f", arguments="{}")
    result = result_of(stream + chunk({}, reason) + DONE)
    assert (result.text, result.finish_reason) == ("Look:", "tool_calls")
    assert result.notes == ()


def test_a_call_that_the_limit_cut_off_is_none_to_answer() -> None:
    stream = call(index=0, id="call_1", name="f", arguments='{"a": "b')
    result = result_of(stream + chunk({}, "length") + DONE)
    assert (result.finish_reason, len(result.calls)) == ("length", 1)


def test_the_older_form_of_a_call() -> None:
    parts = [{"name": "f", "arguments": '{"a"'}, {"arguments": ": 1}"}]
    assert calls_of(*(chunk({"function_call": part}) for part in parts)) == [("f", '{"a": 1}')]


def test_further_fields_are_kept_for_each_call() -> None:
    signed = {"google": {"thought_signature": "c2ln"}}
    result = result_of(
        call(index=0, id="call_1", name="f", arguments="{}", extra_content=signed),
        call(index=1, id="call_2", name="g", arguments="{}", provider_specific_fields={"a": 1}),
        call(index=0, type="function", more=2),
        DONE,
    )
    assert [each.extra for each in result.calls] == [
        {"extra_content": signed, "more": 2},
        {"provider_specific_fields": {"a": 1}},
    ]


def test_a_call_without_a_name_is_told() -> None:
    with pytest.raises(ChatError, match="did not name"):
        read(call(index=0, id="call_1", arguments="{}"), DONE)
    assert result_of(say("a") + call(index=0), DONE).calls == ()


@pytest.mark.parametrize("parts", [None, [], "f", [None, 1], {}, [{"function": None}]])
def test_what_is_no_call_is_none(parts: object) -> None:
    stream = event({"choices": [{"delta": {"content": "a", "tool_calls": parts}}]})
    assert result_of(stream, DONE).calls == ()


def test_calls_arguments_and_further_fields_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool_calls, "MOST_CALLS", 2)
    monkeypatch.setattr(tool_calls, "LONGEST_ARGUMENTS", 10)
    monkeypatch.setattr(tool_calls, "LARGEST_EXTRA", 20)
    calls = [call(index=at, id=f"call_{at}", name="f", arguments="{}") for at in range(3)]
    assert len(calls_of(*calls[:2])) == 2
    with pytest.raises(ChatError, match="more than 2 functions"):
        read(*calls)
    with pytest.raises(ChatError, match="arguments of f are longer than 10 characters"):
        read(calls[0], call(index=0, arguments="123456789"))
    with pytest.raises(ChatError, match="adds to a call is longer than 20 characters"):
        read(calls[0], call(index=0, more="1234567890"))
