"""The kinds of objects of the API, and what holds for each of them."""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True)
class ResourceKind:
    """A kind of object of the API: the one place where its names stand."""

    name: str
    """As in paths and in capabilities: `assistants`."""
    journal_name: str
    """As the journal's file has it: `assistant`."""
    title: str
    """One of them, in messages: `an assistant`."""

    @property
    def noun(self) -> str:
        """The title without its article."""
        return self.title.partition(" ")[2]


ASSISTANTS = ResourceKind("assistants", "assistant", "an assistant")
FILES = ResourceKind("files", "file", "a file")
VECTOR_STORES = ResourceKind("vector_stores", "vector_store", "a vector store")
MODELS = ResourceKind("models", "model", "a model")
THREADS = ResourceKind("threads", "thread", "a thread")
MESSAGES = ResourceKind("messages", "message", "a message")
"""Each belongs to a thread, as a run does."""
RUNS = ResourceKind("runs", "run", "a run")
STEPS = ResourceKind("steps", "step", "a run step")
"""Each belongs to a run."""


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
    """Lists that continue after an id (`after`), newest first."""
    ASCENDING_CURSOR = auto()
    """Lists that continue after an id, oldest first."""
    ORDER = auto()
    """Lists that begin with the oldest object on `order=asc`."""
    CANCEL = auto()
    """The end of a run on request."""
    SUBMIT = auto()
    """The outputs of the calls that a run waits for."""


READ_ONLY = ("id", "object", "created_at", "created")
"""The members that a server sets and never takes back."""


def is_set_by_server(name: str) -> bool:
    """Whether a server sets a member by itself, as the API does or as `updated_at` looks."""
    return name in READ_ONLY or name.endswith("_at")


class Capabilities:
    """Remembers what a server lacks for one kind of object, so that it is asked only once.

    At first it is taken to have everything.
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
    """The capabilities of one server, by the kinds of objects."""

    def __init__(self) -> None:
        self._by_kind: defaultdict[ResourceKind, Capabilities] = defaultdict(Capabilities)

    def of(self, kind: ResourceKind) -> Capabilities:
        """What it can do with a kind of object."""
        return self._by_kind[kind]
