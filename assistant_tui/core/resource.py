"""The operations on a kind of object that some servers leave out."""

from collections import defaultdict
from enum import Enum, auto


class Capability(Enum):
    """An operation on a kind of object that some servers leave out."""

    LIST = auto()
    RETRIEVE = auto()
    MODIFY = auto()
    PATCH = auto()
    """A modify that leaves what it is not sent as it is."""
    DELETE = auto()
    CREATE = auto()
    CURSOR = auto()
    """Lists that go on behind `after`."""
    ORDER = auto()
    """Lists that begin with the oldest where `order=asc` asks for it."""


class Capabilities:
    """Remembers what a server lacks for one kind of object, so that it is asked and said once.

    All is there at first.
    """

    def __init__(self) -> None:
        self._missing: set[Capability] = set()
        self._proven: set[Capability] = set()
        self.most_rows = 100
        """Objects that are asked for at once at most; fewer where they are very long."""

    def learn_missing(self, capability: Capability) -> None:
        """Note that the server cannot do this."""
        self._missing.add(capability)

    def prove(self, capability: Capability) -> None:
        """Note that the server has done this: a later 404 is about the object, not the route."""
        self._proven.add(capability)

    def has_done(self, capability: Capability) -> bool:
        """Whether the server was seen to do this."""
        return capability in self._proven

    def can(self, capability: Capability) -> bool:
        """Whether the server can do this, as far as is known."""
        return capability not in self._missing


class ServerCapabilities:
    """The capabilities of one server, by the names of the kinds of objects: `assistants`."""

    def __init__(self) -> None:
        self._by_kind: defaultdict[str, Capabilities] = defaultdict(Capabilities)

    def of(self, kind: str) -> Capabilities:
        """What it can do with a kind of object."""
        return self._by_kind[kind]
