"""Searching vector stores, and how assistants, threads and messages come by theirs."""

import httpx
import pytest

from tests.server.files.support import upload
from tests.server.support import Json
from tests.server.vector_stores.support import create, filled, get, ingested


async def test_a_search_is_as_wide_as_it_is_asked_to_be(http: httpx.AsyncClient) -> None:
    store, ids = await filled(http, "apples and pears", "apples", "nothing of the kind")
    path = f"/vector_stores/{store}/search"
    page = await create(http, path, query="apples pears")
    assert page["search_query"] == ["apples pears"] and not page["has_more"]
    assert page["object"] == "vector_store.search_results.page" and page["next_page"] is None
    first, second = page["data"]
    assert first["file_id"] == ids[0] and first["filename"] == "0.txt"
    assert first["content"] == [{"type": "text", "text": "apples and pears"}]
    assert 1 > first["score"] > second["score"] > 0
    one = await create(http, path, query="apples pears", max_num_results=1)
    assert one["data"] == [first]
    options = {"score_threshold": (first["score"] + second["score"]) / 2}
    high = await create(http, path, query="apples pears", ranking_options=options)
    assert high["data"] == [first]
    both = await create(http, path, query=["nothing", "pears"])
    assert {each["file_id"] for each in both["data"]} == {ids[0], ids[2]}
    assert (await create(http, path, query='"*) OR NEAR('))["data"] == []
    answer = await http.post("/vector_stores/vs_none/search", json={"query": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"type": "eq", "key": "year", "value": 2025}, "b"),
        ({"type": "ne", "key": "year", "value": 2025}, "ac"),
        ({"type": "gte", "key": "year", "value": 2025}, "bc"),
        ({"type": "lt", "key": "year", "value": 2025.5}, "ab"),
        ({"type": "gt", "key": "name", "value": 1}, ""),
        ({"type": "in", "key": "name", "value": ["a", "c"]}, "ac"),
        ({"type": "nin", "key": "name", "value": ["a", "c"]}, "b"),
        ({"type": "eq", "key": "draft", "value": True}, "a"),
        ({"type": "eq", "key": "draft", "value": 1}, ""),
        (
            {
                "type": "or",
                "filters": [
                    {"type": "eq", "key": "name", "value": "a"},
                    {
                        "type": "and",
                        "filters": [
                            {"type": "lte", "key": "year", "value": 2026},
                            {"type": "eq", "key": "name", "value": "c"},
                        ],
                    },
                ],
            },
            "ac",
        ),
    ],
)
async def test_a_search_is_filtered_by_attributes(
    http: httpx.AsyncClient, filters: Json, found: str
) -> None:
    store = (await create(http))["id"]
    for name, year in (("a", 2024), ("b", 2025), ("c", 2026)):
        file = (await upload(http, b"a text"))["id"]
        attributes = {"name": name, "year": year, "draft": name == "a"}
        await create(http, f"/vector_stores/{store}/files", file_id=file, attributes=attributes)
    await ingested()
    page = await create(http, f"/vector_stores/{store}/search", query="text", filters=filters)
    assert sorted(each["attributes"]["name"] for each in page["data"]) == [*found]


async def test_an_assistant_comes_with_its_vector_store(http: httpx.AsyncClient) -> None:
    file = (await upload(http, b"a text"))["id"]
    spec = {"file_ids": [file], "metadata": {"a": "b"}}
    made = await create(
        http,
        "/assistants",
        model="m",
        tool_resources={"file_search": {"vector_stores": [spec]}},
    )
    (store,) = made["tool_resources"]["file_search"]["vector_store_ids"]
    await ingested()
    assert (await get(http, f"/vector_stores/{store}"))["metadata"] == {"a": "b"}
    (found,) = (await create(http, f"/vector_stores/{store}/search", query="text"))["data"]
    assert found["file_id"] == file


async def test_a_thread_comes_with_its_vector_store(http: httpx.AsyncClient) -> None:
    file = (await upload(http, b"a text"))["id"]
    resources = {"file_search": {"vector_stores": [{"file_ids": [file]}]}}
    thread = await create(http, "/threads", tool_resources=resources)
    (store,) = thread["tool_resources"]["file_search"]["vector_store_ids"]
    await ingested()
    assert (await get(http, f"/vector_stores/{store}"))["file_counts"]["completed"] == 1


async def test_attachments_of_messages_can_be_searched(http: httpx.AsyncClient) -> None:
    one, two, other = [(await upload(http, f"text {n}".encode()))["id"] for n in range(3)]
    attached = [
        {"file_id": one, "tools": [{"type": "file_search"}]},
        {"file_id": other, "tools": [{"type": "code_interpreter"}]},
    ]
    message = {"role": "user", "content": "What is in it?", "attachments": attached}
    thread = await create(http, "/threads", messages=[message])
    (store,) = thread["tool_resources"]["file_search"]["vector_store_ids"]
    assert await get(http, f"/threads/{thread['id']}") == thread
    attached = [{"file_id": two, "tools": [{"type": "file_search"}]}]
    path = f"/threads/{thread['id']}/messages"
    await create(http, path, role="user", content="And here?", attachments=attached)
    await ingested()
    found = await get(http, f"/vector_stores/{store}")
    assert found["expires_after"] == {"anchor": "last_active_at", "days": 7}
    assert found["file_counts"]["completed"] == 2
    files = (await get(http, f"/vector_stores/{store}/files"))["data"]
    assert {each["id"] for each in files} == {one, two}
    attached[0]["file_id"] = "file-none"
    answer = await http.post(path, json={"role": "user", "content": "x", "attachments": attached})
    assert answer.status_code == 404
    assert len((await get(http, path))["data"]) == 2
