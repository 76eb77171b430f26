"""Every limit: what lies on it is taken, what lies beyond is refused with its code and its path."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.server.support import Json, error_of


def _function(**function: Any) -> Json:
    return {"tools": [{"type": "function", "function": {"name": "f", **function}}]}


def _search(**options: Any) -> Json:
    return {"tools": [{"type": "file_search", "file_search": options}]}


def _schema(**schema: Any) -> Json:
    return {
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", **schema}},
    }


def _files(*ids: Any) -> Json:
    return {"tool_resources": {"code_interpreter": {"file_ids": list(ids)}}}


def _stores(**file_search: Any) -> Json:
    return {"tool_resources": {"file_search": file_search}}


def _chunks(**sizes: Any) -> Json:
    static = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400, **sizes}
    strategy = {"type": "static", "static": static}
    return _stores(vector_stores=[{"chunking_strategy": strategy}])


_TOOL = {"type": "code_interpreter"}
_RANKING = "tools[0].file_search.ranking_options"
_STORE = "tool_resources.file_search.vector_stores[0]"
_SIZES = f"{_STORE}.chunking_strategy.static"

TAKEN: list[Json] = [
    {"name": "😀" * 256},
    {"description": "é" * 512},
    {"instructions": "字" * 256_000},
    {"tools": [_TOOL] * 128},
    {"metadata": {f"{n:064}": "😀" * 512 for n in range(16)}},
    {"metadata": {"": ""}},
    {"temperature": 0},
    {"temperature": 2},
    {"temperature": 2.0},
    {"top_p": 0.0},
    {"top_p": 1},
    _files(*["file"] * 20),
    _stores(vector_store_ids=["vs_1"]),
    _search(max_num_results=1),
    _search(max_num_results=50),
    _search(max_num_results=5.0),
    _search(ranking_options={"score_threshold": 0}),
    _search(ranking_options={"score_threshold": 1.0, "ranker": "default_2024_08_21"}),
    {"tools": [{"type": "file_search"}]},
    _function(name="a" * 64),
    _function(name="-_Az09", description="", strict=None, parameters={}),
    _function(strict=True, parameters={"anything": [1, {"x": None}]}),
    {"response_format": "auto"},
    {"response_format": {"type": "text"}},
    {"response_format": {"type": "json_object"}},
    _schema(description="d", schema={"type": "object"}, strict=False),
    *({"reasoning_effort": effort} for effort in ("none", "minimal", "low", "medium", "high")),
    {"reasoning_effort": "xhigh"},
    {"reasoning_effort": "max"},
    {"tools": [{"type": "code_interpreter", "extra": {"kept": [1]}}]},
    {"model": "any non-empty text"},
]

REFUSED: list[tuple[Json, str, str]] = [
    ({"model": None}, "invalid_type", "model"),
    ({"model": 1}, "invalid_type", "model"),
    ({"model": ""}, "string_below_min_length", "model"),
    ({"name": "😀" * 257}, "string_above_max_length", "name"),
    ({"name": 1}, "invalid_type", "name"),
    ({"name": True}, "invalid_type", "name"),
    ({"description": "é" * 513}, "string_above_max_length", "description"),
    ({"instructions": "a" * 256_001}, "string_above_max_length", "instructions"),
    ({"instructions": ["a"]}, "invalid_type", "instructions"),
    ({"tools": [_TOOL] * 129}, "array_above_max_length", "tools"),
    ({"tools": {}}, "invalid_type", "tools"),
    ({"tools": [_TOOL, "code_interpreter"]}, "invalid_type", "tools[1]"),
    ({"tools": [{}]}, "missing_required_parameter", "tools[0].type"),
    ({"tools": [_TOOL, {"type": "web"}]}, "invalid_value", "tools[1].type"),
    ({"tools": [{"type": 1}]}, "invalid_type", "tools[0].type"),
    ({"tools": [{"type": "function"}]}, "missing_required_parameter", "tools[0].function"),
    (
        {"tools": [{"type": "function", "function": {}}]},
        "missing_required_parameter",
        "tools[0].function.name",
    ),
    (_function(name=""), "string_below_min_length", "tools[0].function.name"),
    (_function(name="a" * 65), "string_above_max_length", "tools[0].function.name"),
    (_function(name="a b"), "invalid_value", "tools[0].function.name"),
    (_function(name="a\n"), "invalid_value", "tools[0].function.name"),
    (_function(name="é"), "invalid_value", "tools[0].function.name"),
    (_function(name="٣"), "invalid_value", "tools[0].function.name"),
    (_function(description=None), "invalid_type", "tools[0].function.description"),
    (_function(parameters=[]), "invalid_type", "tools[0].function.parameters"),
    (_function(strict="yes"), "invalid_type", "tools[0].function.strict"),
    (_search(max_num_results=0), "integer_below_min_value", "tools[0].file_search.max_num_results"),
    (
        _search(max_num_results=51),
        "integer_above_max_value",
        "tools[0].file_search.max_num_results",
    ),
    (_search(max_num_results=5.5), "invalid_type", "tools[0].file_search.max_num_results"),
    (_search(max_num_results=True), "invalid_type", "tools[0].file_search.max_num_results"),
    (_search(ranking_options={}), "missing_required_parameter", f"{_RANKING}.score_threshold"),
    (
        _search(ranking_options={"score_threshold": 1.01}),
        "decimal_above_max_value",
        f"{_RANKING}.score_threshold",
    ),
    (
        _search(ranking_options={"score_threshold": -0.01}),
        "decimal_below_min_value",
        f"{_RANKING}.score_threshold",
    ),
    (
        _search(ranking_options={"score_threshold": 0, "ranker": "x"}),
        "invalid_value",
        f"{_RANKING}.ranker",
    ),
    ({"metadata": {str(n): "" for n in range(17)}}, "object_above_max_properties", "metadata"),
    ({"metadata": {"k" * 65: ""}}, "property_name_above_max_length", f"metadata.{'k' * 64}…"),
    ({"metadata": {"team": "v" * 513}}, "string_above_max_length", "metadata.team"),
    ({"metadata": {"team": 1}}, "invalid_type", "metadata.team"),
    ({"metadata": {"team": None}}, "invalid_type", "metadata.team"),
    ({"metadata": []}, "invalid_type", "metadata"),
    ({"temperature": 2.0001}, "decimal_above_max_value", "temperature"),
    ({"temperature": -1}, "decimal_below_min_value", "temperature"),
    ({"temperature": 10**400}, "decimal_above_max_value", "temperature"),
    ({"temperature": "1"}, "invalid_type", "temperature"),
    ({"temperature": True}, "invalid_type", "temperature"),
    ({"top_p": 1.5}, "decimal_above_max_value", "top_p"),
    ({"top_p": -0.5}, "decimal_below_min_value", "top_p"),
    ({"top_p": False}, "invalid_type", "top_p"),
    ({"reasoning_effort": "huge"}, "invalid_value", "reasoning_effort"),
    ({"reasoning_effort": 3}, "invalid_type", "reasoning_effort"),
    ({"response_format": "text"}, "invalid_value", "response_format"),
    ({"response_format": {"type": "xml"}}, "invalid_value", "response_format.type"),
    ({"response_format": {}}, "missing_required_parameter", "response_format.type"),
    ({"response_format": 1}, "invalid_type", "response_format"),
    (
        {"response_format": {"type": "json_schema"}},
        "missing_required_parameter",
        "response_format.json_schema",
    ),
    (_schema(name="a.b"), "invalid_value", "response_format.json_schema.name"),
    (_schema(schema=1), "invalid_type", "response_format.json_schema.schema"),
    (_schema(strict=1), "invalid_type", "response_format.json_schema.strict"),
    (_files(*["f"] * 21), "array_above_max_length", "tool_resources.code_interpreter.file_ids"),
    (_files("f", 1), "invalid_type", "tool_resources.code_interpreter.file_ids[1]"),
    (
        _stores(vector_store_ids=["a", "b"]),
        "array_above_max_length",
        "tool_resources.file_search.vector_store_ids",
    ),
    ({"tool_resources": []}, "invalid_type", "tool_resources"),
    (
        {"tool_resources": {"code_interpreter": None}},
        "invalid_type",
        "tool_resources.code_interpreter",
    ),
    ({"foo": 1}, "unknown_parameter", "foo"),
    ({"id": "asst_x"}, "unknown_parameter", "id"),
    ({"object": "assistant"}, "unknown_parameter", "object"),
    ({"created_at": 1}, "unknown_parameter", "created_at"),
    ({"file_ids": []}, "unknown_parameter", "file_ids"),
]

REFUSED_ON_CREATE: list[tuple[Json, str, str]] = [
    (
        _stores(vector_stores=[{}, {}]),
        "array_above_max_length",
        "tool_resources.file_search.vector_stores",
    ),
    (
        _stores(vector_stores=[{}], vector_store_ids=[]),
        "invalid_value",
        "tool_resources.file_search",
    ),
    (_stores(vector_stores=[{"file_ids": [1]}]), "invalid_type", f"{_STORE}.file_ids[0]"),
    (_stores(vector_stores=[{"metadata": {"a": 1}}]), "invalid_type", f"{_STORE}.metadata.a"),
    (
        _chunks(max_chunk_size_tokens=99),
        "integer_below_min_value",
        f"{_SIZES}.max_chunk_size_tokens",
    ),
    (
        _chunks(max_chunk_size_tokens=4097),
        "integer_above_max_value",
        f"{_SIZES}.max_chunk_size_tokens",
    ),
    (
        _chunks(chunk_overlap_tokens=401),
        "integer_above_max_value",
        f"{_SIZES}.chunk_overlap_tokens",
    ),
    (_chunks(other=1), "unknown_parameter", f"{_SIZES}.other"),
]


def _label(value: object) -> str | None:
    return json.dumps(value)[:50] if isinstance(value, Mapping) else None


def _refuses(response: httpx.Response, code: str, param: str) -> None:
    error = error_of(response)
    assert response.status_code == 400
    assert (error["code"], error["param"]) == (code, param)
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize("body", TAKEN, ids=_label)
async def test_what_lies_within_is_taken(http: httpx.AsyncClient, body: Json) -> None:
    response = await http.post("/assistants", json={"model": "m", **body})
    assert response.status_code == 200, response.text
    created = response.json()
    assert {key: created[key] for key in body} == body
    response = await http.post(f"/assistants/{created['id']}", json=body)
    assert response.json() == created


@pytest.mark.parametrize(("body", "code", "param"), REFUSED, ids=_label)
async def test_what_lies_beyond_is_refused(
    http: httpx.AsyncClient, body: Json, code: str, param: str
) -> None:
    _refuses(await http.post("/assistants", json={"model": "m", **body}), code, param)
    assert (await http.get("/assistants")).json()["data"] == []
    created = (await http.post("/assistants", json={"model": "m"})).json()
    path = f"/assistants/{created['id']}"
    _refuses(await http.post(path, json={"name": "new", **body}), code, param)
    assert (await http.get(path)).json() == created


@pytest.mark.parametrize(("body", "code", "param"), REFUSED_ON_CREATE, ids=_label)
async def test_vector_stores_have_limits(
    http: httpx.AsyncClient, body: Json, code: str, param: str
) -> None:
    _refuses(await http.post("/assistants", json={"model": "m", **body}), code, param)


async def test_vector_stores_are_made_on_create_only(http: httpx.AsyncClient) -> None:
    created = (await http.post("/assistants", json={"model": "m"})).json()
    response = await http.post(
        f"/assistants/{created['id']}", json=_stores(vector_stores=[{"file_ids": []}])
    )
    _refuses(response, "unknown_parameter", "tool_resources.file_search.vector_stores")


async def test_missing_comes_before_unknown_before_invalid(http: httpx.AsyncClient) -> None:
    body: Json = {"foo": 1, "name": 1}
    response = await http.post("/assistants", json=body)
    _refuses(response, "missing_required_parameter", "model")
    _refuses(
        await http.post("/assistants", json={"model": "m", **body}), "unknown_parameter", "foo"
    )
    del body["foo"]
    _refuses(await http.post("/assistants", json={"model": "m", **body}), "invalid_type", "name")


async def test_messages_say_what_was_expected(http: httpx.AsyncClient) -> None:
    async def message(**body: Any) -> str:
        text: str = error_of(await http.post("/assistants", json=body))["message"]
        return text

    assert await message() == "Missing required parameter: 'model'."
    assert await message(model="m", foo=1) == "Unknown parameter: 'foo'."
    assert await message(model="m", temperature="1") == (
        "Invalid type for 'temperature': expected a decimal, but got a string instead."
    )
    assert await message(model="m", name="x" * 300) == (
        "Invalid 'name': string too long. Expected a string with maximum length 256, "
        "but got a string with length 300 instead."
    )
