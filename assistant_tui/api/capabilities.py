"""What one server can and cannot do, as learned from its answers."""

from enum import Enum, auto


class Capability(Enum):
    """A part of the API that some servers leave out."""

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
    MODELS = auto()
    FILES = auto()
    VECTOR_STORES = auto()


class Capabilities:
    """Remembers what a server lacks, so that it is asked and said once; all is there at first."""

    def __init__(self) -> None:
        self._missing: set[Capability] = set()
        self._proven: set[Capability] = set()
        self.most_rows = 100
        """Assistants that are asked for at once at most; fewer where they are very long."""

    def learn_missing(self, capability: Capability) -> None:
        """Note that the server cannot do this."""
        self._missing.add(capability)

    def prove(self, capability: Capability) -> None:
        """Note that the server has done this: a later 404 is about the assistant, not the route."""
        self._proven.add(capability)

    def has_done(self, capability: Capability) -> bool:
        """Whether the server was seen to do this."""
        return capability in self._proven

    def can(self, capability: Capability) -> bool:
        """Whether the server can do this, as far as is known."""
        return capability not in self._missing
