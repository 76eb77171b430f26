"""Reads assistants from the files and folders that a person names for an import."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant_tui.core.formats import json_file
from assistant_tui.core.formats.import_plan import (
    READERS,
    FileEntry,
    entries,
    reader_of,
)
from assistant_tui.core.raw_json import RawJson
from assistant_tui.storage.user_files import (
    MEGABYTE,
    FileError,
    decoded,
    descriptor_of,
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
STREAM = "-"
"""The source of what comes from a stream, whatever its name: the content alone tells it apart."""
_LEAVES = "a link out of the folder, left out"


class _Named(NamedTuple):
    """One file of an import."""

    path: str
    follow: bool = True
    """Whether it may be a link."""
    problem: str = ""
    """Why it is left out; empty for one that is read."""
    form: str = ""
    """The name of its format; empty where its own name gives it."""


def read_object(name: str, form: str = "") -> RawJson:
    """Read the one assistant, or part of one, in a file or a stream (`-`, /dev/stdin, /dev/fd/N).

    `form` is the name of its format; without it, the name of the file gives it, else it is JSON.
    Raises FileError.
    """
    read = reader_of(name, form) or json_file.read
    try:
        found = read(decoded(read_input(name, MAX_FILE_BYTES)))
        if len(found) != 1:
            raise ValueError(f"one assistant is allowed, there are {len(found)}")
    except (FileError, ValueError) as error:
        raise FileError(f"{name}: {error}") from None
    return RawJson(found[0].text)


def read_entries(paths: Sequence[str], form: str = "") -> Iterator[FileEntry]:
    """Yield the assistants in files and streams, and in the files below folders.

    A file that is named twice is read once. What cannot be read in a folder, and a link out of it,
    yields an entry with the problem. `form` is the format of what is named itself; without it,
    names give it, and a stream is JSON.

    Raises:
        FileError: a path that is named cannot be read, or there is too much.
    """
    seen, room = set(), MAX_TOTAL_BYTES
    for path in paths:
        root, is_folder = _root(path, form)
        stream = descriptor_of(path)
        single = _Named(root, form=form if stream is None else form or "json")
        for named in _files(root) if is_folder else [single]:
            source = os.path.realpath(named.path) if stream is None else STREAM
            if named.problem:
                yield FileEntry(named.path, problem=named.problem)
            elif (source, stream) not in seen:
                seen.add((source, stream))
                try:
                    data = _data(named, min(room, MAX_FILE_BYTES))
                    text = decoded(data)
                except (FileError, ValueError) as error:
                    if not is_folder:
                        raise FileError(f"{path}: {error}") from None
                    yield FileEntry(named.path, problem=str(error))
                    continue
                room -= len(data)
                yield from entries(named.path, text, source, named.form)


def _data(named: _Named, most: int) -> bytes:
    """What a file or a stream holds. Raises FileError."""
    if descriptor_of(named.path) is not None:
        return read_input(named.path, most)
    return read_user_file(named.path, most, follow=named.follow)


def _root(path: str, form: str) -> tuple[str, bool]:
    """The expanded path, and whether it is a folder."""
    if descriptor_of(path) is not None:
        return path, False
    try:
        root = str(expand_path(path)) if path.startswith("~") else path
        expand_path(path)
    except FileError as error:
        raise FileError(f"{path}: {error}") from None
    is_folder = os.path.isdir(root)
    if not is_folder and reader_of(root, form) is None:
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
