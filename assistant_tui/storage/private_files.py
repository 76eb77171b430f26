"""Makes files (0600) and folders (0700) that only their owner may open, whatever the umask.

Only the standard library is imported: this is needed before the first frame.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def private_folder(path: Path) -> Path:
    """Make a folder with mode 0700, and each that is missing above it; others stay as they are.

    The mode is set again by chmod: a umask such as 0777 would make the folder unusable, and
    `parents=True` would apply the umask alone to the folders above.

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
    """Open a file, with mode 0600 if that creates it; returns the descriptor.

    Raises:
        OSError: it cannot be opened.
    """
    handle = os.open(path, flags | os.O_CLOEXEC, 0o600)
    if flags & os.O_CREAT:
        os.fchmod(handle, 0o600)
    return handle


def write_private(path: Path, text: str, errors: str = "strict") -> None:
    """Replace a file, atomically, by a text in UTF-8 with mode 0600.

    Raises:
        OSError: it cannot be written; the old file is unchanged.
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
