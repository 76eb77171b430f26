"""What a server writes on stderr: few lines, and none twice in a row of requests."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SAME_LINE_SECONDS = 60.0
"""The same line is written at most so often."""
MOST_LINES = 30
"""Different lines in SAME_LINE_SECONDS; more are only counted."""


class Sparing(logging.Filter):
    """Lets a line through once in a while, and counts what it held back meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._begun = clock()
        self._seen: set[str] = set()
        self._held_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write this record."""
        if self._clock() - self._begun >= SAME_LINE_SECONDS:
            self._begun = self._clock()
            self._seen.clear()
        if isinstance(record.msg, str) and self._is_known(record):
            self._held_back += 1
            return False
        if self._held_back:
            record.msg = f"({self._held_back} lines like those before left out) {record.msg}"
            self._held_back = 0
        return True

    def _is_known(self, record: logging.LogRecord) -> bool:
        # Of a fault the place in the code is the same, and the request id is not.
        line = record.getMessage() if record.exc_info is None else str(record.msg)
        if line in self._seen or len(self._seen) >= MOST_LINES:
            return True
        self._seen.add(line)
        return False


@contextmanager
def sparing_log() -> Iterator[None]:
    """While it is open, warnings and errors of all loggers go to stderr, sparingly."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.addFilter(Sparing())
    handler.setFormatter(logging.Formatter("assistant-tui: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
