"""Reads the files that a person names."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.document import Document
from assistant_tui.core.formats import json_file
from assistant_tui.core.importing import READERS, Entry, entries, reader_of


def read_text(name: str, option: str) -> str:
    """The text of a file, or of stdin for `-`; every line break stays as it is.

    Raises:
        ConfigurationError: it cannot be read, or is not UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{option} {name}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{option} {name}: line {line}: not UTF-8") from None
    except AttributeError:
        raise ConfigurationError(f"{option} -: standard input is closed") from None


def read_object(name: str) -> Document:
    """The one assistant, or part of one, that the file of `--file` holds, by its name or in JSON.

    Raises:
        ConfigurationError: it cannot be read, or is not just one.
    """
    read = reader_of(name) or json_file.read
    try:
        found = read(read_text(name, "--file"))
        if len(found) != 1:
            raise ValueError(f"one assistant is allowed, there are {len(found)}")
    except ValueError as error:
        raise ConfigurationError(f"--file {name}: {error}") from None
    return Document(found[0].text)


def read_entries(paths: Sequence[str], option: str) -> Iterator[Entry]:
    """The assistants that stand in files, and in those of folders.

    A file that is named twice is read once. Raises ConfigurationError.
    """
    seen = set()
    for path in paths:
        names = sorted(_files(path)) if os.path.isdir(path) else [path]
        if not names:
            raise ConfigurationError(f"{option} {path}: no file in it ends in {_allowed()}")
        for name in names:
            if reader_of(name) is None:
                raise ConfigurationError(
                    f"{option} {name}: files that end in {_allowed()} are read"
                )
            source = os.path.realpath(name)
            if source not in seen:
                seen.add(source)
                yield from entries(name, read_text(name, option), source)


def _files(folder: str) -> Iterator[str]:
    """The files below a folder that are for us; what is hidden is not."""
    for place, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        for name in names:
            if reader_of(name) is not None and not name.startswith("."):
                yield str(Path(place, name))


def _allowed() -> str:
    return ", ".join(READERS)
