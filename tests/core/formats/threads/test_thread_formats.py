"""Threads for those who move on: every word and call in its place, and all that was lost named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.responses import ResponseFunctionToolCallParam
from openai.types.responses.response_input_item_param import FunctionCallOutput
from pydantic import TypeAdapter

from assistant_tui.core.formats.threads import conversations, markdown
from assistant_tui.core.formats.threads.exporting import THREAD_FORMATS
from assistant_tui.core.formats.threads.record import ThreadRecord
from tests.core.formats.threads.support import (
    CITATION,
    COMMON,
    ORDERS,
    RUN,
    call,
    message,
    record,
    records,
    step,
    text_part,
)


def test_a_transcript_to_read() -> None:
    assert (
        markdown.write(ORDERS)
        == """\
# Thread thread\\_1

- created: 1970-01-01 00:00:01 UTC
- team: a
- run run\\_1: asst\\_1 · gpt-4o · completed · 20 tokens

## User · 1970-01-01 00:00:01 UTC

> Where is order 7?
>
> [image file-1]

### Call of get\\_order

```
{"id": 7}
```

Output:

```
{"state": "sent"}
```

## Assistant · 1970-01-01 00:00:04 UTC

> Order 7 is on its way【1】.
>
> # Not a title

## User · 1970-01-01 00:00:05 UTC

> Thanks
"""
    )
    assert markdown.losses(ORDERS) == (COMMON[0], *COMMON[3:])


def test_how_a_run_ended_and_what_nobody_knows_is_told() -> None:
    failed = {**RUN, "status": "failed", "last_error": {"code": "server_error", "message": "No!"}}
    odd = {"id": "step_1", "created_at": 2, "run_id": "run_1", "type": "activities", "x": 1.0}
    asked = [message(1, "user", "Hello")]
    text = markdown.write(record(messages=asked, runs=[failed], steps=[odd]))
    assert "### Step\n\n```\n{\n" in text and '  "x": 1.0\n' in text
    assert text.endswith("## Run\n\n> failed: No! (server_error)\n")


@given(st.text(), st.text(), st.text())
def test_no_text_can_pass_for_a_title_or_end_its_block(said: str, given: str, out: str) -> None:
    title = "## User · 2026-01-01 00:00:00 UTC"
    text = markdown.write(
        record(
            messages=[message(1, "user", f"{said}\n{title}"), message(4, "assistant", title)],
            runs=[RUN],
            steps=[
                step(
                    2, tool_calls=[call("c", "f", f"```\n{title}{given}", f"{out}\n````\n{title}")]
                ),
                step(3, message_creation={"message_id": "msg_4"}),
            ],
        )
    )
    fence, titles = "", []
    for line in text.splitlines():
        if not fence and line.startswith("```"):
            fence = line
        elif line == fence:
            fence = ""
        elif not fence and line.startswith("#"):
            titles.append(line)
    assert titles == [
        "# Thread thread\\_1",
        "## User · 1970-01-01 00:00:01 UTC",
        "### Call of f",
        "## Assistant · 1970-01-01 00:00:04 UTC",
    ]


def bodies(text: str) -> list[dict[str, Any]]:
    """The requests of an export for the Conversations API."""
    return [json.loads(line) for line in text.splitlines()]


def test_items_of_a_conversation() -> None:
    text = conversations.write(ORDERS)
    (body,) = bodies(text)
    assert body["metadata"] == {"team": "a"}
    assert body["items"] == [
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Where is order 7?"},
                {"type": "input_image", "file_id": "file-1", "detail": "auto"},
            ],
        },
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "get_order",
            "arguments": '{"id": 7}',
        },
        {"type": "function_call_output", "call_id": "call_1", "output": '{"state": "sent"}'},
        {
            "type": "message",
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "Order 7 is on its way【1】.\n\n# Not a title"}
            ],
        },
        {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "Thanks"}],
        },
    ]
    TypeAdapter(ResponseFunctionToolCallParam).validate_python(body["items"][1])
    TypeAdapter(FunctionCallOutput).validate_python(body["items"][2])
    assert conversations.losses(ORDERS) == (
        *COMMON[:2],
        *COMMON[3:],
        "images in files: they are named by their ids, and not uploaded anew",
    )


def test_items_come_in_batches_that_part_no_call_from_its_output() -> None:
    messages = [message(n, "user", f"No. {n}") for n in range(19)]
    steps = [step(30, tool_calls=[call("c", "f", "{}", "out") for _ in range(15)])]
    found = bodies(conversations.write(record(messages=messages, runs=[RUN], steps=steps)))
    assert [len(body["items"]) for body in found] == [19, 20, 10]
    assert "metadata" in found[0] and "metadata" not in found[1]


def test_an_empty_thread_is_an_empty_conversation() -> None:
    assert bodies(conversations.write(record())) == [{"metadata": {}, "items": []}]


def test_citations_are_named_as_lost() -> None:
    cited = record(messages=[message(1, "assistant", text_part("So【1】", CITATION), run_id=None)])
    told = "annotations: citations stay as marks in the text"
    assert all(told in THREAD_FORMATS[form].losses(cited) for form in ("markdown", "tuning"))


@pytest.mark.parametrize("form", THREAD_FORMATS)
def test_each_format_has_an_end_of_its_own(form: str) -> None:
    suffix = THREAD_FORMATS[form].suffix
    assert [each for each in THREAD_FORMATS.values() if each.suffix.endswith(suffix)] == [
        THREAD_FORMATS[form]
    ]


@pytest.mark.parametrize("form", THREAD_FORMATS)
@given(records)
def test_whatever_a_server_sent_is_written_or_refused_in_words(
    form: str, found: ThreadRecord
) -> None:
    try:
        text = THREAD_FORMATS[form].write(found)
    except ValueError as error:
        assert form in ("tuning", "promptfoo") and " in it: there is nothing to " in str(error)
        return
    THREAD_FORMATS[form].losses(found)
    assert text.endswith("\n")


@given(st.lists(st.integers(0, 12) | st.just(-1), max_size=12))
def test_each_call_stands_with_its_output_in_a_request_that_is_taken(made: list[int]) -> None:
    """Steps with so many calls; -1 is a message."""
    messages, steps = [], []
    for at, count in enumerate(made, 1):
        if count < 0:
            messages.append(message(at, "user", f"No. {at}"))
        else:
            listed = [call("same", f"f{n}", "{}", str(n)) for n in range(count)]
            steps.append(step(at, tool_calls=listed, run_id=f"run_{at}"))
    runs = [{**RUN, "id": each["run_id"], "created_at": each["created_at"]} for each in steps]
    found = bodies(conversations.write(record(messages=messages, runs=runs, steps=steps)))
    assert all(len(body["items"]) <= 20 for body in found)
    assert all(body["items"] for body in found[1:])
    items = [item for body in found for item in body["items"]]
    assert len(items) == len(messages) + 2 * sum(count for count in made if count > 0)
    for body in found:
        called = [each["call_id"] for each in body["items"] if each["type"] == "function_call"]
        answered = [each["call_id"] for each in body["items"] if "output" in each]
        assert called == answered
    ids = [each["call_id"] for each in items if each["type"] == "function_call"]
    assert len(set(ids)) == len(ids)
