"""Each field, and each part of each tool, edited by keys: the request that leaves, to the byte."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

FUNCTION = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Finds",
        "strict": True,
        "parameters": {"type": "object", "maximum": 12345678901234567890},
    },
}
RANKED = {
    "type": "file_search",
    "file_search": {
        "max_num_results": 7,
        "ranking_options": {"ranker": "auto", "score_threshold": 0.5},
    },
}
JSON_SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "description": "D", "strict": True, "schema": {}},
}
AUTO = {"response_format": "auto"}
CLEAR = "ctrl+u"


PARTS = (
    *("name", "model", "description", "instructions", "temperature", "top_p"),
    *("reasoning_effort", "response_format", "json_schema.name", "json_schema.description"),
    *("json_schema.strict", "json_schema.schema", "tools", "tool_resources"),
    *("file_search.vector_store_ids", "metadata"),
)


async def go_to(program: Driver, part: str) -> None:
    """Go where Tab would lead in the end: into a field, or a part of one."""
    wanted = f"field-{part.replace('.', '-')}"
    for widget in program.main.focus_chain:
        if any(node.has_class(wanted) for node in widget.ancestors):
            widget.focus()
            await program.settle()
            return
    raise AssertionError(f"no Tab leads to {part}")


async def take(program: Driver, steps: Sequence[str]) -> None:
    """Take steps in a form: a key, `to:PART`, `type:TEXT` or `paste:TEXT`."""
    for step in steps:
        verb, _, text = step.partition(":")
        if verb == "to":
            await go_to(program, text)
        elif verb == "type":
            await program.type(text)
        elif verb == "paste":
            program.app.post_message(Paste(text))
            await program.settle()
        else:
            await program.press(step)


def server_of(*listed: dict[str, Any]) -> InProcessServer:
    """A server that lists an assistant with each of these members, in this order."""
    store = SampleStore(0)
    for members in reversed(listed):
        store.create({"name": "n", "model": "m", "tool_resources": {}, **members})
    return InProcessServer(create_app(store, models=("m", "gpt-4o")))


TEXTS: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["type:é"], '{"name": "né"}'),
    ({}, [CLEAR], '{"name": null}'),
    ({}, ["to:model", CLEAR, "type:x:y"], '{"model": "x:y"}'),
    ({}, ["to:model", "type:4", CLEAR, "type:gpt", "down", "enter"], '{"model": "gpt-4o"}'),
    ({}, ["to:description", "type:a", "enter", "type:b"], '{"description": "a\\nb"}'),
    ({"description": "D"}, ["to:description", "backspace", "delete"], '{"description": null}'),
    ({}, ["to:instructions", "paste:1\n\t2\r\n3"], '{"instructions": "1\\n\\t2\\n3"}'),
    ({"instructions": "I\n"}, ["to:instructions", "type:x"], '{"instructions": "xI\\n"}'),
]
NUMBERS: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["to:temperature", CLEAR, "type:0.70"], '{"temperature": 0.70}'),
    ({"temperature": 0.3}, ["to:temperature", CLEAR], '{"temperature": null}'),
    ({}, ["to:top_p", CLEAR, "type:.5"], '{"top_p": 0.5}'),
    ({"top_p": 0.3}, ["to:top_p", CLEAR], '{"top_p": null}'),
]
CHOICES: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["to:reasoning_effort", "right", "space"], '{"reasoning_effort": "minimal"}'),
    ({}, ["to:reasoning_effort", "end"], '{"reasoning_effort": "max"}'),
    ({"reasoning_effort": "low"}, ["to:reasoning_effort", "home"], '{"reasoning_effort": null}'),
    (AUTO, ["to:response_format", "right"], '{"response_format": {"type": "text"}}'),
    (
        AUTO,
        ["to:response_format", "right", "right"],
        '{"response_format": {"type": "json_object"}}',
    ),
    (AUTO, ["to:response_format", "left"], '{"response_format": null}'),
    (
        {"response_format": JSON_SCHEMA},
        ["to:response_format", "home", "right"],
        '{"response_format": "auto"}',
    ),
    (
        {},
        [
            *("to:response_format", "end", "tab", "type:answer", "tab", "type:D"),
            *("tab", "right", "tab", 'paste:{"type":\n "object"}'),
        ],
        '{"response_format": {"type": "json_schema", "json_schema": {"name": "answer",'
        ' "description": "D", "strict": true, "schema": {"type":\n "object"}}}}',
    ),
    (
        {"response_format": JSON_SCHEMA},
        ["to:json_schema.strict", "right"],
        '{"response_format": {"type": "json_schema", "json_schema": {"name": "answer",'
        ' "description": "D", "strict": false, "schema": {}}}}',
    ),
    (
        {"response_format": JSON_SCHEMA},
        ["to:json_schema.schema", "delete", "delete", "to:json_schema.schema"],
        '{"response_format": {"type": "json_schema", "json_schema": {"name": "answer",'
        ' "description": "D", "strict": true}}}',
    ),
]
LOOK_UP = (
    '{"type": "function", "function": {"name": "look_up", "description": "Finds", "strict": true,'
    ' "parameters": {"type":"object","maximum":12345678901234567890}}}'
)
COMPACT = json.dumps(FUNCTION, separators=(",", ":"))
"""As the server sent it, which is how it goes back if nobody touched it."""


def tools(*texts: str) -> str:
    return f'{{"tools": [{", ".join(texts)}]}}'


TOOLS: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["to:tools", "space"], '{"tools": [{"type": "code_interpreter"}]}'),
    ({}, ["to:tools", "tab", "space"], '{"tools": [{"type": "file_search"}]}'),
    ({"tools": [FUNCTION]}, ["to:tools", "space"], '{"tools": []}'),
    (
        {},
        ["to:tools", "tab", "space", "enter", "tab", "type:9"],
        '{"tools": [{"type": "file_search", "file_search": {"max_num_results": 9}}]}',
    ),
    (
        {},
        ["to:tools", "tab", "space", "enter", "tab", "tab", "end", "tab", "type:0.25"],
        '{"tools": [{"type": "file_search", "file_search": {"ranking_options":'
        ' {"ranker": "default_2024_08_21", "score_threshold": 0.25}}}]}',
    ),
    (
        {"tools": [RANKED]},
        ["to:tools", "enter", "to:file_search.max_num_results", CLEAR],
        '{"tools": [{"type": "file_search", "file_search": {"ranking_options":'
        ' {"ranker":"auto","score_threshold":0.5}}}]}',
    ),
    (
        {"tools": [RANKED]},
        ["to:tools", "enter", "tab", "tab", "home", "tab", CLEAR],
        '{"tools": [{"type": "file_search", "file_search": {"max_num_results": 7}}]}',
    ),
    (
        {},
        [
            *("to:tools", "tab", "tab", "space", "type:f", "tab", "type:D"),
            *("tab", "right", "tab", 'paste:{"type": "object",\n "properties": {}}'),
        ],
        '{"tools": [{"type": "function", "function": {"name": "f", "description": "D",'
        ' "strict": true, "parameters": {"type": "object",\n "properties": {}}}}]}',
    ),
    (
        {"tools": [FUNCTION]},
        ["to:tools", "enter", "tab", "type:_it"],
        tools(LOOK_UP.replace("look_up", "look_up_it")),
    ),
    (
        {"tools": [FUNCTION]},
        ["to:tools", "enter", "to:function.description", "ctrl+k"],
        tools(LOOK_UP.replace(' "description": "Finds",', "")),
    ),
    (
        {"tools": [FUNCTION]},
        ["to:tools", "enter", "to:function.strict", "home"],
        tools(LOOK_UP.replace(' "strict": true,', "")),
    ),
    (
        {"tools": [FUNCTION, {"type": "code_interpreter"}]},
        ["to:tools", "tab", "K"],
        tools('{"type":"code_interpreter"}', COMPACT),
    ),
    (
        {"tools": [FUNCTION, {"type": "code_interpreter"}, {"type": "file_search"}]},
        ["to:tools", "ctrl+down", "J", "J"],
        tools('{"type":"code_interpreter"}', '{"type":"file_search"}', COMPACT),
    ),
]
STORED = {
    "code_interpreter": {"file_ids": ["f1", "f2"]},
    "file_search": {"vector_store_ids": ["v"]},
}
RESOURCES: list[tuple[dict[str, Any], list[str], str]] = [
    (
        {},
        ["to:tool_resources", "type:f1", "tab", "type:f2"],
        '{"tool_resources": {"code_interpreter": {"file_ids": ["f1", "f2"]}}}',
    ),
    (
        {"tool_resources": STORED},
        ["to:tool_resources", CLEAR],
        '{"tool_resources": {"code_interpreter": {"file_ids": ["f2"]},'
        ' "file_search": {"vector_store_ids":["v"]}}}',
    ),
    (
        {"tool_resources": STORED},
        ["to:file_search.vector_store_ids", CLEAR, "type:w"],
        '{"tool_resources": {"code_interpreter": {"file_ids":["f1","f2"]},'
        ' "file_search": {"vector_store_ids": ["w"]}}}',
    ),
    (
        {"tool_resources": STORED},
        ["to:file_search.vector_store_ids", CLEAR],
        '{"tool_resources": {"code_interpreter": {"file_ids":["f1","f2"]},'
        ' "file_search": {"vector_store_ids": []}}}',
    ),
]
METADATA: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["to:metadata", "type:k", "tab", "type:v"], '{"metadata": {"k": "v"}}'),
    (
        {"metadata": {"a": "1", "b": "2"}},
        ["to:metadata", "tab", "type:!"],
        '{"metadata": {"a": "1!", "b": "2"}}',
    ),
    (
        {"metadata": {"a": "1", "b": "2"}},
        ["to:metadata", CLEAR, "tab", CLEAR],
        '{"metadata": {"b": "2"}}',
    ),
    ({"metadata": {"a": "1"}}, ["to:metadata", CLEAR, "tab", CLEAR], '{"metadata": {}}'),
]


@pytest.mark.parametrize(
    "cases",
    [TEXTS, NUMBERS, CHOICES, TOOLS, RESOURCES, METADATA],
    ids=["texts", "numbers", "choices", "tools", "resources", "metadata"],
)
async def test_what_leaves_is_the_edit_and_nothing_else(
    cases: list[tuple[dict[str, Any], list[str], str]], tmp_path: Path
) -> None:
    server = server_of(*(members for members, _, _ in cases))
    async with running(server, tmp_path) as program:
        for number, (_, steps, body) in enumerate(cases):
            await program.press("enter")
            await take(program, steps)
            await program.press("ctrl+s")
            assert server.bodies[number:] == [body], program.text
            assert program.status.startswith("Saved"), program.status
            await program.press("down")


ODD: list[dict[str, Any]] = [
    {"tool_resources": {"code_interpreter": {"file_ids": ["", "f1", " f2 "]}}},
    {"metadata": {"": ""}},
    {"metadata": {"": 5, "a": "b"}},
    {"metadata": {"a\nb": "c\u2028d"}},
    {"tools": [{"type": "function", "function": {"name": "f", "strict": "yes"}}]},
    {"response_format": {"type": "grammar", "grammar": "x"}},
    {"response_format": {"type": 5}},
]


async def test_what_is_odd_and_untouched_is_not_sent(tmp_path: Path) -> None:
    server = server_of(*ODD)
    async with running(server, tmp_path) as program:
        for number, members in enumerate(ODD):
            await program.press("enter", "!", "ctrl+s")
            assert server.bodies[number:] == ['{"name": "n!"}'], members
            await program.press("down")


async def test_tab_leads_to_every_field_in_the_order_of_the_form(tmp_path: Path) -> None:
    visited: list[str] = []
    async with running(server_of({"response_format": JSON_SCHEMA}), tmp_path) as program:
        await program.press("enter")
        for _ in range(40):
            focused = program.main.focused
            assert focused is not None
            kinds = {kind for node in focused.ancestors for kind in node.classes}
            visited += [part for part in PARTS if f"field-{part.replace('.', '-')}" in kinds][-1:]
            await program.pilot.press("tab")
    assert tuple(dict.fromkeys(visited)) == PARTS


REFUSED: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["to:response_format", "end"], "Name is needed"),
    ({}, ["to:tools", "tab", "tab", "space"], "Name is needed"),
    ({"tools": [FUNCTION]}, ["to:tools", "enter", "tab", "type: "], "a–z, A–Z, 0–9, _ and -"),
    (
        {"tools": [FUNCTION]},
        ["to:tools", "enter", "to:function.parameters", "delete"],
        "line 2, column 9",
    ),
    ({}, ["to:tools", "tab", "space", "enter", "tab", "type:51"], "whole number from 1 to 50"),
    (
        {},
        ["to:tools", "tab", "space", "enter", "tab", "tab", "end", "tab"],
        "Least score is needed",
    ),
    ({}, ["to:tool_resources", "type:a", "tab", "type:a"], "'a' stands twice"),
]


async def test_what_the_api_would_refuse_is_said_beside_the_part_and_not_sent(
    tmp_path: Path,
) -> None:
    server = server_of(*(members for members, _, _ in REFUSED))
    async with running(server, tmp_path) as program:
        for _, steps, words in REFUSED:
            await program.press("enter")
            await take(program, steps)
            shown = [line for line in program.lines[:-2] if words in line]
            assert len(shown) == 1, program.text
            await program.press("ctrl+s")
            assert "Not saved" in program.status
            await program.press("escape", "right", "enter", "down")
    assert server.bodies == []
