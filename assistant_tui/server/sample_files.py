"""Puts the files and vector stores into a demo that its samples name."""

from assistant_tui.core.assistants.sample_files import (
    SAMPLE_FILES,
    SAMPLE_VECTOR_STORES,
    SampleFile,
)
from assistant_tui.server.files.files import FILE
from assistant_tui.server.sample_store import SampleStore
from assistant_tui.server.store.interface import ObjectWriter
from assistant_tui.server.vector_stores.membership import add_file, change_file
from assistant_tui.server.vector_stores.objects import VECTOR_STORE, new_vector_store


def add_sample_files(store: SampleStore) -> None:
    """Add them, as if they had been uploaded and read; the first search makes the index."""
    folder = store.files_folder()
    for file in SAMPLE_FILES:
        (folder / file.id).write_text(file.text, encoding="utf-8")
    store.write(_add_objects)


def _add_objects(objects: ObjectWriter) -> None:
    for file in SAMPLE_FILES:
        size = _size(file)
        fields = {"filename": file.name, "purpose": "assistants", "status": "processed"}
        objects.create(FILE, {"bytes": size, **fields, "expires_in": None}, object_id=file.id)
    sizes = {file.id: _size(file) for file in SAMPLE_FILES}
    for each in SAMPLE_VECTOR_STORES:
        objects.create(VECTOR_STORE, new_vector_store({"name": each.name}), object_id=each.id)
        for file_id in each.file_ids:
            added = add_file(objects, each.id, {"file_id": file_id})
            read = {**added, "status": "completed", "usage_bytes": sizes[file_id]}
            change_file(objects, added, read)


def _size(file: SampleFile) -> int:
    return len(file.text.encode())
