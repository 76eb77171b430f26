"""Makes and changes threads and messages as the API defines them, from checked requests."""

from typing import Any

from assistant_tui.server.assistants import merge_tool_resources
from assistant_tui.server.errors import ApiError
from assistant_tui.server.files.files import find_file
from assistant_tui.server.store.interface import ObjectKind, ObjectWriter
from assistant_tui.server.store.paging import Json
from assistant_tui.server.vector_stores.membership import (
    add_file,
    asks_for_vector_stores,
    create_vector_store,
    find_vector_store,
    with_vector_stores,
)
from assistant_tui.server.vector_stores.objects import is_expired

THREAD = ObjectKind("thread", "thread", members={"tool_resources": dict})
MESSAGE = ObjectKind("thread.message", "msg", members={"content": list})
"""The parent of a message is its thread."""
_ATTACHED_DAYS = 7
"""After which a vector store that was made for attachments expires, if it is not used."""


def create_thread(objects: ObjectWriter, body: Json) -> Json:
    """Keep a new thread with the messages that the request gives; returns the thread."""
    asked = with_vector_stores(objects, body).get("tool_resources")
    resources = merge_tool_resources({}, asked or {})
    fields = {"metadata": body.get("metadata") or {}, "tool_resources": resources}
    thread = objects.create(THREAD, fields)
    for message in body.get("messages") or ():
        create_message(objects, thread["id"], message)
    return objects.get(THREAD, thread["id"]) or thread


def brings_files(body: Json) -> bool:
    """Whether the request for a thread puts files into vector stores."""
    messages = body.get("messages") or ()
    return asks_for_vector_stores(body) or any(each.get("attachments") for each in messages)


def modified_thread(thread: Json, body: Json) -> Json:
    """The thread after a modify: absent is unchanged, null is the default again."""
    changed = dict(thread)
    if "metadata" in body:
        changed["metadata"] = body["metadata"] or {}
    if "tool_resources" in body:
        given = body["tool_resources"]
        changed["tool_resources"] = (
            {} if given is None else merge_tool_resources(thread["tool_resources"], given)
        )
    return changed


def with_metadata(kept: Json, body: Json) -> Json:
    """A message or a run after a modify, which can change nothing but the metadata."""
    return {**kept, "metadata": body["metadata"] or {}} if "metadata" in body else kept


def create_message(objects: ObjectWriter, thread_id: str, body: Json) -> Json:
    """Keep a message that a client gives; it is completed at once.

    Raises ApiError if a file that is to be searched does not exist.
    """
    message = objects.create(MESSAGE, _message_fields(thread_id, body), parent=thread_id)
    completed = {**message, "completed_at": message["created_at"]}
    objects.replace(MESSAGE, completed)
    searched = [
        attachment["file_id"]
        for attachment in completed["attachments"]
        if any(tool["type"] == "file_search" for tool in attachment["tools"])
    ]
    if searched:
        _make_searchable(objects, thread_id, searched)
    return completed


def _make_searchable(objects: ObjectWriter, thread_id: str, file_ids: list[str]) -> None:
    """Put files into the vector store of a thread; one is made if it has none."""
    thread = objects.get(THREAD, thread_id)
    assert thread is not None
    resources = thread["tool_resources"]
    (store_id,) = resources.get("file_search", {}).get("vector_store_ids") or [""]
    store = find_vector_store(objects, store_id)
    if store is None or is_expired(store):
        expires_after = {"anchor": "last_active_at", "days": _ATTACHED_DAYS}
        store = create_vector_store(objects, {"expires_after": expires_after})
        file_search = {"vector_store_ids": [store["id"]]}
        changed = {**thread, "tool_resources": {**resources, "file_search": file_search}}
        objects.replace(THREAD, changed)
    for file_id in dict.fromkeys(file_ids):
        if find_file(objects, file_id) is None:
            message = f"No file found with id '{file_id}'."
            raise ApiError(message, status=404, param="attachments")
        add_file(objects, store["id"], {"file_id": file_id})


def _message_fields(thread_id: str, body: Json) -> Json:
    content = body["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return {
        "thread_id": thread_id,
        "status": "completed",
        "incomplete_details": None,
        "completed_at": None,
        "incomplete_at": None,
        "role": body["role"],
        "content": [_part(part) for part in parts],
        "assistant_id": None,
        "run_id": None,
        "attachments": body.get("attachments") or [],
        "metadata": body.get("metadata") or {},
    }


def _part(part: Json) -> Json:
    if part["type"] == "text":
        return text_part(part["text"])
    kind = part["type"]
    return {"type": kind, kind: {"detail": "auto", **part[kind]}}


def text_part(text: str, annotations: list[Any] | None = None) -> Json:
    """A text as messages hold it."""
    return {"type": "text", "text": {"value": text, "annotations": annotations or []}}


def running_message(run: Json) -> Json:
    """The fields of a message that a run begins to write."""
    return {
        "thread_id": run["thread_id"],
        "status": "in_progress",
        "incomplete_details": None,
        "completed_at": None,
        "incomplete_at": None,
        "role": "assistant",
        "content": [],
        "assistant_id": run["assistant_id"],
        "run_id": run["id"],
        "attachments": [],
        "metadata": {},
    }
