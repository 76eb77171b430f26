"""The log of requests: off unless asked for, readable by its owner alone."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from assistant_tui.storage.private import open_private, private_folder

LARGEST = 1_000_000
"""Bytes of one file; then it is rotated."""
KEPT = 3
"""Older files that are kept."""


class _PrivateFile(RotatingFileHandler):
    """A rotating file whose every generation has mode 0600."""

    def _open(self) -> Any:
        handle = open_private(Path(self.baseFilename), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return os.fdopen(handle, self.mode, encoding=self.encoding, errors=self.errors)


def keep_quiet() -> None:
    """Let no library's complaint reach the terminal, where the screen is drawn."""
    logging.getLogger().addHandler(logging.NullHandler())


def start_log(path: Path) -> None:
    """Write a line for each request: method, path, status, time, request id; no body, no key."""
    private_folder(path.parent)
    handler = _PrivateFile(
        path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("assistant_tui")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
