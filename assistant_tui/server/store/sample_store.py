"""A throw-away store of sample assistants, for a demo: any number of them, nothing on disk."""

import threading
import time
from collections.abc import Callable, Iterator

from assistant_tui.core.assistants.samples import sample, sample_index
from assistant_tui.server.assistants import Json, new_id
from assistant_tui.server.store.paging import Page, PageQuery, SequenceRange, read_page, take_page


class SampleStore:
    """``count`` samples, made when they are read, below what was edited, created and deleted.

    The sequence of sample ``i`` is ``-i``: sample 0 is the newest, and what is created counts on
    from 1. A page costs its own length (and the deleted assistants that it passes).
    """

    def __init__(self, count: int, *, clock: Callable[[], float] = time.time) -> None:
        self._oldest = 1 - count
        self._clock = clock
        self._lock = threading.Lock()
        self._changed: dict[int, Json | None] = {}
        """By sequence: what is not, or no longer, as the sample; None is deleted."""
        self._created: dict[str, int] = {}
        """The sequences of created assistants, deleted ones included."""
        self._latest = sample(0)["created_at"] if count else 0

    def create(self, fields: Json) -> Json:
        with self._lock:
            self._latest = max(int(self._clock()), self._latest)
            head = {"id": new_id("asst"), "object": "assistant", "created_at": self._latest}
            assistant = {**head, **fields}
            sequence = len(self._created) + 1
            self._created[assistant["id"]] = sequence
            self._changed[sequence] = assistant
            return assistant

    def get(self, assistant_id: str) -> Json | None:
        with self._lock:
            return self._read(self._sequence(assistant_id))

    def page(self, query: PageQuery) -> Page:
        with self._lock:
            return read_page(query, self._sequence, self._walk)

    def modify(self, assistant_id: str, change: Callable[[Json], Json]) -> Json | None:
        with self._lock:
            sequence = self._sequence(assistant_id)
            assistant = self._read(sequence)
            if sequence is None or assistant is None:
                return None
            self._changed[sequence] = changed = change(assistant)
            return changed

    def delete(self, assistant_id: str) -> bool:
        with self._lock:
            sequence = self._sequence(assistant_id)
            if sequence is None or self._read(sequence) is None:
                return False
            self._changed[sequence] = None
            return True

    def _sequence(self, assistant_id: str) -> int | None:
        if assistant_id in self._created:
            return self._created[assistant_id]
        index = sample_index(assistant_id)
        return None if index is None or -index < self._oldest else -index

    def _read(self, sequence: int | None) -> Json | None:
        if sequence is None:
            return None
        return self._changed[sequence] if sequence in self._changed else sample(-sequence)

    def _walk(self, stretch: SequenceRange) -> Page:
        # The size of a sample is not worth the time to find out.
        return take_page(((0, item) for item in self._living(stretch)), stretch.limit)

    def _living(self, stretch: SequenceRange) -> Iterator[Json]:
        first = self._oldest if stretch.above is None else stretch.above + 1
        last = len(self._created) if stretch.below is None else stretch.below - 1
        sequences = range(first, last + 1)
        for sequence in sequences if stretch.upwards else reversed(sequences):
            assistant = self._read(sequence)
            if assistant is not None:
                yield assistant
