"""Keeps the text index in line with the vector stores where no task says what has changed.

An index that is empty though files are searchable was lost: it was damaged, removed, or not copied
with the store. The files count as not read yet then, and are read again. What is in it of vector
stores that have expired meanwhile is removed.
"""

from assistant_tui.server.store.interface import ObjectReader, Store
from assistant_tui.server.vector_stores.membership import find_vector_store, read_all_again
from assistant_tui.server.vector_stores.objects import is_expired
from assistant_tui.server.vector_stores.text_index import TextIndex


class IndexRecovery:
    """The index of one store. Methods block and raise StoreError."""

    def __init__(self, store: Store, index: TextIndex) -> None:
        self._store = store
        self._index = index
        self._is_checked = False

    def note_loss(self) -> None:
        """Look anew, after an IndexLost."""
        self._is_checked = False

    def check(self) -> bool:
        """Have all files read again if the index is lost; whether there are tasks to do so.

        After the first time this costs nothing, until a loss is noted.
        """
        if self._is_checked:
            return False
        lost = self._index.is_empty() and self._store.write(read_all_again)
        self._is_checked = True
        return lost

    def remove_expired(self) -> None:
        """Remove from the index what is in vector stores in which nothing is found any more."""
        store_ids = self._index.vector_store_ids()

        def over(objects: ObjectReader) -> list[str]:
            return [store_id for store_id in store_ids if _is_over(objects, store_id)]

        for store_id in self._store.read(over) if store_ids else ():
            self._index.remove(store_id)


def _is_over(objects: ObjectReader, store_id: str) -> bool:
    """Whether a vector store has expired, and none of its files is being read."""
    store = find_vector_store(objects, store_id)
    return store is not None and is_expired(store) and not store["file_counts"]["in_progress"]
