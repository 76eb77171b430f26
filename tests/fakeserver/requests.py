"""What arrives at the fake server, and what it sends back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from assistant_tui.core.json_text import members

Members = dict[str, str]
"""The names of an assistant's fields and the exact JSON texts of their values."""
PARTS = ("list", "create", "retrieve", "modify", "delete", "models")
"""The parts of the API that a server may have."""


_OF_ALL = {"GET": "list", "POST": "create"}
_OF_ONE = {"GET": "retrieve", "POST": "modify", "DELETE": "delete"}


def part_of(method: str, path: str) -> str:
    """`list`, `create`, `retrieve`, `modify` or `delete`; the last step of any other path."""
    steps = path.partition("?")[0].rstrip("/").split("/")
    if steps[-1] == "assistants":
        return _OF_ALL.get(method, "")
    if steps[-2:-1] == ["assistants"]:
        return _OF_ONE.get(method, "")
    return steps[-1]


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """The names are in lower case."""
    body: str

    @property
    def part(self) -> str:
        """The part of the API that is asked for, as `part_of` names it."""
        return part_of(self.method, self.path)

    @property
    def id(self) -> str:
        """The id that the path ends in."""
        return self.path.rpartition("/")[2]

    @property
    def members(self) -> Members:
        """What the body says, every value to the letter."""
        return members(self.body)


class Answer(NamedTuple):
    """What goes back."""

    status: int
    body: str


class Refusal(Exception):
    """Something is wrong with a request; the server has its own way to say so."""

    def __init__(self, status: int, message: str, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field
