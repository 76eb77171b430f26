"""The processes that a test has started, wherever their parents are by now."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.limits import LIMIT


def running_in(home: Path) -> list[int]:
    """Those to which this is the home of the program; none that has ended and is not waited for."""
    wanted = f"ASSISTANT_TUI_HOME={home}\0".encode()
    running = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    return [number for number in running if wanted in _environ_of(number)]


def has_ended(process: int) -> bool:
    """Whether its parent is told of its end: one that ends has no environment long before that."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(") ")[2][0] in "ZX"
    except OSError:
        return True


def none_is_left(home: Path) -> None:
    """Wait until all of them have ended."""
    end = time.monotonic() + LIMIT
    while left := running_in(home):
        assert time.monotonic() < end, f"still running: {[*map(_command_of, left)]}"
        time.sleep(0.05)


def end_all(home: Path) -> None:
    """End what is still there, so that a failure is alone."""
    for number in running_in(home):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _environ_of(process: int) -> bytes:
    """What a process was started with; nothing of one that has gone or is another's."""
    try:
        return Path(f"/proc/{process}/environ").read_bytes()
    except OSError:
        return b""


def _command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return "one that has just gone"
