"""What the subcommands and the screen need to know and do about stdin, stdout and stderr."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class OutputError(OSError):
    """Standard output takes no more, as on a full disk; its reader is still there."""

    def __str__(self) -> str:
        return f"standard output: {self.strerror}"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; one that was closed before the start is None."""
    return stream is not None and stream.isatty()


def discard(stream: TextIO) -> None:
    """Point a stream at the null device, so that what is buffered can be written at the end."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, stream.fileno())
    os.close(null_device)


@contextmanager
def writing_stdout() -> Iterator[None]:
    """Write to stdout inside.

    Raises:
        BrokenPipeError: its reader is gone.
        OutputError: it takes no more.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from None
