"""Objects of threads are read whatever a server sends, and nothing of them is lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.threads.content_parts import read_part
from assistant_tui.core.threads.objects import (
    Usage,
    read_call,
    read_message,
    read_run,
    read_step,
    read_thread,
)
from tests.core.threads.support import calls_step, function, message, run, text_part, waiting_run

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        *("id", "object", "status", "content", "text", "value", "type", "role", "run_id"),
        *("metadata", "attachments", "required_action", "submit_tool_outputs", "tool_calls"),
        *("function", "arguments", "name", "output", "outputs", "step_details", "usage"),
        *("message_creation", "last_error", "incomplete_details", "notes", "created_at", "index"),
    ]
)
OBJECTS = st.recursive(
    ANYTHING,
    lambda inner: st.dictionaries(NAMES, inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=20,
)


@given(OBJECTS)
def test_nothing_that_a_server_sends_raises(value: Any) -> None:
    for read in (read_thread, read_message, read_run, read_step, read_part):
        read(value)
    read_call(value, "key")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([text_part("Hello")], "Hello"),
        ("Hello", "Hello"),
        (["Hello"], "Hello"),
        ([{"type": "text", "text": "Hello"}], "Hello"),
        ([{"type": "text", "text": [{"value": "Hel"}, {"value": "lo"}]}], "Hello"),  # myla
        ([{"text": {"value": "Hello"}}], "Hello"),
        ([{"type": "refusal", "refusal": "No."}], "No."),
        (
            [text_part("See"), {"type": "image_file", "image_file": {"file_id": "f1"}}],
            "See\n\n[image f1]",
        ),
        ([{"type": "image_url", "image_url": {"url": "https://a.b/c"}}], "[image https://a.b/c]"),
        ([{"type": "audio", "data": 1}], '{\n  "type": "audio",\n  "data": 1\n}'),
        (None, ""),
        ([text_part("half \ud83d")], "half \ufffd"),
    ],
)
def test_content_in_all_its_forms(content: Any, text: str) -> None:
    assert read_message({"id": "m", "content": content}).text == text


@pytest.mark.parametrize("created", [1700000000, 1700000000.0, "1700000000"])
def test_times_may_be_fractions_or_texts(created: Any) -> None:
    assert read_message(message("m", "x", created_at=created)).created_at == 1700000000.0
    assert read_message(message("m", "x", created_at=float("nan"))).created_at is None


def test_a_run_that_waits_names_its_calls_by_their_place() -> None:
    same = function("get_order", '{"id": 7}', "call_same")
    waits = read_run(waiting_run(same, same))
    assert waits.required is not None
    assert [call.key for call in waits.required.calls] == ["run_1#0", "run_1#1"]
    assert waits.required.is_known and waits.is_active and not waits.is_final


def test_an_approval_asks_for_calls_of_a_server() -> None:
    call = {"id": "c", "type": "mcp", "name": "delete", "arguments": "{}", "server_label": "hub"}
    action = {"type": "submit_tool_approval", "submit_tool_approval": {"tool_calls": [call]}}
    required = read_run(run("requires_action", required_action=action)).required
    assert required is not None and required.is_known
    assert (required.kind, required.calls[0].kind) == ("submit_tool_approval", "mcp")
    assert (required.calls[0].name, required.calls[0].raw["server_label"]) == ("delete", "hub")


def test_an_unknown_action_keeps_its_json_and_is_not_done() -> None:
    waits = read_run(run("requires_action", required_action={"type": "sign", "sign": {"a": 1}}))
    assert waits.required is not None and not waits.required.is_known
    assert waits.required.raw == {"type": "sign", "sign": {"a": 1}}
    assert not waits.is_final


def test_a_state_that_is_not_known_is_neither_active_nor_final() -> None:
    paused = read_run(run("paused"))
    assert not paused.is_active and not paused.is_final


def test_the_error_of_a_run_is_its_message_and_code() -> None:
    error = {"code": "rate_limit_exceeded", "message": "Try again in 60 seconds."}
    failed = read_run(run("failed", last_error=error, failed_at=7))
    assert failed.error == "Try again in 60 seconds. (rate_limit_exceeded)"
    assert failed.ended_at == 7
    assert read_run(run("failed", last_error="broken")).error == "broken"
    assert read_run(run("incomplete", incomplete_details={"reason": "max"})).incomplete == "max"


def test_usage_is_what_the_server_counted_or_nothing() -> None:
    counted = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert read_run(run("completed", usage=counted)).usage == Usage(3, 4, 7)
    assert read_run(run("completed", usage={"prompt_tokens": 3})).usage == Usage(3, 0, 3)
    assert read_run(run("completed", usage=None)).usage is None
    assert read_run(run("completed", usage={})).usage is None


def test_calls_of_one_id_are_told_apart_by_their_place() -> None:
    same = function("f", identity="one")
    calls = read_step(calls_step("step_1", "completed", same, same)).calls
    assert [call.key for call in calls] == ["step_1#0", "step_1#1"]


@pytest.mark.parametrize(
    ("raw", "name", "arguments", "output"),
    [
        (function("f", '{"a": 1}', output="done"), "f", '{"a": 1}', "done"),
        (
            {"type": "function", "function": {"name": "f", "arguments": {"a": 1}}},
            "f",
            '{\n  "a": 1\n}',
            None,
        ),
        (
            {
                "type": "code_interpreter",
                "code_interpreter": {"input": "1+1", "outputs": [{"type": "logs", "logs": "2"}]},
            },
            "code_interpreter",
            "1+1",
            "2",
        ),
        ({"type": "file_search", "file_search": {}}, "file_search", "", None),
        ({"type": "bing", "bing": {"url": "x"}}, "bing", '{\n  "url": "x"\n}', None),
    ],
)
def test_calls_of_all_kinds(raw: Any, name: str, arguments: str, output: str | None) -> None:
    call = read_call(raw, "key")
    assert (call.name, call.arguments, call.output) == (name, arguments, output)


def test_a_step_that_is_not_known_keeps_its_json() -> None:
    raw = {
        "id": "s",
        "type": "activities",
        "step_details": {"type": "activities", "activities": [1]},
    }
    step = read_step(raw)
    assert (step.kind, step.calls, step.raw) == ("activities", (), raw)


def test_the_embedded_server_tells_what_it_adapted() -> None:
    assert read_run(run("completed", notes=["temperature was left out"])).notes == (
        "temperature was left out",
    )
