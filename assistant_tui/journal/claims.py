"""Lets only one program take an entry back: two at once would create an assistant twice."""

import contextlib
import fcntl
import os
import threading
from pathlib import Path

from assistant_tui.journal.owners import is_at, lock_file
from assistant_tui.storage.private import open_private


class Claims:
    """The entries that this program is taking back, each a lock (flock) on a file of its own.

    The kernel frees them when the program ends, however it ends; what is left of the files is
    swept away with those of the owners.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._guard = threading.Lock()
        self._handles: dict[int, int] = {}

    def take(self, number: int) -> bool:
        """Claim an entry; False where it is claimed, be it by this program. Raises OSError."""
        path = self._path(number)
        with self._guard:
            handle = open_private(path, os.O_CREAT | os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if is_at(handle, path):
                    self._handles[number] = handle
            except BlockingIOError:
                return False
            finally:
                if self._handles.get(number) != handle:
                    os.close(handle)
            return number in self._handles

    def release(self, number: int) -> None:
        """Let go of an entry, if it is claimed here."""
        with self._guard:
            handle = self._handles.pop(number, None)
            if handle is not None:
                with contextlib.suppress(OSError):
                    self._path(number).unlink()
                os.close(handle)

    def release_all(self) -> None:
        """Let go of all."""
        for number in [*self._handles]:
            self.release(number)

    def _path(self, number: int) -> Path:
        return lock_file(self._journal, f"undoing-{number}")
