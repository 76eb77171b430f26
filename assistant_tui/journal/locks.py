"""Locks between running programs: who owns a draft, who undoes an entry or creates with a key.

Each running program holds a lock (flock) on a file of its own beside the journal. The kernel lets
go of it when the program ends, however it ends, and the names are never used twice: so there is no
doubt about reused process ids, as there would be with a number in a file.
"""

import contextlib
import fcntl
import glob
import os
import secrets
import threading
from pathlib import Path

from assistant_tui.storage.private_files import open_private


class Owner:
    """This program as the owner of drafts."""

    def __init__(self, journal: Path) -> None:
        self.token = f"{os.getpid()}-{secrets.token_hex(8)}"
        """Identifies this owner; no other has it, now or later."""
        self._path = lock_file(journal, self.token)
        self._journal = journal
        self._handle: int | None = None
        self._guard = threading.Lock()

    def acquire_lock(self) -> None:
        """Take the lock, if it is not held yet; needed before a draft is kept. Raises OSError."""
        with self._guard:
            self._take_lock()

    def _take_lock(self) -> None:
        while self._handle is None:
            handle = open_private(self._path, os.O_CREAT | os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                # Between making and locking, another program may have taken it for one left over.
                if is_at(handle, self._path):
                    self._handle = handle
            finally:
                if self._handle is None:
                    os.close(handle)

    def is_alive(self, token: str) -> bool:
        """Whether the program with this token still runs. Raises OSError."""
        # The own file is never looked at: where flock is emulated (NFS), closing it drops the lock.
        if token == self.token:
            return True
        return _is_locked(lock_file(self._journal, token))

    def sweep(self) -> None:
        """Remove the files of programs that ended without doing so; where refused, leave them."""
        with contextlib.suppress(OSError):
            for path in self._journal.parent.glob(f"{glob.escape(self._journal.name)}.owner-*"):
                if path != self._path and not _is_locked(path):
                    path.unlink(missing_ok=True)

    def release(self) -> None:
        """Release the lock: drafts of this owner now count as left behind."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(handle)


def lock_file(journal: Path, token: str) -> Path:
    """The file whose lock says that the program with this token runs."""
    return journal.with_name(f"{journal.name}.owner-{token}")


def _is_locked(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that two that look at the same time do not take one another for the owner.
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def is_at(handle: int, path: Path) -> bool:
    """Whether the file that was opened is still the one with this name."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


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
        """Release it, if it is claimed here."""
        with self._guard:
            handle = self._handles.pop(token, None)
            if handle is not None:
                with contextlib.suppress(OSError):
                    self._path(token).unlink()
                os.close(handle)

    def release_all(self) -> None:
        """Release all of them."""
        for token in [*self._handles]:
            self.release(token)

    def _path(self, token: str) -> Path:
        return lock_file(self._journal, token)
