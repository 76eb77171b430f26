"""A throw-away store of sample assistants, for a demo: any number of them, nothing on disk."""

import shutil
import tempfile
import threading
import time
import weakref
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from assistant_tui.core.assistants.samples import sample, sample_index
from assistant_tui.server.assistants import ASSISTANT
from assistant_tui.server.store.interface import (
    Event,
    Lease,
    ObjectKind,
    ObjectReader,
    ObjectWriter,
    StoredEvent,
    new_id,
)
from assistant_tui.server.store.paging import (
    Json,
    PageQuery,
    SequenceRange,
    StoredPage,
    read_page,
    take_page,
)


class MemoryTransaction:
    """The logs and leases of a store that keeps nothing on disk, in a transaction."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._logs: dict[str, list[StoredEvent]] = {}
        self._last_events: dict[str, float] = {}
        """By log: when its last event was added, in Unix seconds."""
        self._leases: dict[str, Lease] = {}
        self._undo: list[Callable[[], object]] = []
        """What takes the transaction back, in the order of its changes."""

    def begin(self) -> None:
        """Begin a transaction that writes."""
        self._undo.clear()

    def roll_back(self) -> None:
        """Take back what was done since the transaction began."""
        while self._undo:
            self._undo.pop()()

    def events(self, log: str, after: int, limit: int) -> list[StoredEvent]:
        """See ObjectReader.events."""
        return self._logs.get(log, [])[after : after + limit]

    def append(self, log: str, events: Sequence[Event]) -> list[StoredEvent]:
        """See ObjectWriter.append."""
        kept, before = self._logs.setdefault(log, []), len(self._logs[log])
        stored = [StoredEvent(number, *event) for number, event in enumerate(events, before + 1)]
        kept += stored
        self._last_events[log] = self._clock()
        self._undo.append(lambda: kept.__delitem__(slice(before, None)))
        return stored

    def forget_events(self, before: float) -> None:
        """See ObjectWriter.forget_events; this is not taken back."""
        for log in [log for log, last in self._last_events.items() if last < before]:
            del self._logs[log], self._last_events[log]

    def leases(self) -> list[Lease]:
        """See ObjectReader.leases."""
        return [*self._leases.values()]

    def lease(self, key: str) -> Lease | None:
        """See ObjectReader.lease."""
        return self._leases.get(key)

    def put_lease(self, lease: Lease) -> None:
        """See ObjectWriter.put_lease."""
        self._keep_leases({**self._leases, lease.key: lease})

    def renew_leases(self, owner: str, until: float) -> None:
        """See ObjectWriter.renew_leases."""
        self._keep_leases(
            {
                key: replace(lease, until=until) if lease.owner == owner else lease
                for key, lease in self._leases.items()
            }
        )

    def drop_lease(self, key: str) -> None:
        """See ObjectWriter.drop_lease."""
        self._keep_leases({held: each for held, each in self._leases.items() if held != key})

    def _keep_leases(self, leases: dict[str, Lease]) -> None:
        before, self._leases = self._leases, leases
        self._undo.append(lambda: setattr(self, "_leases", before))


Result = TypeVar("Result")


class SampleStore:
    """`count` samples, made when they are read, below what was edited, created and deleted."""

    def __init__(self, count: int, *, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.Lock()
        self._objects = _Objects(count, clock)
        self._folder: Path | None = None

    def files_folder(self) -> Path:
        """See Store.files_folder; this one is removed with the store, or with the process."""
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="assistant-tui-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            return self._folder

    def read(self, look: Callable[[ObjectReader], Result]) -> Result:
        """See Store.read."""
        with self._lock:
            return look(self._objects)

    def write(self, change: Callable[[ObjectWriter], Result], *, durable: bool = True) -> Result:
        """See Store.write."""
        with self._lock:
            self._objects.begin()
            try:
                return change(self._objects)
            except BaseException:
                self._objects.roll_back()
                raise


class _Objects(MemoryTransaction):
    """The samples and what was done since, in a transaction.

    The sequence of sample `i` is `-i`: sample 0 is the newest, and what is created counts on
    from 1. A page costs its own length (and the deleted objects that it passes).
    """

    def __init__(self, count: int, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self._oldest = 1 - count
        self._changed: dict[int, Json | None] = {}
        """By sequence: what is not, or no longer, as the sample; None is deleted."""
        self._created: dict[str, tuple[int, str, str]] = {}
        """By key: sequence, kind and parent of what was created, deleted objects included."""
        self._last_sequence = 0
        self._lists: dict[tuple[str, str], list[int]] = {}
        """By kind and parent: the sequences of what was created, in their order."""
        self._latest = sample(0)["created_at"] if count else 0

    def get(self, kind: ObjectKind, object_id: str, parent: str = "") -> Json | None:
        """See ObjectReader.get."""
        return self._at(self._sequence(kind, object_id, parent))

    def page(
        self,
        kind: ObjectKind,
        query: PageQuery,
        parent: str = "",
        wanted: Callable[[Json], bool] | None = None,
    ) -> StoredPage:
        """See ObjectReader.page."""

        def read_range(range_: SequenceRange) -> StoredPage:
            living = self._living(self._sequences(kind, parent, range_))
            found = living if wanted is None else filter(wanted, living)
            # The size of a sample is not worth the time to find out.
            return take_page(((0, each) for each in found), range_.limit)

        return read_page(
            kind.noun, query, lambda cursor: self._sequence(kind, cursor, parent), read_range
        )

    def create(self, kind: ObjectKind, fields: Json, parent: str = "", object_id: str = "") -> Json:
        """See ObjectWriter.create."""
        self._latest = max(int(self._clock()), self._latest)
        object_id = object_id or new_id(kind.id_prefix)
        head = {"id": object_id, "object": kind.name, "created_at": self._latest}
        new = {**head, **fields}
        self._last_sequence += 1
        sequence = self._last_sequence
        members = self._lists.setdefault((kind.name, parent), [])
        members.append(sequence)
        self._undo.append(members.pop)
        self._place(kind.key(object_id, parent), (sequence, kind.name, parent))
        self._put(sequence, new)
        return new

    def replace(self, kind: ObjectKind, new: Json, parent: str = "") -> None:
        """See ObjectWriter.replace."""
        made = self._created.get(kind.key(new["id"], parent))
        sequence = self._sequence(kind, new["id"], made[2] if made else "")
        assert sequence is not None
        self._put(sequence, new)

    def delete(self, kind: ObjectKind, object_id: str, parent: str = "") -> bool:
        """See ObjectWriter.delete."""
        sequence = self._sequence(kind, object_id, parent)
        if sequence is None or self._at(sequence) is None:
            return False
        self._put(sequence, None)
        return True

    def delete_all(self, kind: ObjectKind, parent: str) -> list[str]:
        """See ObjectWriter.delete_all."""
        sequences = self._lists.get((kind.name, parent), [])
        living = [each["id"] for each in self._living(sequences)]
        for object_id in living:
            self.delete(kind, object_id, parent)
        return living

    def _place(self, key: str, place: tuple[int, str, str]) -> None:
        if key in self._created:  # of a deleted object, whose id is given again
            former = self._created[key]
            self._undo.append(lambda: self._created.update({key: former}))
        else:
            self._undo.append(lambda: self._created.pop(key))
        self._created[key] = place

    def _put(self, sequence: int, new: Json | None) -> None:
        if sequence in self._changed:
            old = self._changed[sequence]
            self._undo.append(lambda: self._changed.update({sequence: old}))
        else:
            self._undo.append(lambda: self._changed.pop(sequence))
        self._changed[sequence] = new

    def _sequence(self, kind: ObjectKind, object_id: str, parent: str) -> int | None:
        key = kind.key(object_id, parent)
        if key in self._created:
            sequence, *place = self._created[key]
            return sequence if place == [kind.name, parent] else None
        index = sample_index(object_id) if kind is ASSISTANT else None
        return None if index is None or -index < self._oldest else -index

    def _at(self, sequence: int | None) -> Json | None:
        if sequence is None:
            return None
        return self._changed[sequence] if sequence in self._changed else sample(-sequence)

    def _sequences(self, kind: ObjectKind, parent: str, range_: SequenceRange) -> Iterable[int]:
        made = self._lists.get((kind.name, parent), [])
        start = 0 if range_.above is None else bisect_right(made, range_.above)
        end = len(made) if range_.below is None else bisect_left(made, range_.below)
        samples = self._samples(range_) if kind is ASSISTANT and not parent else range(0)
        if range_.ascending:
            return chain(samples, (made[index] for index in range(start, end)))
        return chain((made[index] for index in reversed(range(start, end))), reversed(samples))

    def _samples(self, range_: SequenceRange) -> range:
        first = self._oldest if range_.above is None else max(self._oldest, range_.above + 1)
        last = 0 if range_.below is None else min(0, range_.below - 1)
        return range(first, last + 1)

    def _living(self, sequences: Iterable[int]) -> Iterator[Json]:
        for sequence in sequences:
            found = self._at(sequence)
            if found is not None:
                yield found
