"""The operations on a kind of object that some servers leave out."""

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
