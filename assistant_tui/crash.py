"""The report of a fault: without local variables and keys, and for its owner alone."""

import os
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant_tui.config.keys import known_keys
from assistant_tui.core.redaction import redact
from assistant_tui.storage.private import open_private, private_folder

NAME = "crash.txt"


def write_report(folder: Path, fault: BaseException) -> Path | None:
    """Write what led to a fault in the place of the last report; None where that cannot be done.

    A message, and a line of source in a traceback, may quote a key: it is taken out.
    """
    text = redact("".join(traceback.format_exception(fault)), known_keys())
    path = folder / NAME
    try:
        private_folder(folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        handle = open_private(path, flags)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    return path


@contextmanager
def faults_of_threads(
    folder: Path, told: Callable[[BaseException, Path | None], object]
) -> Iterator[None]:
    """Report a fault that ends a thread, and tell of it and of its report, from that thread.

    Python would print the traceback over the screen, and go on without the thread.
    """

    def report(ended: threading.ExceptHookArgs) -> None:
        if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
            told(ended.exc_value, write_report(folder, ended.exc_value))

    before, threading.excepthook = threading.excepthook, report
    try:
        yield
    finally:
        threading.excepthook = before
