"""What an assistant's tools can be given: the files and vector stores that a server has."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Resource:
    """A file or vector store as a server lists it."""

    id: str
    name: str
    """Empty where the server told none."""
    size: int | None
    """In bytes; None where the server told none."""


@dataclass(frozen=True)
class Resources:
    """The files, or the vector stores, of one server, in its order."""

    found: tuple[Resource, ...]
    complete: bool
    """The server listed all it has."""
