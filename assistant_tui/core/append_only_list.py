"""Sequences that share their items between snapshots: appending costs what is added."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import eq
from typing import Protocol, Self, TypeVar, overload


class Identified(Protocol):
    """An item that has an id."""

    @property
    def id(self) -> str:
        """Unique within its sequence."""
        ...


Item = TypeVar("Item", bound=Identified)


class SequenceView(Sequence[Item]):
    """A sequence computed from other sequences; a slice of it is a tuple."""

    __slots__ = ()

    def at(self, position: int) -> Item:
        """The item at a position from 0 on."""
        raise NotImplementedError

    @overload
    def __getitem__(self, key: int) -> Item: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, key: int | slice) -> Item | tuple[Item, ...]:
        places = range(len(self))[key]
        return self.at(places) if isinstance(places, int) else tuple(map(self.at, places))

    def __iter__(self) -> Iterator[Item]:
        return map(self.at, range(len(self)))

    def __reversed__(self) -> Iterator[Item]:
        return map(self.at, range(len(self) - 1, -1, -1))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return self is other or (len(self) == len(other) and all(map(eq, self, other)))

    def __repr__(self) -> str:
        return f"<{len(self)} items>"


class AppendOnlyList(SequenceView[Item]):
    """The first items of a list that is only appended to; snapshots share that list."""

    __slots__ = ("_count", "_held", "_places")

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._held = list(items)
        self._places = {item.id: place for place, item in enumerate(self._held)}
        self._count = len(self._held)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Item]:
        return islice(self._held, self._count)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, AppendOnlyList) and other._held is self._held:
            return self._count == other._count
        return super().__eq__(other)

    def at(self, position: int) -> Item:
        """The item at a position from 0 on."""
        return self._held[position]

    def place(self, identity: str) -> int | None:
        """Where an item stands; None if it is not here."""
        place = self._places.get(identity)
        return None if place is None or place >= self._count else place

    def get(self, identity: str) -> Item | None:
        """The item with an id; None if it is not here."""
        place = self.place(identity)
        return None if place is None else self._held[place]

    def continues(self, former: Self) -> bool:
        """Whether these are the same items as those of a former snapshot, and perhaps more."""
        return self._held is former._held and self._count >= former._count

    def plus(self, items: Iterable[Item]) -> Self:
        """Append items with new ids; copies the list only if another snapshot has appended."""
        base = self if len(self._held) == self._count else type(self)(self)
        for item in items:
            base._places[item.id] = len(base._held)
            base._held.append(item)
        return base.first(len(base._held))

    def first(self, count: int) -> Self:
        """The first so many of these."""
        snapshot = type(self)()
        snapshot._held, snapshot._places, snapshot._count = self._held, self._places, count
        return snapshot

    def put(self, place: int, item: Item) -> Self:
        """Replace the item at a place by another one with the same id."""
        changed = type(self)()
        changed._held, changed._places = list(self), self._places.copy()
        changed._held[place], changed._count = item, self._count
        return changed


class ReversedView(SequenceView[Item]):
    """The items of a sequence in reverse order."""

    __slots__ = ("_items",)

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return reversed(self._items)

    def at(self, position: int) -> Item:
        """The item at a position from 0 on."""
        return self._items[-1 - position]


class ConcatenatedView(SequenceView[Item]):
    """The items of one sequence, then those of another."""

    __slots__ = ("_one", "_other")

    def __init__(self, one: Sequence[Item], other: Sequence[Item]) -> None:
        self._one = one
        self._other = other

    def __len__(self) -> int:
        return len(self._one) + len(self._other)

    def __iter__(self) -> Iterator[Item]:
        return chain(self._one, self._other)

    def at(self, position: int) -> Item:
        """The item at a position from 0 on."""
        beyond = position - len(self._one)
        return self._one[position] if beyond < 0 else self._other[beyond]
