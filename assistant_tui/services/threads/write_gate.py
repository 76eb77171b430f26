"""Lets writes through, counted while they are under way, unless the profile is read-only."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant_tui.core.errors import Forbidden
from assistant_tui.services.writes import PendingWrites


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
