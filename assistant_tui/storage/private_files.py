"""Makes files and folders that only their owner may open, whatever the umask.

Only the standard library is imported: this is needed before the first paint.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def private_folder(path: Path) -> Path:
    """Make a folder with mode 0700, and each that is missing above it; others stay as they are.

    The mode is set once more after the making: a umask such as 0777 would leave a folder that
    nobody can use, and `parents=True` would leave those above to the umask alone.

    Raises:
        OSError: it cannot be made, or something else has its name.
    """
    missing = [each for each in (path, *path.parents) if not each.is_dir()]
    for folder in reversed(missing):
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if not folder.is_dir():
                raise
        else:
            folder.chmod(0o700)
    return path


def make_private(path: Path) -> None:
    """Make an empty file with mode 0600, and its folder, where there is none; else do nothing.

    Raises:
        OSError: it cannot be made.
    """
    private_folder(path.parent)
    # A file that is there is not opened: closing such a handle would drop the locks that SQLite
    # holds on it in this process (sqlite.org/howtocorrupt.html, section 2.2).
    with suppress(FileExistsError):
        os.close(open_private(path, os.O_CREAT | os.O_EXCL | os.O_RDWR))


def open_private(path: Path, flags: int) -> int:
    """Open a file, which gets mode 0600 if it is made; the descriptor.

    Raises:
        OSError: it cannot be opened.
    """
    handle = os.open(path, flags | os.O_CLOEXEC, 0o600)
    if flags & os.O_CREAT:
        os.fchmod(handle, 0o600)
    return handle


def write_private(path: Path, text: str, errors: str = "strict") -> None:
    """Put a text as UTF-8 in the place of a file with mode 0600, whole or not at all.

    Raises:
        OSError: the disk refused; the file is as it was.
    """
    private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors=errors) as file:
            os.fchmod(handle, 0o600)
            file.write(text)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
