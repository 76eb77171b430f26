"""Shows the first frame of an earlier start while Textual is still being imported.

A frame is saved with a digest of all that it depends on: cached rows, settings, version, size of
the terminal, environment. It is shown only if the digest is the same, so that the screen then draws
the same frame. Only the standard library is imported, since this is shown first.
"""

import hashlib
import json
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant_tui.startup.terminal_state import TERMINAL
from assistant_tui.storage.private_files import write_private

APPEARANCE_VARIABLES = ("TERM", "COLORTERM", "NO_COLOR", "TZ", "LANG", "LC_ALL", "COLUMNS", "LINES")
"""The environment variables that change how a frame looks."""
_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_FRAME = re.compile(r"(?:[^\x00-\x1f\x7f-\x9f]|\r\n|\x1b\[[\d;]*[CHKm])+")
"""Text, cursor positions, SGR and erased line ends; a file with anything else is not shown."""


class RememberedFrame:
    """The frame that was saved for the profile that is being opened, if it is still valid."""

    def __init__(self, folder: Path, listing: Path, facts: str, environ: Mapping[str, str]) -> None:
        """Compute the digest of what the frame depends on now.

        Args:
            folder: the cache folder, which holds the frame.
            listing: the file of the cached rows, whose name differs by server and account.
            facts: everything else that a frame shows, as one text.
            environ: the environment variables.
        """
        self._path = folder / "first-frame.json"
        self._listing = listing
        self._facts = [
            listing.name,
            facts,
            *(f"{name}={environ.get(name)}" for name in APPEARANCE_VARIABLES),
        ]
        self._key = self._digest()

    def _digest(self) -> str | None:
        """The digest of what the frame depends on; None without cached rows or a terminal."""
        try:
            size = os.get_terminal_size(sys.__stdin__.fileno()) if sys.__stdin__ else None
            rows = self._listing.read_bytes()
        except (OSError, ValueError):  # no such file, no terminal, or no descriptor at all
            return None
        facts = "\0".join([*self._facts, repr(size)])
        return hashlib.sha256(facts.encode("utf-8", "surrogateescape") + rows).hexdigest()

    @property
    def frame(self) -> str:
        """The text and escape sequences to write on an empty screen; empty if none is valid."""
        try:
            data = json.loads(self._path.read_text("utf-8"))
            key, frame = data["key"], data["frame"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return ""
        fits = key == self._key and isinstance(frame, str) and _FRAME.fullmatch(frame)
        return frame if fits else ""

    def save(self, frame: str) -> None:
        """Save the first frame of this run for the next start, unless it is out of date already.

        An error of the disk is ignored: the next start then shows no frame early.
        """
        if self._key is not None and frame not in ("", self.frame) and self._digest() == self._key:
            with suppress(OSError):
                write_private(self._path, json.dumps({"key": self._key, "frame": frame}))


@contextmanager
def show_frame(frame: str) -> Iterator[None]:
    """Show a frame until the screen takes the terminal; one that never does leaves it restored.

    Keys typed meanwhile are not echoed; they stay in the input queue for the screen. Ctrl+Z, which
    would leave the frame on the terminal of the shell, is ignored until then.

    Args:
        frame: the text and escape sequences; if empty, nothing is shown, and keys stay the shell's.
    """
    if not frame:
        yield
        return
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        TERMINAL.read_keys()
        TERMINAL.taken = True
        _write(_ENTER + frame)
        yield
    finally:
        if TERMINAL.taken:  # the process ends with an exception
            TERMINAL.restore()
            TERMINAL.taken = False


def _write(text: str) -> None:
    if sys.__stderr__ is not None:
        with suppress(OSError):  # the terminal is gone
            sys.__stderr__.write(text)
            sys.__stderr__.flush()
