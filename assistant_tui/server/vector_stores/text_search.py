"""Text search in vector stores: which chunks have the words of a query."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant_tui.server.files.contents import FileContents
from assistant_tui.server.files.files import find_file
from assistant_tui.server.store.interface import ObjectReader, ObjectWriter, Store
from assistant_tui.server.store.paging import Json
from assistant_tui.server.vector_stores.index_recovery import IndexRecovery
from assistant_tui.server.vector_stores.ingestion import Ingestion
from assistant_tui.server.vector_stores.membership import find_vector_store
from assistant_tui.server.vector_stores.objects import (
    VECTOR_STORE,
    VECTOR_STORE_FILE,
    active,
    is_expired,
)
from assistant_tui.server.vector_stores.text_index import IndexLost, TextIndex
from assistant_tui.server.vector_stores.text_query import FoundChunk

DEFAULT_RESULTS = 20
_ACTIVE_SECONDS = 60
"""How exactly it is written down when a vector store was last searched."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A chunk that was found."""

    vector_store_id: str
    file_id: str
    filename: str
    attributes: Mapping[str, Any]
    """Of the file in its vector store."""
    score: float
    """From 0 to 1: the share of the query's words that the chunk has, rare words weighing more."""
    text: str
    start: int
    """Where the chunk begins in the text of the file, in characters."""
    end: int


class TextSearch:
    """Searches the vector stores of one store. Methods block and raise StoreError."""

    def __init__(self, store: Store, contents: FileContents) -> None:
        self._store = store
        self._contents = contents

    @cached_property
    def _index(self) -> TextIndex:
        return TextIndex(self._store.files_folder() / "text_index.db")

    @cached_property
    def _recovery(self) -> IndexRecovery:
        return IndexRecovery(self._store, self._index)

    @cached_property
    def _ingestion(self) -> Ingestion:
        return Ingestion(self._store, self._contents, self._index, self._recovery)

    @contextmanager
    def _checked_index(self) -> Iterator[TextIndex]:
        """The index; where it is or gets lost, the files are read again."""
        try:
            if self._recovery.check():
                self.wake()
            yield self._index
        except IndexLost:
            self._recovery.note_loss()
            self.wake()
            raise

    def wake(self) -> None:
        """Let what was put into vector stores, or taken out, be read; does not block.

        To be called after each transaction that has changed which files are in vector stores.
        """
        self._ingestion.wake()

    def close(self) -> None:
        """Let go of what :meth:`wake` has begun, before the store is closed."""
        self._ingestion.close()

    def text(self, vector_store_id: str, file_id: str) -> str:
        """All the text that was read from a file in a vector store."""
        with self._checked_index() as index:
            return index.text(vector_store_id, file_id)

    def is_ready(self, vector_store_ids: Sequence[str]) -> bool:
        """Whether all files in these vector stores are read, or have failed."""
        with self._checked_index():
            vector_stores = self._unexpired(vector_store_ids)
        is_waiting = any(store["file_counts"]["in_progress"] for store in vector_stores)
        if is_waiting:
            self.wake()
        return not is_waiting

    def search(
        self,
        vector_store_ids: Sequence[str],
        query: str | Sequence[str],
        *,
        max_num_results: int = DEFAULT_RESULTS,
        ranking_options: Mapping[str, Any] | None = None,
        is_wanted: Callable[[Json], bool] = lambda file: True,
    ) -> list[SearchResult]:
        """The chunks that fit a query best, best first.

        Args:
            vector_store_ids: where to look; those that are expired or not there are left out.
            query: any text, in which nothing has a special meaning; or several, of which each
                finds its own.
            max_num_results: how many at most.
            ranking_options: as the API has them; no result has a lower score than the
                `score_threshold`.
            is_wanted: whether a file in a vector store, given as its object, may be found.
        """
        threshold = (ranking_options or {}).get("score_threshold") or 0.0
        vector_stores = self._unexpired(vector_store_ids)
        self._note_use(vector_stores)
        files = _Files(self._store, is_wanted)
        best: dict[tuple[str, str, int], FoundChunk] = {}
        unexpired_ids = [each["id"] for each in vector_stores]
        with self._checked_index() as index:
            found_chunks = [
                found
                for each in ([query] if isinstance(query, str) else query)
                for found in index.search(unexpired_ids, each, files.has)
            ]
        for found in found_chunks:
            chunk_key = (found.vector_store_id, found.file_id, found.chunk.start)
            former = best.get(chunk_key)
            if found.score >= max(threshold, former.score if former is not None else 0.0):
                best[chunk_key] = found
        ordered = sorted(best.values(), key=lambda found: -found.score)
        return [files.result(found) for found in ordered[: int(max_num_results)]]

    def _unexpired(self, store_ids: Sequence[str]) -> list[Json]:
        """Those of these vector stores that can be searched."""
        vector_stores = self._store.read(lambda objects: _existing(objects, store_ids))
        unexpired = [store for store in vector_stores if not is_expired(store)]
        if len(unexpired) < len(vector_stores):
            self.wake()  # what is left of the others in the index is removed
        return unexpired

    def _note_use(self, vector_stores: Sequence[Json]) -> None:
        """Write down that the vector stores are used, which puts off when they expire."""
        before = time.time() - _ACTIVE_SECONDS
        if not any(store["last_active_at"] < before for store in vector_stores):
            return

        def note(objects: ObjectWriter) -> None:
            for store in _existing(objects, [each["id"] for each in vector_stores]):
                objects.replace(VECTOR_STORE, active(store))

        self._store.write(note)


class _Files:
    """The files that one search has met."""

    def __init__(self, store: Store, is_wanted: Callable[[Json], bool]) -> None:
        self._store = store
        self._is_wanted = is_wanted
        self._found: dict[tuple[str, str], tuple[Json, Json]] = {}

    def has(self, store_id: str, file_id: str) -> bool:
        """Whether what is in the index of this file is still to be found."""
        found = self._store.read(lambda objects: _find(objects, store_id, file_id))
        if found is None or not self._is_wanted(found[0]):
            return False
        self._found[store_id, file_id] = found
        return True

    def result(self, found: FoundChunk) -> SearchResult:
        """A chunk with what is known of its file."""
        member, file = self._found[found.vector_store_id, found.file_id]
        return SearchResult(
            found.vector_store_id,
            found.file_id,
            file["filename"],
            member["attributes"],
            found.score,
            found.chunk.text,
            found.chunk.start,
            found.chunk.end,
        )


def _existing(objects: ObjectReader, store_ids: Sequence[str]) -> list[Json]:
    found = (find_vector_store(objects, each) for each in dict.fromkeys(store_ids))
    return [store for store in found if store is not None]


def _find(objects: ObjectReader, store_id: str, file_id: str) -> tuple[Json, Json] | None:
    """A file in a vector store and the file itself, if both are there."""
    member, file = objects.get(VECTOR_STORE_FILE, file_id, store_id), find_file(objects, file_id)
    if member is None or file is None or member["status"] != "completed":
        return None
    return member, file
