"""Reads assistants from the files and folders that a person names for an import."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant_tui.core.formats import json_file
from assistant_tui.core.formats.import_plan import READERS, FileEntry, entries, reader_of
from assistant_tui.core.raw_json import RawJson
from assistant_tui.storage.user_files import (
    MEGABYTE,
    FileError,
    decoded,
    expand_path,
    read_input,
    read_user_file,
)

MAX_FILE_BYTES = 64 * MEGABYTE
"""The most bytes of one file."""
MAX_FILES = 100_000
"""The most files of one import."""
MAX_TOTAL_BYTES = 512 * MEGABYTE
"""The most bytes of all files of one import."""
_LEAVES = "a link out of the folder, left out"


class _Named(NamedTuple):
    """One file of an import."""

    path: str
    follow: bool = True
    """Whether it may be a link."""
    problem: str = ""
    """Why it is left out; empty for one that is read."""


def read_object(name: str) -> RawJson:
    """Read the one assistant, or part of one, in a file; its name gives the format, JSON if none.

    `-`, /dev/stdin and /dev/fd/N are streams of JSON. Raises FileError.
    """
    read = reader_of(name) or json_file.read
    try:
        found = read(decoded(read_input(name, MAX_FILE_BYTES)))
        if len(found) != 1:
            raise ValueError(f"one assistant is allowed, there are {len(found)}")
    except (FileError, ValueError) as error:
        raise FileError(f"{name}: {error}") from None
    return RawJson(found[0].text)


def read_entries(paths: Sequence[str]) -> Iterator[FileEntry]:
    """Yield the assistants in files, and in the files below folders.

    A file that is named twice is read once. What cannot be read in a folder, and a link out of it,
    yields an entry with the problem.

    Raises:
        FileError: a path that is named cannot be read, or there is too much.
    """
    seen, room = set(), MAX_TOTAL_BYTES
    for path in paths:
        root, is_folder = _root(path)
        for named in _files(root) if is_folder else [_Named(root)]:
            source = os.path.realpath(named.path)
            if named.problem:
                yield FileEntry(named.path, problem=named.problem)
            elif source not in seen:
                seen.add(source)
                try:
                    data = read_user_file(
                        named.path, min(room, MAX_FILE_BYTES), follow=named.follow
                    )
                    text = decoded(data)
                except (FileError, ValueError) as error:
                    if not is_folder:
                        raise FileError(f"{path}: {error}") from None
                    yield FileEntry(named.path, problem=str(error))
                    continue
                room -= len(data)
                yield from entries(named.path, text, source)


def _root(path: str) -> tuple[str, bool]:
    """The expanded path, and whether it is a folder."""
    try:
        root = str(expand_path(path)) if path.startswith("~") else path
        expand_path(path)
    except FileError as error:
        raise FileError(f"{path}: {error}") from None
    is_folder = os.path.isdir(root)
    if not is_folder and reader_of(root) is None:
        raise FileError(f"{path}: files that end in {_allowed()} are read")
    return root, is_folder


def _files(folder: str) -> list[_Named]:
    """The files below a folder that can be imported, without hidden ones."""
    inside, found = os.path.realpath(folder), list[_Named]()

    def unreadable(error: OSError) -> None:
        found.append(_Named(str(error.filename), problem=error.strerror or "it cannot be read"))

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [each for each in folders if not each.startswith(".")]
        links = [each for each in folders if os.path.islink(os.path.join(place, each))]
        files = [each for each in names if reader_of(each) and not each.startswith(".")]
        found += [_in_folder(os.path.join(place, each), inside) for each in files]
        linked = [_in_folder(os.path.join(place, each), inside) for each in links]
        found += [each for each in linked if each.problem]
        if len(found) > MAX_FILES:
            raise FileError(f"{folder}: up to {MAX_FILES:,} files are allowed")
    if not found:
        raise FileError(f"{folder}: no file in it ends in {_allowed()}")
    return sorted(found)


def _in_folder(path: str, inside: str) -> _Named:
    """A file or folder below `inside`; a symbolic link must lead to a place below it, too."""
    if not os.path.islink(path):
        return _Named(path, follow=False)
    stays = os.path.commonpath([os.path.realpath(path), inside]) == inside
    return _Named(path, problem="" if stays else _LEAVES)


def _allowed() -> str:
    return ", ".join(READERS)
