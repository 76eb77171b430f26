"""An assistant on its way to another server: what is copied, and what is told."""

import json

from assistant_tui.core.assistants.cloning import ServerInventory, transfer
from assistant_tui.core.assistants.tool_resources import ToolResource, ToolResourceList
from assistant_tui.core.raw_json import RawJson

TEXT = json.dumps(
    {
        "id": "asst_1",
        "created_at": 5,
        "name": "One",
        "model": "gpt-4o",
        "temperature": 1.0,
        "owner": "me",
        "tool_resources": {
            "code_interpreter": {"file_ids": ["file-1", "file-2"]},
            "file_search": {"vector_store_ids": ["vs_1"]},
            "azure": {"indexes": [1.0]},
            "odd": 5,
        },
    }
)
OWNER = "owner cannot be copied: no create takes it"


def having(*ids: str, complete: bool = True) -> ToolResourceList:
    """A list of what a server has."""
    return ToolResourceList(tuple(ToolResource(each, "", None) for each in ids), complete)


def test_what_is_certainly_not_there_is_left_out_and_told() -> None:
    move = transfer(RawJson(TEXT), ServerInventory(("gpt-4o",), having("file-2"), having()))
    assert move.lost == (
        OWNER,
        "tool_resources.code_interpreter.file_ids: file-1 is not there and was left out",
        "tool_resources.file_search.vector_store_ids: vs_1 is not there and was left out",
    )
    assert move.draft.patch() == {
        "name": '"One"',
        "model": '"gpt-4o"',
        "temperature": "1.0",
        "tool_resources": '{"code_interpreter": {"file_ids": ["file-2"]}, '
        '"azure": {"indexes": [1.0]}, "odd": 5}',
    }


def test_what_nobody_can_tell_comes_along_and_is_told() -> None:
    move = transfer(RawJson(TEXT), ServerInventory(files=having("file-2", complete=False)))
    assert move.lost == (
        OWNER,
        "tool_resources.code_interpreter.file_ids: file-1 may not be there: the server does not "
        "list all it has",
        "tool_resources.file_search.vector_store_ids: vs_1 may not be there: the server does not "
        "list all it has",
    )
    assert json.loads(move.draft.patch()["tool_resources"]) == json.loads(TEXT)["tool_resources"]


def test_a_model_that_is_not_listed_there_is_told() -> None:
    text = '{"id": "a", "model": "gpt-4o"}'
    lost = transfer(RawJson(text), ServerInventory(("llama",))).lost
    assert lost == ("model gpt-4o is not among the models that are listed there",)
    assert transfer(RawJson(text), ServerInventory()).lost == ()


def test_nothing_is_sent_of_resources_that_are_all_left_out() -> None:
    text = '{"model": "m", "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}}}'
    assert transfer(RawJson(text), ServerInventory(vector_stores=having())).draft.patch() == {
        "model": '"m"'
    }


def test_agents_and_connections_of_the_first_server_are_named() -> None:
    tools = [
        {"type": "connected_agent", "connected_agent": {"id": "asst_9", "name": "other"}},
        {"type": "bing_grounding", "bing_grounding": {"connections": [{"connection_id": "c/1"}]}},
        {"type": "function", "function": {"name": "f", "parameters": {"user_id": "x"}}},
        {"type": "file_search"},
    ]
    resources = {
        "azure_ai_search": {"indexes": [{"index_connection_id": "c/2", "index_name": "i"}]}
    }
    text = json.dumps({"model": "m", "tools": tools, "tool_resources": resources})
    move = transfer(RawJson(text), ServerInventory())
    why = "may not be there: it belongs to the server that it is copied from"
    assert move.lost == (
        f"tools[0].connected_agent.id: asst_9 {why}",
        f"tools[1].bing_grounding.connections[0].connection_id: c/1 {why}",
        f"tool_resources.azure_ai_search.indexes[0].index_connection_id: c/2 {why}",
    )
    assert json.loads(move.draft.patch()["tools"]) == tools
