"""A folder of files that are their owner's alone; none that is there is lost unasked."""

import os
import tempfile
from pathlib import Path

from assistant_tui.storage.private import private_folder


class Shelf:
    """Puts texts into files of one folder."""

    def __init__(self, folder: str, *, replace: bool = False, remedy: str = "") -> None:
        """Make the folder; `remedy` says what to do where another file is in the way.

        Raises:
            ValueError: it cannot be made.
        """
        self.folder = Path(folder).expanduser()
        self._replace = replace
        self._remedy = remedy
        try:
            private_folder(self.folder)
        except OSError as error:
            raise ValueError(f"{folder}: {error.strerror}") from None

    def put(self, name: str, text: str) -> str:
        """Write a file as a whole or not at all; its path. One that is the same already stays.

        Raises:
            ValueError: another file is there, or it cannot be written.
        """
        path = self.folder / name
        data = text.encode("utf-8", "backslashreplace")
        try:
            if os.path.lexists(path) and not self._replace:
                if path.is_symlink() or not path.is_file() or path.read_bytes() != data:
                    raise ValueError(f"{path} is there already; {self._remedy}")
                return str(path)
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".export-")
            try:
                with os.fdopen(handle, "wb") as file:
                    os.fchmod(handle, 0o600)
                    file.write(data)
                os.replace(temporary, path)
            except OSError:
                os.unlink(temporary)
                raise
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from None
        return str(path)
