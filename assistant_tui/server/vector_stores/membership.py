"""Puts files into vector stores and takes them out, within a transaction of the store.

Each change leaves a task behind, in the same transaction: the ingestion reads it and brings the
text index in line, now or after the program has been started again.
"""

from collections.abc import Iterator

from assistant_tui.server.errors import ApiError
from assistant_tui.server.files.files import find_file
from assistant_tui.server.store.interface import ObjectKind, ObjectReader, ObjectWriter
from assistant_tui.server.store.paging import Json, PageQuery
from assistant_tui.server.vector_stores.objects import (
    FILE_BATCH,
    INDEX_TASK,
    MEMBERSHIP,
    VECTOR_STORE,
    VECTOR_STORE_FILE,
    active,
    counted,
    is_expired,
    new_vector_store,
    new_vector_store_file,
)

FILES_LIMIT = 10_000
"""Files in one vector store, as many as the API takes."""
_PAGE = 500


def find_vector_store(objects: ObjectReader, store_id: str) -> Json | None:
    """The vector store that has this id, which may be any text that a client has sent."""
    return objects.get(VECTOR_STORE, store_id) if store_id.isascii() else None


def create_vector_store(objects: ObjectWriter, body: Json) -> Json:
    """Make a vector store with the files that the request names; returns it."""
    store = objects.create(VECTOR_STORE, new_vector_store(body))
    for file_id in dict.fromkeys(body.get("file_ids") or ()):
        add_file(objects, store["id"], {**body, "file_id": file_id, "attributes": {}})
    found = objects.get(VECTOR_STORE, store["id"])
    assert found is not None
    return found


def asks_for_vector_stores(body: Json) -> bool:
    """Whether the `tool_resources` of a request ask for vector stores to be made."""
    file_search = (body.get("tool_resources") or {}).get("file_search") or {}
    return bool(file_search.get("vector_stores"))


def with_vector_stores(objects: ObjectWriter, body: Json) -> Json:
    """A request with the vector stores made that its `tool_resources` ask for.

    They stand in it by their ids then, in place of `vector_stores`.
    """
    resources = body.get("tool_resources") or {}
    rest = dict(resources.get("file_search") or {})
    asked = rest.pop("vector_stores", None)
    if asked is None:
        return body
    known = ("file_ids", "chunking_strategy", "metadata")  # others are kept out, as elsewhere below
    specs = [{key: each[key] for key in known if key in each} for each in asked]
    made = [create_vector_store(objects, spec)["id"] for spec in specs]
    file_search = {**rest, "vector_store_ids": made}
    return {**body, "tool_resources": {**resources, "file_search": file_search}}


def add_file(objects: ObjectWriter, store_id: str, spec: Json, batch_id: str = "") -> Json:
    """Put a file into a vector store, anew if it is there already; returns it.

    A file that does not exist fails at once. Raises ApiError if the vector store is full.

    Args:
        objects: the transaction.
        store_id: the vector store, which must be there.
        spec: what the request says about it, with its `file_id`.
        batch_id: the batch that it belongs to, or empty.
    """
    file_id = spec["file_id"]
    remove_file(objects, store_id, file_id)
    _check_room(objects, store_id)
    fields = new_vector_store_file(store_id, spec, batch_id)
    if find_file(objects, file_id) is None:
        message = f"No file found with id '{file_id}'."
        fields["status"] = "failed"
        fields["last_error"] = {"code": "invalid_file", "message": message}
    made = objects.create(VECTOR_STORE_FILE, fields, store_id, file_id)
    objects.create(MEMBERSHIP, {}, file_id, store_id)
    _count(objects, store_id, None, made)
    _leave_task(objects, store_id, file_id)
    return made


def change_file(objects: ObjectWriter, old: Json, new: Json) -> None:
    """Put a file in a vector store in the place of what it was."""
    objects.replace(VECTOR_STORE_FILE, new, new["vector_store_id"])
    _count(objects, new["vector_store_id"], old, new)


def remove_file(objects: ObjectWriter, store_id: str, file_id: str) -> bool:
    """Take a file out of a vector store; False if it is not in it."""
    old = objects.get(VECTOR_STORE_FILE, file_id, store_id)
    if old is None:
        return False
    objects.delete(VECTOR_STORE_FILE, file_id, store_id)
    objects.delete(MEMBERSHIP, store_id, file_id)
    _count(objects, store_id, old, None)
    _leave_task(objects, store_id, file_id)
    return True


def remove_from_all(objects: ObjectWriter, file_id: str) -> None:
    """Take a file out of all vector stores, because it is deleted."""
    for store_id in objects.delete_all(MEMBERSHIP, file_id):
        remove_file(objects, store_id, file_id)


def delete_vector_store(objects: ObjectWriter, store_id: str) -> bool:
    """Delete a vector store, but not the files in it; False if there is none."""
    if not objects.delete(VECTOR_STORE, store_id):
        return False
    for file_id in objects.delete_all(VECTOR_STORE_FILE, store_id):
        objects.delete(MEMBERSHIP, store_id, file_id)
    objects.delete_all(FILE_BATCH, store_id)
    _leave_task(objects, store_id, "")
    return True


def read_all_again(objects: ObjectWriter) -> bool:
    """Let all files that are searchable be read anew; False if there are none."""
    found = False
    for store in _all(objects, VECTOR_STORE, ""):
        if is_expired(store) or not store["file_counts"]["completed"]:
            continue
        for file in _all(objects, VECTOR_STORE_FILE, store["id"]):
            if file["status"] == "completed":
                found = True
                change_file(objects, file, {**file, "status": "in_progress", "usage_bytes": 0})
                _leave_task(objects, store["id"], file["id"])
    return found


def _all(objects: ObjectReader, kind: ObjectKind, parent: str) -> Iterator[Json]:
    """All objects of a kind with this parent, oldest first."""
    query = PageQuery(limit=_PAGE, ascending=True)
    while True:
        page = objects.page(kind, query, parent)
        yield from page.data
        if not page.has_more:
            return
        query = PageQuery(limit=_PAGE, ascending=True, after=page.data[-1]["id"])


def _check_room(objects: ObjectReader, store_id: str) -> None:
    store = objects.get(VECTOR_STORE, store_id)
    if store is not None and store["file_counts"]["total"] >= FILES_LIMIT:
        message = f"Vector store '{store_id}' has {FILES_LIMIT:,} files, as many as it can hold."
        raise ApiError(message, code="file_limit_exceeded")


def _leave_task(objects: ObjectWriter, store_id: str, file_id: str) -> None:
    objects.create(INDEX_TASK, {"vector_store_id": store_id, "file_id": file_id, "until": 0.0})


def _count(objects: ObjectWriter, store_id: str, old: Json | None, new: Json | None) -> None:
    store = objects.get(VECTOR_STORE, store_id)
    assert store is not None
    objects.replace(VECTOR_STORE, active(counted(store, old, new)))
    batch_id = (new or old or {})["batch_id"]
    batch = objects.get(FILE_BATCH, batch_id, store_id) if batch_id else None
    if batch is not None:
        objects.replace(FILE_BATCH, counted(batch, old, new), store_id)
