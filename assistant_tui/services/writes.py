"""What a write belongs to, how many are under way, and whether those of threads are let through.

The first screen imports this module, so it must not import the HTTP client.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assistant_tui.core.errors import Forbidden


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


class WriteGate:
    """The gate of one profile, in front of all that threads send."""

    def __init__(self, writes: PendingWrites, *, read_only: bool) -> None:
        """Count the writes of threads among those of the profile."""
        self._writes = writes
        self._own = PendingWrites()
        self._read_only = read_only

    def check(self) -> None:
        """Raise Forbidden where nothing may be sent."""
        if self._read_only:
            raise Forbidden("this profile is read-only: nothing was sent")

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count one request until its answer begins; raises as `check`."""
        self.check()
        with self._writes.counting(), self._own.counting():
            yield

    async def ended(self) -> None:
        """Wait until nothing that came through here is being sent, as of the moment of return."""
        while self._own.under_way:
            await self._own.ended()
