"""What those who move on get: requests and agents with every word of the assistant as data."""

import ast
import json
import warnings
from typing import Any

import pytest
from hypothesis import example, given
from openai.types.responses import ResponseCreateParams, ToolParam
from pydantic import TypeAdapter

from assistant_tui.core.assistants.samples import sample
from assistant_tui.core.formats import agents_sdk, responses
from assistant_tui.core.json_text import compose, write_json
from tests.core.formats.support import HARD, assistants, exactly

WHOLE = {
    "id": "asst_1",
    "object": "assistant",
    "created_at": 1,
    "name": "Billing",
    "description": "About bills",
    "model": "gpt-4o",
    "instructions": "Be brief.\nBe kind.",
    "tools": [
        {"type": "code_interpreter"},
        {
            "type": "file_search",
            "file_search": {
                "max_num_results": 5,
                "ranking_options": {"ranker": "default_2024_08_21", "score_threshold": 0.5},
                "odd": 1,
            },
        },
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        {"type": "bing_grounding", "x": 1},
    ],
    "tool_resources": {
        "code_interpreter": {"file_ids": ["file-1"]},
        "file_search": {"vector_store_ids": ["vs_1"]},
        "azure": {"indexes": [1]},
    },
    "metadata": {"team": "a"},
    "temperature": 1.0,
    "top_p": 0.5,
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"a": 1}}},
    "reasoning_effort": "low",
    "owner": "me",
}
LOST = (
    "tools[1].file_search.ranking_options.ranker: another is used there",
    "tools[1].file_search.odd: unknown there",
    "tools[3]: tools of the type bing_grounding are not known there",
    "tool_resources.azure.indexes: no tool there uses it",
    "description: a request has none",
    "owner: unknown there",
)

REQUEST: dict[str, Any] = {
    "model": "gpt-4o",
    "instructions": "Be brief.\nBe kind.",
    "temperature": 1.0,
    "top_p": 0.5,
    "metadata": {"team": "a"},
    "tools": [
        {
            "type": "code_interpreter",
            "container": {"type": "auto", "file_ids": ["file-1"]},
        },
        {
            "type": "file_search",
            "vector_store_ids": ["vs_1"],
            "max_num_results": 5,
            "ranking_options": {"score_threshold": 0.5},
        },
        {
            "type": "function",
            "name": "f",
            "parameters": {"type": "object"},
            "strict": False,
        },
    ],
    "text": {"format": {"type": "json_schema", "name": "n", "schema": {"a": 1}}},
    "reasoning": {"effort": "low"},
}
AGENT = {
    "call": "Agent",
    "name": "Billing",
    "instructions": "Be brief.\nBe kind.",
    "model": "gpt-4o",
    "model_settings": {
        "call": "ModelSettings",
        "temperature": 1.0,
        "top_p": 0.5,
        "metadata": {"team": "a"},
        "reasoning": {"call": "Reasoning", "effort": "low"},
        "extra_body": {"text": REQUEST["text"]},
    },
    "tools": [
        {
            "call": "CodeInterpreterTool",
            "tool_config": {
                "type": "code_interpreter",
                "container": {"type": "auto", "file_ids": ["file-1"]},
            },
        },
        {
            "call": "FileSearchTool",
            "vector_store_ids": ["vs_1"],
            "max_num_results": 5,
            "ranking_options": {"score_threshold": 0.5},
        },
        {
            "call": "FunctionTool",
            "name": "f",
            "description": "",
            "params_json_schema": {"type": "object"},
            "strict_json_schema": False,
            "on_invoke_tool": "not_written",
        },
    ],
}


def test_a_request_does_what_the_assistant_does() -> None:
    text = json.dumps(WHOLE)
    assert json.loads(responses.write(text)) == REQUEST
    assert responses.losses(text) == ("name: a request has none", *LOST)


@pytest.fixture(scope="module")
def official_types() -> tuple[TypeAdapter[ToolParam], TypeAdapter[ResponseCreateParams]]:
    """The types of a tool and of a request, which take a fifth of a second to be made."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK's types are no models of pydantic's
        return TypeAdapter(ToolParam), TypeAdapter(ResponseCreateParams)


@pytest.mark.parametrize("index", range(40))
def test_the_official_types_take_what_is_made_of_the_samples(
    official_types: tuple[TypeAdapter[ToolParam], TypeAdapter[ResponseCreateParams]], index: int
) -> None:
    of_tool, of_request = official_types
    request = json.loads(responses.write(json.dumps(sample(index))))
    for tool in request.pop("tools", []):
        of_tool.validate_python(tool)
    of_request.validate_python({**request, "input": "Hello"})


@example(HARD)
@given(assistants)
def test_every_value_that_comes_along_is_exact(text: str) -> None:
    members = dict(exactly(text))
    request = dict(exactly(responses.write(text)))
    for name in ("model", "instructions", "temperature", "top_p", "metadata"):
        if name in request:
            assert request[name] == members[name]


@pytest.mark.parametrize(
    ("resources", "tools", "lost"),
    [
        ({}, [{"type": "file_search"}], "tools[0].file_search: no vector store is attached, but "),
        (
            {"code_interpreter": {"file_ids": ["file-1"]}},
            [],
            "tool_resources.code_interpreter.file_ids: no tool there uses it",
        ),
    ],
)
def test_what_has_no_use_is_told(resources: Any, tools: Any, lost: str) -> None:
    text = json.dumps({"model": "m", "tools": tools, "tool_resources": resources})
    [told] = responses.losses(text)
    assert told.startswith(lost)


@pytest.mark.parametrize("word", ['"auto"', "null"])
def test_the_usual_answer_format_is_not_said(word: str) -> None:
    assert responses.write(f'{{"model": "m", "response_format": {word}}}') == (
        '{\n  "model": "m"\n}\n'
    )


def agent_of(text: str) -> tuple[dict[str, Any], str]:
    """The arguments of the agent that the Python text makes, calls as dicts, and the text."""
    source = agents_sdk.write(text)
    tree = ast.parse(source)
    [assignment] = [each for each in tree.body if isinstance(each, ast.Assign)]
    meant = _meaning(assignment.value)
    assert isinstance(meant, dict)
    return meant, source


def _meaning(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name) and not node.args
        return {"call": node.func.id} | {str(k.arg): _meaning(k.value) for k in node.keywords}
    if isinstance(node, ast.List):
        return [_meaning(each) for each in node.elts]
    if isinstance(node, ast.Name):
        return node.id
    return ast.literal_eval(node)


def test_an_agent_does_what_the_assistant_does() -> None:
    agent, source = agent_of(json.dumps(WHOLE))
    assert agent == AGENT
    assert agents_sdk.losses(json.dumps(WHOLE)) == LOST
    assert all(f"# - {lost}\n" in source for lost in LOST)
    classes = "Agent, CodeInterpreterTool, FileSearchTool, FunctionTool, ModelSettings"
    assert f"\nfrom agents import {classes}\nfrom openai.types.shared import Reasoning\n" in source


HOSTILE = 'x"""\'\n#\\ \u2028\u202e\x00\x1b]0;\ud800{}'


def test_no_word_of_a_server_becomes_code() -> None:
    words = {name: HOSTILE for name in ("id", "name", "instructions", "model", HOSTILE)}
    tools = [
        {"type": "function", "function": {"name": HOSTILE, "description": HOSTILE, HOSTILE: 1}},
        {"type": HOSTILE},
    ]
    text = json.dumps({**words, "tools": tools, "metadata": {HOSTILE: HOSTILE}})
    agent, source = agent_of(text)
    assert agent["name"] == agent["instructions"] == agent["model"] == HOSTILE
    assert agent["tools"][0]["name"] == HOSTILE
    assert agent["model_settings"]["metadata"] == {HOSTILE: HOSTILE}
    assert source.replace("\n", "").isprintable()
    kinds = {type(each).__name__ for each in ast.parse(source).body}
    assert kinds == {"ImportFrom", "AsyncFunctionDef", "Assign"}


@example(HARD)
@given(assistants)
def test_any_assistant_makes_python(text: str) -> None:
    ast.parse(agents_sdk.write(text))


def test_a_text_of_one_line_is_one_literal() -> None:
    source = agents_sdk.write(compose({"id": '"asst_1"', "instructions": write_json("Be brief.")}))
    assert source == (
        "# Made from asst_1. It needs: pip install openai-agents\n"
        "from agents import Agent\n\n"
        "agent = Agent(\n    name='asst_1',\n    instructions='Be brief.',\n)\n"
    )
