"""The files that tell what went wrong: the crash report and the log of requests.

Both are readable by their owner alone. The report holds no local variables and no key; the log is
written only with --log, and holds neither keys nor contents.
"""

import logging
import os
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from assistant_tui.config.api_keys import known_secrets
from assistant_tui.core.redaction import redact
from assistant_tui.storage.private_files import open_private, private_folder

CRASH_REPORT_NAME = "crash.txt"


def write_crash_report(folder: Path, fault: BaseException) -> Path | None:
    """Replace the last crash report by the traceback of a fault; None if it cannot be written.

    Keys that a message or a source line in the traceback quotes are redacted.
    """
    text = redact("".join(traceback.format_exception(fault)), known_secrets())
    path = folder / CRASH_REPORT_NAME
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
def report_thread_faults(
    folder: Path, on_fault: Callable[[BaseException, Path | None], object]
) -> Iterator[None]:
    """Write a report of a fault that ends a thread, and call `on_fault` with both, in that thread.

    Python itself would print the traceback over the screen.
    """

    def report(ended: threading.ExceptHookArgs) -> None:
        if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
            on_fault(ended.exc_value, write_crash_report(folder, ended.exc_value))

    before, threading.excepthook = threading.excepthook, report
    try:
        yield
    finally:
        threading.excepthook = before


LOG_FILE_BYTES = 1_000_000
"""The size in bytes at which the log is rotated."""
OLD_LOG_FILES = 3
"""How many rotated files are kept."""


class _PrivateFile(RotatingFileHandler):
    """A rotating file whose every generation has mode 0600."""

    def _open(self) -> Any:
        handle = open_private(Path(self.baseFilename), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return os.fdopen(handle, self.mode, encoding=self.encoding, errors=self.errors)


def silence_libraries() -> None:
    """Keep log records of libraries from the terminal, where the screen is drawn."""
    logging.getLogger().addHandler(logging.NullHandler())


def start_request_log(path: Path) -> None:
    """Log a line for each request: method, path, status, time, request id. Raises OSError."""
    private_folder(path.parent)
    handler = _PrivateFile(
        path,
        maxBytes=LOG_FILE_BYTES,
        backupCount=OLD_LOG_FILES,
        encoding="utf-8",
        errors="backslashreplace",
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("assistant_tui")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
