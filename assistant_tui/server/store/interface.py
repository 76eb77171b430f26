"""What the server needs of a store: objects by kind and parent, read and changed in transactions.

A store keeps JSON objects. Each has a kind (an assistant, a thread, a message), an id, and either
no parent or the id of the object that it belongs to. Objects of one kind with one parent form a
list in the order of their creation.

Beside them it keeps logs of events, which streams are read from, and leases, which say who works on
what: both change in the same transactions as the objects that they are about.
"""

import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from assistant_tui.server.store.paging import Json, PageQuery, StoredPage

Result = TypeVar("Result")

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    """An id nobody can guess: the prefix, `_` and 24 letters or digits."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(24))}"


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """What sort of object something is."""

    name: str
    """As in the member `object` of the API, such as `thread.message`."""
    id_prefix: str
    """What ids begin with, such as `msg`."""
    members: Mapping[str, type] = field(default_factory=dict)
    """Members on whose presence and type the server relies; without them an object is damaged."""
    ids_within_parent: bool = False
    """Whether an id is unique among the objects of one parent alone, and chosen by who creates
    the object, such as the id of a file in a vector store."""

    def key(self, object_id: str, parent: str) -> str:
        """What an object is kept under; its part behind the last `/` is the id."""
        return f"{parent}/{object_id}" if self.ids_within_parent else object_id

    @property
    def noun(self) -> str:
        """What messages call it, such as `message`."""
        return self.name.rpartition(".")[2].replace("_", " ")


class Event(NamedTuple):
    """Something that happened, as those who follow a log get it."""

    name: str
    """Such as `thread.run.created`."""
    data: str
    """JSON, or what else the stream carries; one line."""


class StoredEvent(NamedTuple):
    """An event in its log."""

    number: int
    """Counts from 1 within a log."""
    name: str
    data: str


@dataclass(frozen=True, slots=True)
class Lease:
    """Says that one object is being worked on by another: a thread by its active run."""

    key: str
    """The id of what is held; it can be held once."""
    holder: str
    """The id of what holds it."""
    owner: str = ""
    """The token of the process that works on it; empty while nobody does."""
    until: float = 0.0
    """Unix seconds after which the owner, if it has not renewed the lease, is taken for gone."""
    cancelled: bool = False
    """Whether somebody has asked for the end of the work."""


class ObjectReader(Protocol):
    """A transaction that reads: all that it sees is of one moment."""

    def get(self, kind: ObjectKind, object_id: str, parent: str = "") -> Json | None:
        """The object, or None if there is none (any more). Raises DamagedRow."""
        ...

    def page(
        self,
        kind: ObjectKind,
        query: PageQuery,
        parent: str = "",
        wanted: Callable[[Json], bool] | None = None,
    ) -> StoredPage:
        """A part of the list of all objects of a kind with this parent, or of those wanted.

        Raises UnknownCursor.
        """
        ...

    def events(self, log: str, after: int, limit: int) -> list[StoredEvent]:
        """The first events of a log whose numbers are above `after`."""
        ...

    def leases(self) -> list[Lease]:
        """All leases."""
        ...

    def lease(self, key: str) -> Lease | None:
        """The lease of what has this id, or None if nothing holds it."""
        ...


class ObjectWriter(ObjectReader, Protocol):
    """A transaction that reads and writes, with no other writer between."""

    def create(self, kind: ObjectKind, fields: Json, parent: str = "", object_id: str = "") -> Json:
        """Keep a new object and return it, with id, object and created_at in front.

        Without `object_id` it gets a new id. One that is given must not be in use.
        """
        ...

    def replace(self, kind: ObjectKind, new: Json, parent: str = "") -> None:
        """Put `new` in the place of the object that has its id, which must be there."""
        ...

    def delete(self, kind: ObjectKind, object_id: str, parent: str = "") -> bool:
        """Remove an object; False if there was none. Its id keeps its place as a cursor."""
        ...

    def delete_all(self, kind: ObjectKind, parent: str) -> list[str]:
        """Remove the objects of a kind with this parent; returns their ids."""
        ...

    def append(self, log: str, events: Sequence[Event]) -> list[StoredEvent]:
        """Add events to the end of a log."""
        ...

    def forget_events(self, before: float) -> None:
        """Remove the logs whose last event is older than this, in Unix seconds."""
        ...

    def put_lease(self, lease: Lease) -> None:
        """Keep a lease, in the place of one with the same key."""
        ...

    def renew_leases(self, owner: str, until: float) -> None:
        """Let all leases of an owner last until then."""
        ...

    def drop_lease(self, key: str) -> None:
        """Remove a lease, if there is one."""
        ...


class Store(Protocol):
    """Keeps objects. Methods may block and are called from several threads.

    Both raise StoreError if the store cannot be used, and StoreBusy if others keep it locked.
    """

    def files_folder(self) -> Path:
        """The private folder for the contents of files; it need not exist yet."""
        ...

    def read(self, look: Callable[[ObjectReader], Result]) -> Result:
        """What `look` returns; it may be called again after it met a lock."""
        ...

    def write(self, change: Callable[[ObjectWriter], Result], *, durable: bool = True) -> Result:
        """What `change` returns, once all that it did is kept; nothing of it if it raises.

        Args:
            change: reads and writes.
            durable: whether it is waited for until a failure of the machine can take nothing back.
                Otherwise such a failure can take back this change and those after it, up to the
                next durable one; the end of the program never does.
        """
        ...


class Collection:
    """The objects of one kind with one parent; each method is a transaction of its own."""

    def __init__(self, store: Store, kind: ObjectKind, parent: str = "") -> None:
        self._store = store
        self._kind = kind
        self._parent = parent

    def create(self, fields: Json) -> Json:
        """As ObjectWriter.create."""
        return self._store.write(
            lambda objects: objects.create(self._kind, fields, parent=self._parent)
        )

    def get(self, object_id: str) -> Json | None:
        """As ObjectReader.get."""
        return self._store.read(lambda objects: objects.get(self._kind, object_id, self._parent))

    def page(self, query: PageQuery) -> StoredPage:
        """As ObjectReader.page."""
        return self._store.read(lambda objects: objects.page(self._kind, query, self._parent))

    def modify(self, object_id: str, change: Callable[[Json], Json]) -> Json | None:
        """Replace an object by `change(object)` and return that; None if there is none."""

        def modified(objects: ObjectWriter) -> Json | None:
            old = objects.get(self._kind, object_id, self._parent)
            if old is None:
                return None
            new = change(old)
            objects.replace(self._kind, new, self._parent)
            return new

        return self._store.write(modified)

    def delete(self, object_id: str) -> bool:
        """As ObjectWriter.delete."""
        return self._store.write(
            lambda objects: objects.delete(self._kind, object_id, self._parent)
        )
