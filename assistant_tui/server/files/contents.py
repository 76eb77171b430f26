"""The contents of files on disk: one private folder, each content under the id of its file.

A content is written under a temporary name. Once it is complete on disk it gets its own name,
within the transaction that makes its object. What a process leaves behind that ends on the way (a
temporary file, a content without an object) is found and removed later.
"""

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from assistant_tui.server.errors import StoreError
from assistant_tui.storage.private_files import open_private, private_folder

Result = TypeVar("Result")

_UPLOAD = "upload-"
_GRACE_SECONDS = 60.0
"""What is younger may belong to a transaction that is not committed yet."""


class Upload:
    """A content that is coming in; ended by `commit` or `discard`.

    The calls that write are made in threads, which a cancelled request does not end. Therefore
    `discard` may come while one of them runs, and what it asks for is then done by that thread.
    """

    def __init__(self, folder: Path) -> None:
        """Raises StoreError."""
        self._folder = folder
        with translated(folder):
            private_folder(folder)
            self._path = folder / f"{_UPLOAD}{secrets.token_hex(16)}"
            self._handle = open_private(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            # As long as it is locked, no other process takes it for left behind.
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        self.size = 0
        self._lock = threading.Lock()
        self._discarded = False
        self._closed = False

    def write(self, data: bytes) -> None:
        """Add to the end. Raises StoreError, such as for a full disk."""
        with self._in_use():
            view = memoryview(data)
            while view:
                view = view[os.write(self._handle, view) :]
            self.size += len(data)

    def finish(self) -> None:
        """Wait until all is on disk. Raises StoreError."""
        with self._in_use():
            os.fsync(self._handle)

    def commit(self, file_id: str, make_object: Callable[[Callable[[], None]], Result]) -> Result:
        """Keep it as the content of a file; it is removed if that fails. Raises StoreError.

        Args:
            file_id: what it is kept under.
            make_object: makes the object of the file in a transaction, in which it calls what it
                is given: then the content gets its name.
        """
        kept = self._folder / file_id
        with self._in_use():
            try:
                made = make_object(lambda: self._rename(kept))
            except BaseException:
                self._remove()
                raise
            self._close()
            return made

    def discard(self) -> None:
        """Remove it, unless it is committed."""
        self._discarded = True
        if self._lock.acquire(blocking=False):
            try:
                self._remove()
            finally:
                self._lock.release()

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        try:
            with self._lock, translated(self._folder):
                if self._discarded:
                    raise StoreError("the upload was given up")
                yield
        finally:
            if self._discarded:
                self.discard()

    def _rename(self, kept: Path) -> None:
        os.rename(self._path, kept)
        self._path = kept
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _remove(self) -> None:
        if not self._closed:
            with suppress(FileNotFoundError):
                self._path.unlink()
            self._close()

    def _close(self) -> None:
        os.close(self._handle)
        self._closed = True


class FileContents:
    """All contents of one store. Methods block, and raise StoreError where the disk fails."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        """`folder` gives the folder, which need not exist before the first upload."""
        self._folder = folder

    def begin(self) -> Upload:
        """A content that is to come."""
        return Upload(self._folder())

    def open(self, file_id: str) -> BinaryIO | None:
        """A content to be read and closed, or None if it is gone.

        It is a buffered reader, whose close() waits for a read() in another thread.
        """
        with translated(self._folder()):
            try:
                return (self._folder() / file_id).open("rb")
            except FileNotFoundError:
                return None

    def delete(self, file_id: str) -> None:
        """Remove a content, if it is there, after its object was deleted."""
        with translated(self._folder()), suppress(FileNotFoundError):
            (self._folder() / file_id).unlink()

    def remove_orphans(self, exists: Callable[[str], bool]) -> None:
        """Remove what earlier processes left behind.

        Args:
            exists: whether there is an object with this id.
        """
        folder = self._folder()
        with translated(folder):
            if not folder.is_dir():
                return
            for path in folder.iterdir():
                if path.name.startswith(_UPLOAD):
                    with suppress(FileNotFoundError):
                        _remove_abandoned(path)
                elif path.name.startswith("file-") and _is_old(path) and not exists(path.name):
                    path.unlink(missing_ok=True)


def _remove_abandoned(path: Path) -> None:
    """Remove an upload that no process has locked."""
    if not _is_old(path):
        return
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _is_old(path: Path) -> bool:
    try:
        # Renaming counts as a change of the inode.
        return time.time() - path.stat().st_ctime > _GRACE_SECONDS
    except FileNotFoundError:
        return False


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Raise StoreError, with a sentence, for an error of the file system."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"the files in {folder} cannot be used: {error.strerror}") from error
