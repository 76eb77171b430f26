"""Reads the files that a person names: regular ones up to a size, without ever blocking on one.

Only the standard library is imported: the configuration is read before the first frame.
"""

import codecs
import os
import re
import select
import stat
import sys
from pathlib import Path

MEGABYTE = 1_000_000
_BLOCK = 1 << 20
_STREAM = re.compile(r"-|/dev/stdin|(?:/dev|/proc/self)/fd/(\d{1,9})")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, those of UTF-32 first: the mark of UTF-16 is the beginning of one of them."""
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class FileError(Exception):
    """A file that was named cannot be used; the message gives the reason without the name."""


class FileMissing(FileError):
    """There is no such file."""


def expand_path(name: str | Path) -> Path:
    """Expand `~` and `~user` in a path as a shell does.

    Raises:
        FileError: there is no such user, or no file can have this name.
    """
    text = str(name)
    try:
        if not text or "\0" in text:
            raise ValueError("empty, or a NUL in it")
        os.fsencode(text)
        return Path(text).expanduser()
    except RuntimeError:
        if os.path.lexists(text):
            return Path(text)
        raise FileError(f"nobody's home is {text.partition('/')[0]}") from None
    except ValueError:
        raise FileError("no file can have this name") from None


def read_user_file(name: str | Path, most: int, *, follow: bool = True) -> bytes:
    """Read a regular file of at most `most` bytes; the null device counts as empty.

    It is opened without blocking. `follow` says whether it may be a symbolic link.

    Raises:
        FileError: it is not a regular file, is larger, or cannot be read.
    """
    path = expand_path(name)
    try:
        handle = _open(path, follow)
        if handle is None:
            return b""
        try:
            return _read(handle, most)
        finally:
            os.close(handle)
    except FileNotFoundError as error:
        raise FileMissing(error.strerror) from None
    except OSError as error:
        raise FileError(error.strerror or type(error).__name__) from None


def check_user_file(name: str | Path, most: int) -> Path:
    """Check a file of at most `most` bytes that a library opens by itself; returns its path.

    Raises:
        FileError: it is not a regular file, is larger, or cannot be found.
    """
    path = expand_path(name)
    try:
        found = path.stat()
    except OSError as error:
        raise FileError(error.strerror or type(error).__name__) from None
    _check_kind(found)
    _check_size(found.st_size, most)
    return path


def descriptor_of(name: str) -> int | None:
    """The N of /dev/fd/N, as shells write `<(…)`; 0 for /dev/stdin and `-`; else None."""
    found = _STREAM.fullmatch(name)
    return None if found is None else int(found[1] or 0)


def read_input(name: str, most: int) -> bytes:
    """Read a file that a person names, or the stream that its name stands for, to its end.

    Raises:
        FileError: it cannot be read, or is larger than `most` bytes.
    """
    stream = descriptor_of(name)
    if stream is None:
        return read_user_file(name, most)
    if stream:
        return read_stream(stream, most)
    if sys.stdin is None:
        raise FileError("standard input is closed")
    return read_stream(sys.stdin.fileno(), most)


def decoded(data: bytes) -> str:
    """Decode UTF-8, or what a byte order mark says, as PowerShell writes; keep all line breaks.

    Raises:
        FileError: it is something else; the message says in which line.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data[:4]:
        raise FileError("line 1: UTF-16 or UTF-32 without a byte order mark; UTF-8 is read")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].decode(encoding, "replace").count("\n") + 1
        raise FileError(f"line {line}: not {encoding[:6].rstrip('-').upper()}") from None


def read_stream(handle: int, most: int) -> bytes:
    """Read a descriptor to its end, blocking until its writer closes it; Ctrl+C interrupts that.

    Raises:
        FileError: it is longer than `most` bytes, or cannot be read.
    """
    try:
        return _read(handle, most)
    except OSError as error:
        raise FileError(error.strerror or type(error).__name__) from None


def _open(path: Path, follow: bool) -> int | None:
    """The descriptor of a regular file; None for the null device."""
    found = os.stat(path, follow_symlinks=follow)
    if stat.S_ISCHR(found.st_mode) and found.st_rdev == os.stat(os.devnull).st_rdev:
        return None
    _check_kind(found)
    # The path may lead to another file by now: these flags keep the open from blocking on any.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    handle = os.open(path, flags if follow else flags | os.O_NOFOLLOW)
    try:
        _check_kind(os.fstat(handle))
    except FileError:
        os.close(handle)
        raise
    return handle


def _check_kind(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "something else")
        raise FileError(f"it is {kind}; a file is allowed")


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise FileError(f"it is too large; up to {most:,} bytes are allowed")


def _read(handle: int, most: int) -> bytes:
    """Read to the end, whatever size stat reports: files grow, and those of /proc report 0."""
    found = os.fstat(handle)
    if stat.S_ISREG(found.st_mode):
        _check_size(found.st_size, most)
    blocks, size = [], 0
    while block := _block(handle):
        blocks.append(block)
        size += len(block)
        _check_size(size, most)
    return b"".join(blocks)


def _block(handle: int) -> bytes:
    """The next bytes, as soon as there are any; empty at the end."""
    while True:
        try:
            return os.read(handle, _BLOCK)
        except BlockingIOError:
            # The parent process may have made this stream non-blocking.
            if stat.S_ISREG(os.fstat(handle).st_mode):
                raise
            select.select([handle], [], [])
