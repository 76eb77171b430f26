"""What the subcommands and the screen need to know and do about stdin, stdout and stderr."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


def run_and_flush(action: Callable[[], int]) -> int:
    """Run what writes to stdout; returns its exit code, or 1 where stdout takes no more.

    Flushes both streams at the end; otherwise the interpreter would print a complaint at its exit.
    """
    try:
        return _run_and_flush_stdout(action)
    except OutputError as error:
        discard(sys.stdout)
        with suppress(OSError):
            print(f"assistant-tui: {error}", file=sys.stderr)
        return 1
    finally:
        if sys.stderr is not None:
            try:
                sys.stderr.flush()
            except OSError:
                discard(sys.stderr)


def _run_and_flush_stdout(action: Callable[[], int]) -> int:
    try:
        return action()
    except BrokenPipeError:
        return 0
    finally:
        try:
            if sys.stdout is not None:
                with writing_stdout():
                    sys.stdout.flush()
        except BrokenPipeError:
            discard(sys.stdout)
