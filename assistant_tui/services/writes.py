"""What a caller says of a write besides its content, and how many writes are under way.

The first screen imports this module, so it must not import the HTTP client.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
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
        """Identifies the purpose of a create; empty for one that may be repeated."""
        return self.import_key or ("" if self.undoes is None else f"undo {self.undoes}")


class PendingWrites:
    """Counts creates, changes and deletes, each from its first request until its last answer."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    @property
    def under_way(self) -> int:
        """How many writes have begun and not ended yet."""
        return self._count

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count one write while the block runs."""
        self._count += 1
        self._none.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._none.set()

    async def ended(self) -> None:
        """Wait until no write is under way."""
        await self._none.wait()
