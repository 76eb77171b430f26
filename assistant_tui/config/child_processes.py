"""The process groups of commands of the configuration, killed if this process exits by force.

Only the standard library is imported: `startup.shutdown` needs it before the first frame.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_GROUPS: set[int] = set()


@contextmanager
def tracked_group(leader: int) -> Iterator[None]:
    """Register a process group that this program has made, while its leader runs."""
    _GROUPS.add(leader)
    try:
        yield
    finally:
        _GROUPS.discard(leader)


def kill_all() -> None:
    """Kill every registered group; may be called from any thread."""
    for leader in [*_GROUPS]:
        with suppress(OSError):
            os.killpg(leader, signal.SIGKILL)
