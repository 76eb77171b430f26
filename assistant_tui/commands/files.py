"""Reads the files that a person names."""

import sys
from pathlib import Path

from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.document import Document, read_strictly


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
    """The object that the file of `--file` holds. Raises ConfigurationError."""
    text = read_text(name, "--file")
    try:
        if not isinstance(read_strictly(text), dict):
            raise ValueError("one JSON object is allowed")
    except ValueError as error:
        raise ConfigurationError(f"--file {name}: {error}") from None
    return Document(text)
