"""What a caller says of a write beside its content.

It stands alone, since the first screen imports it, and must not import the HTTP client for that.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class WriteContext:
    """What a write belongs to; whoever asks for the write makes it."""

    previous_id: str | None = None
    """The id of the row before it; a server that cannot retrieve is asked for what follows that."""
    undoes: int | None = None
    """The number of the journal's entry that the write takes back."""
    batch: str = ""
    """The token of an operation on many objects that the write is a part of."""
    import_key: str = ""
    """The key under which an import finds what it created when the same file is read again."""

    @property
    def idempotency_key(self) -> str:
        """Tells the purpose of a create from that of all others; empty for one that may repeat."""
        return self.import_key or ("" if self.undoes is None else f"undo {self.undoes}")
