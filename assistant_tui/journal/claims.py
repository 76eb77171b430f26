"""Lets only one program take an entry back or import it: two at once would create it twice."""

import contextlib
import fcntl
import os
import threading
from pathlib import Path

from assistant_tui.journal.owners import is_at, lock_file
from assistant_tui.storage.private_files import open_private


class Claims:
    """What this program alone does at this moment, each a lock (flock) on a file of its own.

    The kernel frees them when the program ends, however it ends; what is left of the files is
    swept away with those of the owners.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._guard = threading.Lock()
        self._handles: dict[str, int] = {}

    def take(self, token: str) -> bool:
        """Claim what has this name; False where it is claimed, be it by this program.

        Raises OSError.
        """
        path = self._path(token)
        with self._guard:
            handle = open_private(path, os.O_CREAT | os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if is_at(handle, path):
                    self._handles[token] = handle
            except BlockingIOError:
                return False
            finally:
                if self._handles.get(token) != handle:
                    os.close(handle)
            return token in self._handles

    def release(self, token: str) -> None:
        """Let go of it, if it is claimed here."""
        with self._guard:
            handle = self._handles.pop(token, None)
            if handle is not None:
                with contextlib.suppress(OSError):
                    self._path(token).unlink()
                os.close(handle)

    def release_all(self) -> None:
        """Let go of all."""
        for token in [*self._handles]:
            self.release(token)

    def _path(self, token: str) -> Path:
        return lock_file(self._journal, token)
