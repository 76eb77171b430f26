"""Remembers how the terminal was, and gives it back without waiting for it.

For the end by force, which must not hang on a terminal that takes nothing or is gone; what ends in
good order puts back itself what it changed.
"""

import os
import select
import signal
import termios
from contextlib import suppress
from typing import Any

_LEAVE = (
    "\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l"
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""Takes back every mode that the first paint and the screen may have set."""


class TerminalState:
    """The terminal that a screen is drawn on."""

    def __init__(self) -> None:
        self.taken = False
        """Whether a screen is on it now; False while an editor or the shell has it."""
        self._keyboard = self._screen = -1
        self._before: list[Any] | None = None

    def save_settings(self, keyboard: int, screen: int) -> None:
        """Keep the settings of a terminal, before anything changes them.

        Args:
            keyboard: the descriptor that is read from.
            screen: the one that is drawn on.
        """
        self._keyboard, self._screen = keyboard, screen
        with suppress(termios.error):  # it is gone already, or none
            self._before = termios.tcgetattr(keyboard)

    def restore(self, words: str = "") -> None:
        """Put everything back, and say something below; from a thread that does nothing else.

        Another job of the shell may have the terminal by now: then it is left alone.
        """
        if self._before is None:
            return
        # Who writes from the background would be stopped, and that is the whole process.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        with suppress(OSError, termios.error):  # it is gone
            if os.tcgetpgrp(self._keyboard) == os.getpgrp():
                # What waits there is a part of a frame; it may hold up what follows.
                termios.tcflush(self._keyboard, termios.TCOFLUSH)
                termios.tcsetattr(self._keyboard, termios.TCSANOW, self._before)
                self._write((_LEAVE if self.taken else "") + words)

    def _write(self, text: str) -> None:
        """Write what the terminal takes at once.

        By a descriptor of our own: the shell shares the one that is given, and would not wait for
        the terminal any more either.
        """
        flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
        try:
            descriptor = os.open(os.ttyname(self._screen), flags)
        except OSError:  # as in a container that was entered, or after `su`
            descriptor = self._screen
        if select.select([], [descriptor], [], 0)[1]:
            os.write(descriptor, text.encode("utf-8", "replace"))


TERMINAL = TerminalState()
"""The one of this process."""
