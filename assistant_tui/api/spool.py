"""Keeps long texts out of memory, in a file that has no name and that nobody else can open."""

import hashlib
import os
import tempfile
import threading
import weakref
from pathlib import Path

from assistant_tui.core.rows import RowText

LONG = 4_096
"""Characters from which a text is kept in the file; most assistants are shorter."""
_PLACES = (Path("/var/tmp"), Path(tempfile.gettempdir()))
"""Where the file may be; first where it is sure to be on a disk."""


class Spool:
    """The long texts of one server, each once, for as long as anybody holds one of them."""

    def __init__(self, *places: Path) -> None:
        self._places = places or _PLACES
        self._file: _File | None = None
        self._kept: dict[bytes, _Kept] = {}
        self._lock = threading.Lock()

    def keep(self, text: str) -> RowText:
        """The same text, to be read back when it is needed; itself if it is short.

        Where no file can be written it stays in memory. Any thread may call.
        """
        if len(text) < LONG:
            return text
        data = _encoded(text)
        digest = _digest(data)
        with self._lock:
            if digest not in self._kept:
                try:
                    self._file = self._file or _File(self._places)
                    self._kept[digest] = _Kept(self._file, self._file.add(data), len(data), digest)
                except OSError:
                    return text
            return self._kept[digest]


class _File:
    """Grows at its end; closed, and its space on disk freed, when no text of it is held."""

    def __init__(self, places: tuple[Path, ...]) -> None:
        self._descriptor = _opened(places)
        self._size = 0
        weakref.finalize(self, os.close, self._descriptor)

    def add(self, data: bytes) -> int:
        """Write at the end; where that was."""
        at, left = self._size, memoryview(data)
        while left:
            written = os.pwrite(self._descriptor, left, at + len(data) - len(left))
            left = left[written:]
        self._size += len(data)
        return at

    def read(self, at: int, size: int) -> bytes:
        """What was written there."""
        return os.pread(self._descriptor, size, at)


class _Kept:
    """A text in the file."""

    __slots__ = ("_at", "_digest", "_file", "_size")

    def __init__(self, file: _File, at: int, size: int, digest: bytes) -> None:
        self._file = file
        self._at = at
        self._size = size
        self._digest = digest

    def __len__(self) -> int:
        return self._size

    def read(self) -> str:
        """The text itself."""
        return self._file.read(self._at, self._size).decode(errors="surrogatepass")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Kept):
            return self._digest == other._digest
        return isinstance(other, str) and self._digest == _digest(_encoded(other))

    def __hash__(self) -> int:
        return hash(self.read())


def _opened(places: tuple[Path, ...]) -> int:
    """The descriptor of a new file, 0600, whose name is gone already.

    Raises:
        OSError: there is no place for it.
    """
    for number, place in enumerate(places, 1):
        try:
            descriptor, name = tempfile.mkstemp(prefix="assistant-tui-", dir=place)
        except OSError:
            if number == len(places):
                raise
            continue
        os.unlink(name)
        return descriptor
    raise FileNotFoundError("no place for a temporary file")


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
