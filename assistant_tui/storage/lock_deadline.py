"""How long one operation on a database waits for the locks of other threads and programs."""

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from assistant_tui.storage.database_errors import is_busy

Result = TypeVar("Result")

_PAUSE_SECONDS = 0.005
"""Between two attempts, so that other threads of this program get their turn."""


class LockDeadline:
    """The end of the time that one operation waits for locks."""

    def __init__(self, seconds: float, closing: threading.Event) -> None:
        """`closing` is set when the database is to be closed: then no lock is waited for."""
        self._end = time.monotonic() + seconds
        self._closing = closing

    @property
    def seconds_left(self) -> float:
        """How long it still waits; never negative."""
        return max(0.0, self._end - time.monotonic())

    def retry(self, attempt: Callable[[], Result]) -> Result:
        """Do again what meets another program's lock, until the deadline or the closing."""
        while True:
            try:
                return attempt()
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                if self._closing.wait(_PAUSE_SECONDS) or not self.seconds_left:
                    raise
