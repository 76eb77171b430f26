"""The files and vector stores of a server, which an assistant's tools can be given."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ToolResource:
    """A file or vector store as a server lists it."""

    id: str
    name: str
    """Empty where the server sent none."""
    size: int | None
    """In bytes; None where the server sent none."""

    @property
    def description(self) -> str:
        """Name and size in words: `report.pdf · 12 kB`. Not made safe for display."""
        return " · ".join(filter(None, (self.name, _size(self.size))))


@dataclass(frozen=True)
class ToolResourceList:
    """The files, or the vector stores, of one server, in its order."""

    found: tuple[ToolResource, ...]
    complete: bool
    """The server listed all it has."""


def _size(size: int | None) -> str:
    if size is None:
        return ""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} B"
