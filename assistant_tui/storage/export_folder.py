"""Writes exported files with mode 0600 into a folder, and overwrites none unless that is wanted."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from assistant_tui.storage.private_files import private_folder
from assistant_tui.storage.user_files import FileError, expand_path, read_user_file


class ExportFolder:
    """The folder that files are exported to."""

    def __init__(self, folder: str, *, replace: bool = False, remedy: str = "") -> None:
        """Make the folder if it is missing.

        Args:
            folder: its path; `~` is expanded.
            replace: whether existing files are overwritten.
            remedy: what the error about an existing file advises.


        Raises:
            ValueError: it cannot be made.
        """
        self._replace = replace
        self._remedy = remedy
        try:
            self.folder = private_folder(expand_path(folder))
        except FileError as error:
            raise ValueError(f"{folder}: {error}") from None
        except FileExistsError as error:
            raise ValueError(f"{error.filename}: it is no folder; a folder is allowed") from None
        except OSError as error:
            raise ValueError(f"{folder}: {error.strerror}") from None

    def write_file(self, name: str, text: str) -> str:
        """Write a file atomically; returns its path. An existing file with the same bytes stays.

        An existing symbolic link is never followed: it counts as a file, or is replaced itself.

        Raises:
            ValueError: another file has this name, or it cannot be written.
        """
        path = self.folder / name
        data = text.encode("utf-8", "backslashreplace")
        try:
            if self._replace or not os.path.lexists(path):
                self._write(path, data)
            elif not _holds(path, data):
                raise FileExistsError
        except FileExistsError:
            raise ValueError(f"{path} is there already; {self._remedy}") from None
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from None
        return str(path)

    def _write(self, path: Path, data: bytes) -> None:
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".export-")
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, 0o600)
                file.write(data)
            if self._replace:
                os.replace(temporary, path)
            else:
                _put_in_place(temporary, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)


def _put_in_place(temporary: str, path: Path) -> None:
    """Rename a file, unless another file got that name meanwhile.

    Raises:
        FileExistsError: another file has the name.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError from None
        os.replace(temporary, path)


def _holds(path: Path, data: bytes) -> bool:
    """Whether a regular file has exactly these bytes."""
    try:
        return read_user_file(path, len(data), follow=False) == data
    except FileError:
        return False
