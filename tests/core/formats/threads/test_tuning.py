"""A thread as an example for tuning."""

import json

import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import TypeAdapter

from assistant_tui.core.formats.threads import tuning
from tests.core.formats.threads.support import (
    COMMON,
    FUNCTION,
    ORDERS,
    RUN,
    call,
    message,
    record,
    step,
)


def test_an_example_for_tuning() -> None:
    text = tuning.write(ORDERS)
    assert text.endswith("}\n") and text.count("\n") == 1
    example = json.loads(text)
    TypeAdapter(list[ChatCompletionMessageParam]).validate_python(example["messages"])
    TypeAdapter(list[ChatCompletionToolParam]).validate_python(example["tools"])
    assert example == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Where is order 7?\n\n[image file-1]"},
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "get_order", "arguments": '{"id": 7}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": '{"state": "sent"}'},
            {
                "role": "assistant",
                "content": "Order 7 is on its way【1】.\n\n# Not a title",
            },
        ],
        "tools": [{"type": "function", "function": FUNCTION}],
    }
    assert tuning.losses(ORDERS) == (
        *COMMON,
        "images in files: they are not uploaded anew, their ids stand in the text",
        "the end of the thread, which no assistant answers",
        "the tool code_interpreter",
    )


PARALLEL = record(
    messages=[message(1, "user", "Both"), message(9, "assistant", "Done")],
    runs=[RUN],
    steps=[
        step(2, tool_calls=[call("same", "a", "{}", "1"), call("same", "b", "{}", "2")]),
        step(3, tool_calls=[call("same", "a", "{}", None), call("same", "c", "{}", "")]),
        step(
            4,
            tool_calls=[
                {"id": "x", "type": "code_interpreter", "code_interpreter": {"input": "1"}}
            ],
        ),
        step(5, message_creation={"message_id": "msg_9"}),
    ],
)
"""Calls of two steps, of which all have one id, and one has no output."""


def test_calls_of_one_step_are_made_at_once_each_with_an_id_of_its_own() -> None:
    messages = json.loads(tuning.write(PARALLEL))["messages"]
    assert [[each["id"] for each in m["tool_calls"]] for m in messages if "tool_calls" in m] == [
        ["call_1", "call_2"],
        ["call_3"],
    ]
    outputs = [(m["tool_call_id"], m["content"]) for m in messages if m["role"] == "tool"]
    assert outputs == [("call_1", "1"), ("call_2", "2"), ("call_3", "")]
    assert {"calls of functions without an output", "calls of code_interpreter"} <= {
        *tuning.losses(PARALLEL)
    }


def test_nothing_can_be_tuned_by_a_thread_without_an_answer() -> None:
    with pytest.raises(ValueError, match="no assistant has answered in it"):
        tuning.write(record(messages=[message(1, "user", "Hello")], runs=[RUN]))
