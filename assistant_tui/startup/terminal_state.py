"""Saves the settings of the terminal, and restores them without waiting for it.

Used by the exit by force, which must not block on a terminal that accepts no output or is gone; an
orderly end restores by itself what it changed.
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
"""Resets every mode that the remembered frame and the screen may have set."""


def key_by_key(settings: list[Any]) -> list[Any]:
    """The same settings of a terminal, but each key arrives at once, as it was typed, unechoed.

    Enter is otherwise translated into Ctrl+J, and Ctrl+S stops the output. Ctrl+C remains a signal.

    Args:
        settings: as `termios.tcgetattr` returns them.
    """
    flags = termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.IXOFF
    local = termios.ECHO | termios.ICANON | termios.IEXTEN
    return [settings[0] & ~flags, *settings[1:3], settings[3] & ~local, *settings[4:]]


class TerminalState:
    """The terminal that the screen is drawn on, and its settings from before."""

    def __init__(self) -> None:
        self.taken = False
        """Whether the screen is drawn on it now; False while an editor or the shell uses it."""
        self._keyboard = self._screen = -1
        self.before: list[Any] | None = None
        """Its settings from before the program, as `termios.tcgetattr` returns them; or None."""

    def save_settings(self, keyboard: int, screen: int) -> None:
        """Save the settings of a terminal before anything changes them.

        Args:
            keyboard: the descriptor that is read from.
            screen: the one that is drawn on.
        """
        self._keyboard, self._screen = keyboard, screen
        with suppress(termios.error):  # it is gone already, or none
            self.before = termios.tcgetattr(keyboard)

    def read_keys(self) -> None:
        """Let each key arrive at once and unechoed, before the screen is there to read it."""
        if self.before is not None:
            with suppress(termios.error):  # it is gone
                termios.tcsetattr(self._keyboard, termios.TCSANOW, key_by_key(self.before))

    def restore(self, words: str = "") -> None:
        """Restore the settings, leave the alternate screen, and print `words`.

        If another job of the shell uses the terminal by now, it is left alone. Called in a thread
        that does nothing else afterwards, since a signal is blocked in it.
        """
        if self.before is None:
            return
        # SIGTTOU would stop the whole process if it writes from the background.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        with suppress(OSError, termios.error):  # it is gone
            if os.tcgetpgrp(self._keyboard) == os.getpgrp():
                # Unsent output is a part of a frame, and could delay what follows.
                termios.tcflush(self._keyboard, termios.TCOFLUSH)
                termios.tcsetattr(self._keyboard, termios.TCSANOW, self.before)
                self._write((_LEAVE if self.taken else "") + words)

    def _write(self, text: str) -> None:
        """Write what the terminal accepts at once.

        Through a descriptor of our own, since O_NONBLOCK on the inherited one would apply to the
        shell, too.
        """
        flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
        try:
            descriptor = os.open(os.ttyname(self._screen), flags)
        except OSError:  # as in a container, or after `su`
            descriptor = self._screen
        if select.select([], [descriptor], [], 0)[1]:
            os.write(descriptor, text.encode("utf-8", "replace"))


TERMINAL = TerminalState()
"""The terminal of this process."""
