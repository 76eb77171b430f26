"""What the subcommands and the screen need to know and do about stdin, stdout and stderr."""

import os
import sys
from typing import TextIO


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; one that was closed before the start is None."""
    return stream is not None and stream.isatty()


def discard_stdout() -> None:
    """Point stdout at the null device, so that what is still buffered can be written at the end."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, sys.stdout.fileno())
    os.close(null_device)
