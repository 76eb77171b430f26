"""A folder of files that are their owner's alone; none that is there is lost unasked."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from assistant_tui.storage.private_files import private_folder
from assistant_tui.storage.user_files import FileError, expand_path, read_user_file


class ExportFolder:
    """Puts texts into files of one folder."""

    def __init__(self, folder: str, *, replace: bool = False, remedy: str = "") -> None:
        """Make the folder; `remedy` says what to do where another file is in the way.

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
        """Write a file as a whole or not at all; its path. One that is the same already stays.

        A link that is there is never followed: it is in the way, or is replaced itself.

        Raises:
            ValueError: another file is there, or it cannot be written.
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
    """Give a file its name, where no other has come by that name meanwhile.

    Raises:
        FileExistsError: another one has.
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
    """Whether a regular file holds just these bytes."""
    try:
        return read_user_file(path, len(data), follow=False) == data
    except FileError:
        return False
