"""/vector_stores: the objects, the files in them, counts and expiry."""

import time

import httpx
import pytest

from assistant_tui.server.vector_stores import membership
from tests.server.files.support import upload
from tests.server.support import Json, error_of
from tests.server.vector_stores.support import create, filled, get, ingested


async def test_a_vector_store_without_files(http: httpx.AsyncClient) -> None:
    made = await create(http)
    assert made["id"].startswith("vs_")
    now = made["created_at"]
    assert now <= made["last_active_at"] <= now + 1
    del made["id"], made["created_at"], made["last_active_at"]
    assert made == {
        "object": "vector_store",
        "name": "",
        "description": None,
        "usage_bytes": 0,
        "file_counts": dict.fromkeys(
            ("in_progress", "completed", "failed", "cancelled", "total"), 0
        ),
        "status": "completed",
        "expires_at": None,
        "metadata": {},
    }


async def test_files_become_searchable(http: httpx.AsyncClient) -> None:
    good = await upload(http, b"Refunds take ten days.", "refunds.md")
    bad = await upload(http, b"\x89PNG\0\0", "logo.png")
    made = await create(http, name="help", file_ids=[good["id"], bad["id"], "file-none"])
    assert made["status"] == "in_progress"
    assert made["file_counts"]["in_progress"] == 2 and made["file_counts"]["failed"] == 1
    await ingested()
    store = await get(http, f"/vector_stores/{made['id']}")
    assert store["status"] == "completed" and store["usage_bytes"] == 22
    assert store["file_counts"] == {
        "in_progress": 0,
        "completed": 1,
        "failed": 2,
        "cancelled": 0,
        "total": 3,
    }
    path = f"/vector_stores/{made['id']}/files"
    files = (await get(http, path))["data"]
    assert [each["id"] for each in files] == ["file-none", bad["id"], good["id"]]
    assert [each["status"] for each in files] == ["failed", "failed", "completed"]
    assert files[0]["last_error"] == {
        "code": "invalid_file",
        "message": "No file found with id 'file-none'.",
    }
    assert files[1]["last_error"]["code"] == "unsupported_file"
    assert files[2] == {
        "id": good["id"],
        "object": "vector_store.file",
        "created_at": files[2]["created_at"],
        "usage_bytes": 22,
        "vector_store_id": made["id"],
        "status": "completed",
        "last_error": None,
        "chunking_strategy": {
            "type": "static",
            "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
        },
        "attributes": {},
    }
    assert (await get(http, f"{path}/{good['id']}")) == files[2]
    content = await get(http, f"{path}/{good['id']}/content")
    assert content["data"] == [{"type": "text", "text": "Refunds take ten days."}]
    failed = await get(http, f"{path}?filter=failed&limit=1")
    assert [each["id"] for each in failed["data"]] == ["file-none"] and failed["has_more"]
    rest = await get(http, f"{path}?filter=failed&after=file-none")
    assert [each["id"] for each in rest["data"]] == [bad["id"]] and not rest["has_more"]
    answer = await http.get(f"{path}?filter=lost")
    assert error_of(answer)["param"] == "filter"


async def test_one_file_after_the_other(http: httpx.AsyncClient) -> None:
    store = (await create(http))["id"]
    path = f"/vector_stores/{store}/files"
    file = (await upload(http, b"one two three " * 100))["id"]
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}
    strategy = {"type": "static", "static": static}
    made = await create(
        http, path, file_id=file, attributes={"year": 2026}, chunking_strategy=strategy
    )
    assert made["status"] == "in_progress" and made["chunking_strategy"] == strategy
    await ingested()
    found = (await create(http, f"/vector_stores/{store}/search", query="two"))["data"]
    assert len(found) == 4 and found[0]["attributes"] == {"year": 2026}
    changed = await create(http, f"{path}/{file}", attributes={"year": 2027, "draft": True})
    assert changed["attributes"] == {"year": 2027, "draft": True}
    assert changed["status"] == "completed"
    # Once more, in larger chunks.
    await create(http, path, file_id=file)
    await ingested()
    found = (await create(http, f"/vector_stores/{store}/search", query="two"))["data"]
    assert len(found) == 1 and found[0]["attributes"] == {}
    assert (await get(http, f"/vector_stores/{store}"))["file_counts"]["total"] == 1
    answer = await http.post(path, json={"file_id": "file-none"})
    assert answer.status_code == 404
    assert error_of(answer)["message"] == "No file found with id 'file-none'."


async def test_what_is_taken_out_is_not_found(http: httpx.AsyncClient) -> None:
    store, (one, two) = await filled(http, "a text", "a text")
    path = f"/vector_stores/{store}"
    answer = await http.delete(f"{path}/files/{one}")
    assert answer.json() == {"id": one, "object": "vector_store.file.deleted", "deleted": True}
    found = (await create(http, f"{path}/search", query="text"))["data"]
    assert [each["file_id"] for each in found] == [two]
    counts = (await get(http, path))["file_counts"]
    assert (counts["completed"], counts["total"]) == (1, 1)
    assert (await http.get(f"{path}/files/{one}")).status_code == 404
    assert (await http.delete(f"{path}/files/{one}")).status_code == 404
    assert (await http.get(f"/files/{one}")).status_code == 200


async def test_a_deleted_file_is_in_no_vector_store(http: httpx.AsyncClient) -> None:
    one, (file,) = await filled(http, "a text")
    two = (await create(http, file_ids=[file]))["id"]
    await ingested()
    assert (await http.delete(f"/files/{file}")).status_code == 200
    for store in one, two:
        assert (await create(http, f"/vector_stores/{store}/search", query="text"))["data"] == []
        found = await get(http, f"/vector_stores/{store}")
        assert found["file_counts"]["total"] == found["usage_bytes"] == 0


async def test_a_deleted_vector_store_leaves_its_files(http: httpx.AsyncClient) -> None:
    store, (file,) = await filled(http, "a text")
    other = (await create(http, file_ids=[file]))["id"]
    answer = await http.delete(f"/vector_stores/{store}")
    assert answer.json() == {"id": store, "object": "vector_store.deleted", "deleted": True}
    for path in "", "/files", f"/files/{file}", f"/files/{file}/content":
        answer = await http.get(f"/vector_stores/{store}{path}")
        assert error_of(answer)["message"] == f"No vector store found with id '{store}'."
    assert (await http.get(f"/files/{file}")).status_code == 200
    await ingested()
    assert (await create(http, f"/vector_stores/{other}/search", query="text"))["data"]
    # The file can be deleted although one of the stores that it was in is gone.
    assert (await http.delete(f"/files/{file}")).status_code == 200


async def test_a_full_vector_store_takes_no_more(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, (file,) = await filled(http, "a text")
    monkeypatch.setattr(membership, "FILES_LIMIT", 2)
    more = [(await upload(http))["id"] for _ in range(2)]
    path = f"/vector_stores/{store}"
    answer = await http.post(f"{path}/file_batches", json={"file_ids": more})
    assert answer.status_code == 400 and "as many as it can hold" in error_of(answer)["message"]
    assert (await get(http, path))["file_counts"]["total"] == 1
    await create(http, f"{path}/files", file_id=more[0])
    await create(http, f"{path}/files", file_id=file)
    assert (await get(http, path))["file_counts"]["total"] == 2


async def test_names_and_metadata_change(http: httpx.AsyncClient) -> None:
    store = (await create(http, name="old", metadata={"a": "b"}))["id"]
    path = f"/vector_stores/{store}"
    assert (await create(http, path, name="new"))["metadata"] == {"a": "b"}
    changed = await create(http, path, name=None, metadata=None)
    assert (changed["name"], changed["metadata"]) == ("", {})
    for body, param in (({"file_ids": []}, "file_ids"), ({"metadata": {"a": 1}}, "metadata.a")):
        answer = await http.post(path, json=body)
        assert error_of(answer)["param"] == param
    assert (await http.post("/vector_stores/vs_none", json={})).status_code == 404


async def test_lists_have_pages(http: httpx.AsyncClient) -> None:
    made = [(await create(http))["id"] for _ in range(5)]
    page = await get(http, f"/vector_stores?limit=2&after={made[3]}")
    assert [each["id"] for each in page["data"]] == [made[2], made[1]] and page["has_more"]


async def test_a_vector_store_expires_when_it_is_not_used(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, (file,) = await filled(http, "a text")
    path = f"/vector_stores/{store}"
    days = {"anchor": "last_active_at", "days": 2}
    changed = await create(http, path, expires_after=days)
    assert changed["expires_after"] == days
    assert changed["expires_at"] == changed["last_active_at"] + 2 * 24 * 3600
    now = time.time()
    _set_time(monkeypatch, now + 1.5 * 24 * 3600)
    assert (await create(http, f"{path}/search", query="text"))["data"]
    _set_time(monkeypatch, now + 3 * 24 * 3600)
    found = await get(http, path)
    assert found["status"] == "completed" and found["last_active_at"] > now + 24 * 3600
    _set_time(monkeypatch, now + 4 * 24 * 3600)
    assert (await get(http, path))["status"] == "expired"
    assert (await create(http, f"{path}/search", query="text"))["data"] == []
    answer = await http.post(f"{path}/files", json={"file_id": file})
    assert answer.status_code == 400 and "has expired" in error_of(answer)["message"]
    # It does not come back.
    assert (await create(http, path, expires_after=None))["status"] == "expired"


def _set_time(monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("", {"file_ids": ["../x"]}, "file_ids[0]"),
        ("", {"file_ids": "x"}, "file_ids"),
        ("", {"expires_after": {"anchor": "created_at", "days": 1}}, "expires_after.anchor"),
        ("", {"expires_after": {"anchor": "last_active_at", "days": 366}}, "expires_after.days"),
        ("/{}/files", {}, "file_id"),
        ("/{}/files", {"file_id": "file-1", "attributes": {"a": None}}, "attributes.a"),
        ("/{}/file_batches", {}, "file_ids"),
        ("/{}/file_batches", {"file_ids": []}, "file_ids"),
        ("/{}/file_batches", {"file_ids": ["a"], "files": [{"file_id": "a"}]}, "files"),
        ("/{}/search", {}, "query"),
        ("/{}/search", {"query": []}, "query"),
        ("/{}/search", {"query": "x", "max_num_results": 51}, "max_num_results"),
        (
            "/{}/search",
            {"query": "x", "filters": {"type": "like", "key": "a", "value": "b"}},
            "filters.type",
        ),
        (
            "/{}/search",
            {"query": "x", "filters": {"type": "and", "filters": [{"type": "eq", "value": 1}]}},
            "filters.filters[0].key",
        ),
    ],
)
async def test_what_will_not_do_is_refused(
    http: httpx.AsyncClient, path: str, body: Json, param: str
) -> None:
    store = (await create(http))["id"]
    answer = await http.post(f"/vector_stores{path.format(store)}", json=body)
    assert answer.status_code == 400
    assert error_of(answer)["param"] == param


async def test_a_batch_is_counted_by_itself(http: httpx.AsyncClient) -> None:
    store, _ = await filled(http, "before")
    path = f"/vector_stores/{store}/file_batches"
    files = [(await upload(http, f"text {n}".encode()))["id"] for n in range(3)]
    made = await create(http, path, file_ids=[*files, "file-none"], attributes={"a": "b"})
    assert made["object"] == "vector_store.files_batch" and made["status"] == "in_progress"
    await ingested()
    found = await get(http, f"{path}/{made['id']}")
    assert found["status"] == "completed" and found["vector_store_id"] == store
    counts = found["file_counts"]
    assert (counts["completed"], counts["failed"], counts["total"]) == (3, 1, 4)
    listed = await get(http, f"{path}/{made['id']}/files?filter=completed&order=asc")
    assert [each["id"] for each in listed["data"]] == files
    assert all(each["attributes"] == {"a": "b"} for each in listed["data"])
    each = [{"file_id": file, "attributes": {"n": n}} for n, file in enumerate(files)]
    again = await create(http, path, files=each)
    await ingested()
    assert (await get(http, f"{path}/{again['id']}"))["file_counts"]["completed"] == 3
    assert (await get(http, f"{path}/{made['id']}"))["file_counts"]["completed"] == 0
    assert (await get(http, f"/vector_stores/{store}"))["file_counts"]["total"] == 5
    assert (await http.get(f"{path}/vsfb_none")).status_code == 404


async def test_who_asks_for_progress_is_told_when_to_ask_again(http: httpx.AsyncClient) -> None:
    file = (await upload(http))["id"]
    answer = await http.post("/vector_stores", json={"file_ids": [file]})
    assert answer.headers["openai-poll-after-ms"] == "200"
    await ingested()
    answer = await http.get(f"/vector_stores/{answer.json()['id']}")
    assert "openai-poll-after-ms" not in answer.headers
