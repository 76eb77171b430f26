"""Threads for files: one with everything in it, and ones of arbitrary objects."""

import json
from typing import Any

from hypothesis import strategies as st

from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import compose
from tests.core.json_texts import sample_texts

_names = st.text(max_size=5) | st.sampled_from(
    ["id", "type", "text", "role", "content", "metadata", "created_at", "run_id", "step_details"]
)
objects = st.dictionaries(_names, sample_texts, max_size=4).map(compose)
"""The text of objects, some with the names that a thread's objects have."""


def _lists(of: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(of, max_size=3).map(tuple)


records = st.builds(ThreadRecord, objects, _lists(objects), _lists(objects), _lists(objects))
"""Threads whose objects may be anything."""

_parts = (
    sample_texts
    | st.builds(lambda t: compose({"type": '"text"', "text": t}), sample_texts)
    | st.builds(
        lambda v, a: compose({"type": '"text"', "text": compose({"value": v, "annotations": a})}),
        sample_texts,
        sample_texts,
    )
    | st.builds(lambda t: compose({"type": '"refusal"', "refusal": t}), sample_texts)
)
messages = st.builds(
    compose,
    st.fixed_dictionaries(
        {},
        optional={
            "role": st.sampled_from(['"user"', '"assistant"', '"system"']) | sample_texts,
            "content": sample_texts
            | st.lists(_parts, max_size=3).map(lambda parts: f"[{','.join(parts)}]"),
            "metadata": sample_texts | objects,
            "attachments": st.sampled_from(["null", "[]", '[{"file_id": "file-1"}]']),
        },
    ),
)
"""The text of messages, right and wrong."""


def text_part(value: str, *annotations: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"value": value, "annotations": list(annotations)}}


def message(number: int, role: str, *content: Any, **others: Any) -> dict[str, Any]:
    """A message as the API sends it, created in this second."""
    return {
        "id": f"msg_{number}",
        "object": "thread.message",
        "created_at": number,
        "thread_id": "thread_1",
        "role": role,
        "content": [text_part(each) if isinstance(each, str) else each for each in content],
        "status": "completed",
        "run_id": others.pop("run_id", "run_1" if role == "assistant" else None),
        "attachments": [],
        "metadata": {},
        **others,
    }


def call(identity: str, name: str, arguments: str, output: str | None) -> dict[str, Any]:
    """A call of a function as a step has it."""
    function = {"name": name, "arguments": arguments, "output": output}
    return {"id": identity, "type": "function", "function": function}


def step(number: int, **details: Any) -> dict[str, Any]:
    """A run step with calls, or with a message."""
    kind = "tool_calls" if "tool_calls" in details else "message_creation"
    return {
        "id": f"step_{number}",
        "object": "thread.run.step",
        "created_at": number,
        "run_id": details.pop("run_id", "run_1"),
        "thread_id": "thread_1",
        "type": kind,
        "status": "completed",
        "step_details": {"type": kind, **details},
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


FUNCTION = {
    "name": "get_order",
    "description": "Find an order",
    "parameters": {"type": "object", "properties": {"id": {"type": "integer"}}},
}
RUN = {
    "id": "run_1",
    "object": "thread.run",
    "created_at": 2,
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "status": "completed",
    "model": "gpt-4o",
    "instructions": "Be brief.",
    "tools": [{"type": "function", "function": FUNCTION}, {"type": "code_interpreter"}],
    "temperature": 0.2,
    "usage": {"prompt_tokens": 14, "completion_tokens": 6, "total_tokens": 20},
    "metadata": {},
}
IMAGE = {"type": "image_file", "image_file": {"file_id": "file-1", "detail": "auto"}}
CITATION = {"type": "file_citation", "text": "【1】", "file_citation": {"file_id": "file-2"}}


def record(**lists: Any) -> ThreadRecord:
    """A thread of these messages, runs and steps."""
    thread = lists.pop("thread", {"id": "thread_1", "object": "thread", "created_at": 1})
    texts = {name: tuple(map(json.dumps, items)) for name, items in lists.items()}
    return ThreadRecord(json.dumps(thread), **texts)


ORDERS = record(
    thread={
        "id": "thread_1",
        "object": "thread",
        "created_at": 1,
        "metadata": {"team": "a"},
        "tool_resources": {"code_interpreter": {"file_ids": ["file-3"]}},
    },
    messages=[
        message(1, "user", "Where is order 7?", IMAGE),
        message(
            4, "assistant", "Order 7 is on its way【1】.\n\n# Not a title", metadata={"n": "1"}
        ),
        message(5, "user", "Thanks", attachments=[{"file_id": "file-4", "tools": []}]),
    ],
    runs=[RUN],
    steps=[
        step(2, tool_calls=[call("call_1", "get_order", '{"id": 7}', '{"state": "sent"}')]),
        step(3, message_creation={"message_id": "msg_4"}),
    ],
)
"""A question with an image, a call, an answer and thanks."""

COMMON = (
    "the settings of runs",
    "usage: the tokens of runs",
    "the metadata of the thread",
    "the metadata of messages",
    "attachments: their files are not uploaded anew",
)
