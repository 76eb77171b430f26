"""Shows the first frame of an earlier start again, while the screen is still being imported.

A frame is kept with all that it depends on: it is shown only where the same would be drawn anew.
Only the standard library is imported.
"""

import hashlib
import json
import os
import re
import signal
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant_tui.startup.terminal_state import TERMINAL
from assistant_tui.storage.private_files import write_private

APPEARANCE_VARIABLES = ("TERM", "COLORTERM", "NO_COLOR", "TZ", "LANG", "LC_ALL", "COLUMNS", "LINES")
"""What the environment says about looks."""
_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_FRAME = re.compile(r"(?:[^\x00-\x1f\x7f-\x9f]|\r\n|\x1b\[[\d;]*[CHKm])+")
"""Texts, places, looks and erased ends of lines; nothing else is let through to a terminal."""


class RememberedFrame:
    """The frame that was kept for what is being opened, if there is one."""

    def __init__(self, folder: Path, listing: Path, facts: str, environ: Mapping[str, str]) -> None:
        """`listing` is the file with the remembered rows, whose name tells servers and accounts
        apart, `facts` all else that a frame shows."""
        self._path = folder / "first-frame.json"
        self._listing = listing
        self._facts = [
            listing.name,
            facts,
            *(f"{name}={environ.get(name)}" for name in APPEARANCE_VARIABLES),
        ]
        self._key = self._digest()

    def _digest(self) -> str | None:
        """Of all that the frame depends on now; None while nothing is remembered."""
        try:
            size = os.get_terminal_size(sys.__stdin__.fileno()) if sys.__stdin__ else None
            rows = self._listing.read_bytes()
        except (OSError, ValueError):  # no such file, no terminal, or no descriptor at all
            return None
        facts = "\0".join([*self._facts, repr(size)])
        return hashlib.sha256(facts.encode("utf-8", "surrogateescape") + rows).hexdigest()

    @property
    def frame(self) -> str:
        """What to write on an empty screen; nothing if no frame fits."""
        try:
            data = json.loads(self._path.read_text("utf-8"))
            key, frame = data["key"], data["frame"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return ""
        fits = key == self._key and isinstance(frame, str) and _FRAME.fullmatch(frame)
        return frame if fits else ""

    def save(self, frame: str) -> None:
        """Keep the first frame of this run for the next; a disk that refuses costs only that.

        Not if it would look different then.
        """
        if self._key is not None and frame not in ("", self.frame) and self._digest() == self._key:
            with suppress(OSError):
                write_private(self._path, json.dumps({"key": self._key, "frame": frame}))


@contextmanager
def show_frame(frame: str) -> Iterator[None]:
    """Show a frame while something else is done; what goes wrong there gives the terminal back.

    Keys that are typed meanwhile are not echoed, and wait for whoever reads them afterwards.
    """
    if not frame or sys.__stdin__ is None:
        yield
        return
    keyboard = sys.__stdin__.fileno()
    try:
        before = termios.tcgetattr(keyboard)
    except termios.error:  # the terminal is gone
        yield
        return
    quiet = [*before[:3], before[3] & ~(termios.ECHO | termios.ICANON), *before[4:]]
    with _ignoring_job_stops():
        try:
            TERMINAL.taken = True
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(keyboard, termios.TCSANOW, quiet)
            _write(_ENTER + frame)
            yield
        except BaseException:
            _write(_LEAVE)
            TERMINAL.taken = False
            raise
        finally:
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _write(text: str) -> None:
    if sys.__stderr__ is not None:
        with suppress(OSError):  # the terminal is gone
            sys.__stderr__.write(text)
            sys.__stderr__.flush()


@contextmanager
def _ignoring_job_stops() -> Iterator[None]:
    """Whoever stops the program would leave the shell a terminal with a frame on it."""
    before = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)
