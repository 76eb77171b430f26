"""Lets writes through, counted while they are under way, unless the profile is read-only."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant_tui.core.errors import Forbidden
from assistant_tui.services.writes import PendingWrites


class WriteGate:
    """The gate of one profile, in front of all that threads send."""

    def __init__(self, writes: PendingWrites, *, read_only: bool) -> None:
        self.writes = writes
        self._read_only = read_only

    def check(self) -> None:
        """Raise Forbidden where nothing may be sent."""
        if self._read_only:
            raise Forbidden("this profile is read-only: nothing was sent")

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count one request until its answer begins; raises as `check`."""
        self.check()
        with self.writes.counting():
            yield
