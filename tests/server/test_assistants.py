"""Create, retrieve, modify, delete: what is kept, what is filled in, what stays."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.server.support import Json, error_of

KEYS = [
    "id",
    "object",
    "created_at",
    "name",
    "description",
    "model",
    "instructions",
    "tools",
    "metadata",
    "top_p",
    "temperature",
    "reasoning_effort",
    "response_format",
    "tool_resources",
]

FULL: Json = {
    "model": "gpt-4o",
    "name": "Ada",
    "description": "Counts.",
    "instructions": "Count.\n\nThen count again.",
    "tools": [
        {"type": "function", "function": {"name": "add", "parameters": {"z": 1, "a": 2**70}}},
        {"type": "code_interpreter"},
        {"type": "file_search", "file_search": {"max_num_results": 3}},
    ],
    "metadata": {"z": "1", "a": "2"},
    "top_p": 0.5,
    "temperature": 0.25,
    "reasoning_effort": "low",
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
    "tool_resources": {
        "code_interpreter": {"file_ids": ["file-1"]},
        "file_search": {"vector_store_ids": ["vs_1"]},
    },
}


async def _create(http: httpx.AsyncClient, **body: Any) -> Json:
    response = await http.post("/assistants", json={"model": "gpt-4o", **body})
    assert response.status_code == 200, response.text
    created: Json = response.json()
    return created


async def _modify(http: httpx.AsyncClient, assistant: Json, body: Json) -> Json:
    response = await http.post(f"/assistants/{assistant['id']}", json=body)
    assert response.status_code == 200, response.text
    modified: Json = response.json()
    assert modified == (await http.get(f"/assistants/{assistant['id']}")).json()
    return modified


async def test_a_model_is_enough(http: httpx.AsyncClient) -> None:
    created = await _create(http)
    assert list(created) == KEYS
    assert re.fullmatch(r"asst_[A-Za-z0-9]{24}", created["id"])
    assert created["object"] == "assistant"
    assert isinstance(created["created_at"], int)
    assert {key: created[key] for key in KEYS[3:]} == {
        "name": None,
        "description": None,
        "model": "gpt-4o",
        "instructions": None,
        "tools": [],
        "metadata": {},
        "top_p": 1,
        "temperature": 1,
        "reasoning_effort": None,
        "response_format": "auto",
        "tool_resources": {},
    }


async def test_everything_sent_comes_back_as_sent(http: httpx.AsyncClient) -> None:
    created = await _create(http, **FULL)
    assert list(created) == KEYS
    got = await http.get(f"/assistants/{created['id']}")
    for answer in (created, got.json()):
        for key, value in FULL.items():
            assert json.dumps(answer[key]) == json.dumps(value), key


async def test_null_on_create_is_the_default(http: httpx.AsyncClient) -> None:
    nullable = [key for key in FULL if key not in ("model", "tools")]
    created = await _create(http, **dict.fromkeys(nullable))
    plain = await _create(http)
    assert [created[key] for key in nullable] == [plain[key] for key in nullable]


async def test_absent_is_unchanged(http: httpx.AsyncClient) -> None:
    created = await _create(http, **FULL)
    assert await _modify(http, created, {}) == created
    assert await _modify(http, created, {"name": "Bob"}) == {**created, "name": "Bob"}


async def test_null_is_the_default_again(http: httpx.AsyncClient) -> None:
    created = await _create(http, **FULL)
    nullable = [key for key in FULL if key not in ("model", "tools")]
    modified = await _modify(http, created, dict.fromkeys(nullable))
    plain = await _create(http)
    assert {key: modified[key] for key in nullable} == {key: plain[key] for key in nullable}
    assert modified["tools"] == FULL["tools"]


@pytest.mark.parametrize("key", ["model", "tools"])
async def test_null_is_refused_where_the_api_has_none(http: httpx.AsyncClient, key: str) -> None:
    created = await _create(http, **FULL)
    response = await http.post(f"/assistants/{created['id']}", json={key: None})
    assert response.status_code == 400
    assert (error_of(response)["param"], error_of(response)["code"]) == (key, "invalid_type")


async def test_tools_and_metadata_are_replaced_as_a_whole(http: httpx.AsyncClient) -> None:
    created = await _create(http, **FULL)
    one = {"tools": [{"type": "code_interpreter"}], "metadata": {"b": "3"}}
    assert await _modify(http, created, one) == {**created, **one}
    assert await _modify(http, created, {"tools": [], "metadata": {}}) == {
        **created,
        "tools": [],
        "metadata": {},
    }


async def test_tool_resources_are_merged_by_tool(http: httpx.AsyncClient) -> None:
    created = await _create(http, **FULL)
    files = {"code_interpreter": {"file_ids": ["file-2", "file-3"]}}
    modified = await _modify(http, created, {"tool_resources": files})
    assert modified["tool_resources"] == {**FULL["tool_resources"], **files}
    modified = await _modify(http, created, {"tool_resources": {"file_search": {}}})
    assert modified["tool_resources"] == {**FULL["tool_resources"], **files}
    assert (await _modify(http, created, {"tool_resources": {}})) == modified
    assert (await _modify(http, created, {"tool_resources": None}))["tool_resources"] == {}


async def test_resources_without_a_list_have_an_empty_one(http: httpx.AsyncClient) -> None:
    created = await _create(
        http, tool_resources={"code_interpreter": {}, "file_search": {}, "other": {"kept": 1}}
    )
    assert created["tool_resources"] == {
        "code_interpreter": {"file_ids": []},
        "file_search": {"vector_store_ids": []},
        "other": {"kept": 1},
    }


async def test_a_new_vector_store_is_answered_by_its_id(http: httpx.AsyncClient) -> None:
    sizes = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50}
    asked = {
        "file_ids": ["file-1"],
        "chunking_strategy": {"type": "static", "static": sizes},
        "metadata": {"a": "b"},
    }
    created = await _create(http, tool_resources={"file_search": {"vector_stores": [asked]}})
    search = created["tool_resources"]["file_search"]
    assert list(search) == ["vector_store_ids"]
    (made,) = search["vector_store_ids"]
    assert re.fullmatch(r"vs_[A-Za-z0-9]{24}", made)


async def test_delete(http: httpx.AsyncClient) -> None:
    created = await _create(http)
    path = f"/assistants/{created['id']}"
    response = await http.delete(path)
    assert response.status_code == 200
    assert response.json() == {
        "id": created["id"],
        "object": "assistant.deleted",
        "deleted": True,
    }
    for method in ("GET", "POST", "DELETE"):
        response = await http.request(method, path, json={})
        assert response.status_code == 404
        assert error_of(response) == {
            "message": f"No assistant found with id '{created['id']}'.",
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        }


TEXTS = [
    "",
    "  spaces, tab\t, newline\n, Windows\r\n, old Mac\r, trailing  \n",
    "e\u0301 is not \u00e9, \ufb01 is not fi, \u212b is not \u00c5",
    "客服助手 مساعد עוזר नमस्ते 👩🏽‍🔧🇧🇷",
    "\x00 NUL \x01 \x1b[31m \x7f \x85 \u2028 \u2029 \ufeff \ufffe \uffff",
    "\U0010ffff \U000e0001",
    "\ud800 lone \udfff",
    '"quoted" \\u0041 </script> {{x}} [b]',
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_text_is_kept_as_sent(http: httpx.AsyncClient, text: str) -> None:
    body = {
        "model": text or "m",
        "name": text,
        "description": text,
        "instructions": text,
        "metadata": {text: text},
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {text: text}}}],
    }
    response = await http.post("/assistants", content=json.dumps(body))
    assert response.status_code == 200
    created = response.json()
    assert {key: created[key] for key in body} == body
    listed = (await http.get("/assistants")).json()
    assert listed["data"] == [created]
    response = await http.post(
        f"/assistants/{created['id']}", content=json.dumps({"name": "x", "metadata": {"k": text}})
    )
    assert response.json() == {**created, "name": "x", "metadata": {"k": text}}
    assert (await http.delete(f"/assistants/{created['id']}")).status_code == 200


async def test_numbers_and_key_order_are_kept(http: httpx.AsyncClient) -> None:
    parameters = (
        '{"z": 9007199254740993, "a": -123456789012345678901234567890, "m": {"b": 1.0, "a": 1},'
        ' "f": 1e-7, "zero": 0.0, "n": null, "t": true}'
    )
    tool = f'{{"function": {{"parameters": {parameters}, "name": "f"}}, "type": "function"}}'
    body = f'{{"model": "m", "temperature": 1.0, "tools": [{tool}]}}'
    created = (await http.post("/assistants", content=body)).text
    got = await http.get(f"/assistants/{json.loads(created)['id']}")
    for text in (created, got.text):
        compact = json.dumps(json.loads(parameters), separators=(",", ":"))
        assert f'[{{"function":{{"parameters":{compact},"name":"f"}},"type":"function"}}]' in text
        assert '"temperature":1.0' in text


async def test_the_last_of_two_equal_keys_wins(http: httpx.AsyncClient) -> None:
    response = await http.post("/assistants", content='{"model": "a", "model": "b"}')
    assert response.json()["model"] == "b"
