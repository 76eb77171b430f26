"""Events and leases in memory, in transactions that can be taken back."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant_tui.server.store.interface import Event, Lease, StoredEvent


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
