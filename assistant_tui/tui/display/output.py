"""Writes to the terminal, which may take nothing for a while, or be gone."""

import os
import select
from typing import TextIO

STUCK = 1.0
"""Seconds in which a terminal that the program wants to leave has taken nothing."""
_LOOK = 0.1
"""Seconds between looks at whether the program wants to leave."""
_CHUNK = 512
"""Bytes that are written at once where a write may block."""


class TerminalOutput:
    """The file that Textual's writer thread writes to; it never raises.

    Waiting for the terminal is this thread's alone: whoever wants to end does not wait for long.
    """

    def __init__(self, file: TextIO) -> None:
        self._encoding, self._errors = file.encoding, file.errors or "replace"
        self._parts: list[str] = []
        self._gone = False
        self._leaving = False
        self._blocks = False
        try:
            # The one that is given is shared with the shell, which would not block any more either.
            name = os.ttyname(file.fileno())
            flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK
            self._descriptor = os.open(name, flags)
        except OSError:  # as in a container that was entered, or after `su`
            self._descriptor = os.dup(file.fileno())
            self._blocks = True

    def fileno(self) -> int:
        """What is written to."""
        return self._descriptor

    def write(self, text: str) -> None:
        """Write when `flush` is called."""
        self._parts.append(text)

    def flush(self) -> None:
        """Write what there is, however long that takes."""
        data = "".join(self._parts).encode(self._encoding, self._errors)
        self._parts.clear()
        while data and not self._gone:
            data = data[self._send(data) :]

    def leave(self) -> None:
        """Wait no longer than `STUCK` for a terminal that takes nothing."""
        self._leaving = True

    def close(self) -> None:
        """Write nothing any more."""
        self._gone = True
        os.close(self._descriptor)

    def _send(self, data: bytes) -> int:
        """Write a part; returns how many bytes were taken."""
        if self._blocks and not self._takes_more():
            return 0
        try:
            return os.write(self._descriptor, data[:_CHUNK] if self._blocks else data)
        except BlockingIOError:
            self._takes_more()
        except OSError:
            self._gone = True
        return 0

    def _takes_more(self) -> bool:
        """Wait until the terminal takes more; one that does not is as good as gone in the end."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        left = STUCK
        while not poll.poll(_LOOK * 1000):
            left -= _LOOK if self._leaving else 0
            if left <= 0:
                self._gone = True
                return False
        return True
