"""Objects in the forms in which servers send them."""

from typing import Any

import pytest
from pydantic import ValidationError

from assistant_tui.core.assistants.model import Assistant, FileSearch, Function, Tool


def read(**members: Any) -> Assistant:
    return Assistant.model_validate({"id": "a", **members})


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        (1_700_000_000, 1_700_000_000),
        (1_700_000_000.9, 1_700_000_000),
        (1_700_000_000_123, 1_700_000_000),
        (1_700_000_000_123.5, 1_700_000_000),
        ("1700000000", 1_700_000_000),
        ("1700000000123", 1_700_000_000),
        ("1.7e9", 1_700_000_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000),
        ("2023-11-14T23:13:20.5+01:00", 1_700_000_000),
        ("2023-11-14 22:13:20", 1_700_000_000),
        (0, 0),
        (99_999_999_999, 99_999_999_999),
        (100_000_000_001, 100_000_000),
        (None, None),
    ],
)
def test_times(sent: object, seconds: int | None) -> None:
    assert read(created_at=sent).created_at == seconds
    assert read(created=sent).created_at == seconds


@pytest.mark.parametrize(
    "sent", ["yesterday", "nan", "inf", "1e400", float("inf"), float("nan"), 10**400, -1, [], {}]
)
def test_what_is_no_time(sent: object) -> None:
    with pytest.raises(ValidationError):
        read(created_at=sent)


@pytest.mark.parametrize(("sent", "known"), [("x", "x"), (17, "17"), (10**30, str(10**30))])
def test_ids_are_texts(sent: object, known: str) -> None:
    assert Assistant.model_validate({"id": sent}).id == known


@pytest.mark.parametrize("sent", [None, "", True, [], {}])
def test_what_is_no_id(sent: object) -> None:
    with pytest.raises(ValidationError):
        Assistant.model_validate({"id": sent})


def test_only_the_id_is_needed() -> None:
    assistant = read()
    assert (assistant.name, assistant.model, assistant.tools) == (None, "", ())
    with pytest.raises(ValidationError):
        Assistant.model_validate({})


def test_null_is_as_good_as_absent() -> None:
    names = ("model", "tools", "tool_resources", "metadata", "name", "created_at", "temperature")
    assert read(**dict.fromkeys(names)) == read()


def test_unknown_fields_are_kept() -> None:
    assert read(file_ids=["f"], later={"x": 1}).model_extra == {
        "file_ids": ["f"],
        "later": {"x": 1},
    }


def test_tools_keep_their_order_and_what_belongs_to_them() -> None:
    function = {"name": "f", "parameters": {"type": "object"}, "strict": None, "later": 1}
    tools = read(
        tools=[
            {"type": "code_interpreter"},
            {"type": "bing_grounding", "bing_grounding": {"x": [1]}},
            {"type": "file_search", "file_search": {"max_num_results": 5, "later": 2}},
            {"type": "file_search"},
            {"type": "function", "function": function},
            {"type": "retrieval"},
        ]
    ).tools
    types = "code_interpreter bing_grounding file_search file_search function retrieval"
    assert [tool.type for tool in tools] == types.split()
    assert tools[1].model_extra == {"bing_grounding": {"x": [1]}}
    assert isinstance(tools[2], FileSearch)
    assert tools[2].file_search is not None
    assert tools[2].file_search.max_num_results == 5
    assert isinstance(tools[4], Function)
    assert tools[4].function is not None
    assert tools[4].function.model_extra == {"later": 1}


@pytest.mark.parametrize(
    "tool",
    ["function", {}, {"type": 5}, {"type": "function", "function": 5}],
)
def test_a_tool_that_is_none(tool: object) -> None:
    with pytest.raises(ValidationError) as raised:
        read(tools=[tool])
    assert raised.value.errors()[0]["loc"][:2] == ("tools", 0)


@pytest.mark.parametrize("tool", [{"type": "function"}, {"type": "function", "function": {}}])
def test_a_function_of_which_only_the_type_is_told_is_one_all_the_same(tool: object) -> None:
    assert [each.type for each in read(tools=[tool]).tools] == ["function"]


def test_a_tool_that_was_read_before_stays_as_it_is() -> None:
    assert read(tools=[Tool(type="x")]).tools == (Tool(type="x"),)


@pytest.mark.parametrize("value", [None, "auto", {"type": "json_object"}])
def test_response_formats(value: object) -> None:
    assert read(response_format=value).response_format == value


def test_an_assistant_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        read().name = "x"
