"""Processes that must not outlive this one: they are ended where it ends by force."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_GROUPS: set[int] = set()


@contextmanager
def tracked_group(leader: int) -> Iterator[None]:
    """Remember a process group of our own making for as long as its leader is waited for."""
    _GROUPS.add(leader)
    try:
        yield
    finally:
        _GROUPS.discard(leader)


def kill_all() -> None:
    """End what is still remembered; can be called from any thread."""
    for leader in [*_GROUPS]:
        with suppress(OSError):
            os.killpg(leader, signal.SIGKILL)
