"""The objects about vector stores: their fields, how they change, and how the API shows them."""

import time
from collections.abc import Mapping
from typing import Any

from assistant_tui.server.store.interface import ObjectKind
from assistant_tui.server.store.paging import Json
from assistant_tui.server.vector_stores.chunking import DEFAULT_OVERLAP, DEFAULT_TOKENS

VECTOR_STORE = ObjectKind("vector_store", "vs", members={"file_counts": dict, "metadata": dict})
VECTOR_STORE_FILE = ObjectKind(
    "vector_store.file",
    "file",
    members={"status": str, "chunking_strategy": dict},
    ids_within_parent=True,
)
"""A file in a vector store, which is its parent; the id is that of the file."""
FILE_BATCH = ObjectKind("vector_store.files_batch", "vsfb", members={"file_counts": dict})
"""Its parent is the vector store."""
MEMBERSHIP = ObjectKind("file.vector_store", "vs", ids_within_parent=True)
"""Says that a file, the parent, is in the vector store that has this id."""
INDEX_TASK = ObjectKind("index_task", "task", members={"vector_store_id": str, "file_id": str})
"""Says that the text index may differ from what the objects say about a file in a vector store,
or, without a `file_id`, about the whole vector store."""

STATUSES = ("in_progress", "completed", "failed", "cancelled")
_DAY = 24 * 3600
_STATIC = {"max_chunk_size_tokens": DEFAULT_TOKENS, "chunk_overlap_tokens": DEFAULT_OVERLAP}


def _no_files() -> dict[str, int]:
    return dict.fromkeys((*STATUSES, "total"), 0)


def new_vector_store(body: Json) -> Json:
    """The fields of a vector store without files."""
    return {
        "name": body.get("name") or "",
        "description": body.get("description"),
        "usage_bytes": 0,
        "file_counts": _no_files(),
        "status": "completed",
        "expires_after": body.get("expires_after"),
        "last_active_at": int(time.time()),
        "metadata": body.get("metadata") or {},
    }


def modified_vector_store(store: Json, body: Json) -> Json:
    """The vector store after a modify: absent is unchanged, null is the default again."""
    defaults: Mapping[str, Any] = {"name": "", "metadata": {}, "expires_after": None}
    changes = {key: defaults[key] if value is None else value for key, value in body.items()}
    return {**active(store), **changes}


def active(store: Json) -> Json:
    """The vector store as one that is used just now; what has expired stays so."""
    if is_expired(store):
        return {**store, "status": "expired"}
    return {**store, "last_active_at": int(time.time())}


def is_expired(store: Json) -> bool:
    """Whether nothing is found in it any more."""
    expires_at = _expires_at(store)
    return store["status"] == "expired" or (expires_at is not None and expires_at <= time.time())


def _expires_at(store: Json) -> int | None:
    if store["expires_after"] is None:
        return None
    return int(store["last_active_at"]) + int(store["expires_after"]["days"]) * _DAY


def shown_vector_store(store: Json) -> Json:
    """A vector store as the API shows it."""
    status = "in_progress" if store["file_counts"]["in_progress"] else "completed"
    shown = {
        **store,
        "status": "expired" if is_expired(store) else status,
        "expires_at": _expires_at(store),
    }
    # The document has no null for it.
    return {key: value for key, value in shown.items() if (key, value) != ("expires_after", None)}


def new_file_batch(store_id: str) -> Json:
    """The fields of a batch without files."""
    return {"vector_store_id": store_id, "status": "in_progress", "file_counts": _no_files()}


def shown_file_batch(batch: Json) -> Json:
    """A batch as the API shows it."""
    if batch["status"] == "cancelled" or batch["file_counts"]["in_progress"]:
        return batch
    return {**batch, "status": "completed"}


def new_vector_store_file(store_id: str, spec: Json, batch_id: str) -> Json:
    """The fields of a file that is put into a vector store.

    Args:
        store_id: the vector store.
        spec: what the request says about the file: attributes and chunking strategy.
        batch_id: the batch that puts it there, or empty.
    """
    strategy = spec.get("chunking_strategy") or {"type": "auto"}
    static = strategy.get("static", _STATIC)
    return {
        "usage_bytes": 0,
        "vector_store_id": store_id,
        "status": "in_progress",
        "last_error": None,
        "chunking_strategy": {"type": "static", "static": static},
        "attributes": spec.get("attributes") or {},
        "batch_id": batch_id,
    }


def shown_vector_store_file(file: Json) -> Json:
    """A file in a vector store as the API shows it."""
    return {key: value for key, value in file.items() if key != "batch_id"}


def counted(counter: Json, old: Json | None, new: Json | None) -> Json:
    """A vector store or a batch after one of its files has changed.

    Args:
        counter: the vector store or the batch.
        old: the file before; None if it was not in it.
        new: the file after; None if it is not in it any more.
    """
    counts = dict(counter["file_counts"])
    size = counter.get("usage_bytes", 0)
    for file, sign in ((old, -1), (new, 1)):
        if file is not None:
            counts[file["status"]] += sign
            counts["total"] += sign
            size += sign * file["usage_bytes"]
    changed = {**counter, "file_counts": counts}
    return {**changed, "usage_bytes": size} if "usage_bytes" in counter else changed
