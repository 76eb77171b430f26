"""Textual's driver, but that it does not sit out a wait when the keyboard is given up."""

import os
import re
import selectors
import time
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

TICK = 0.1
"""Seconds between looks at whether an Esc stays alone; Textual's own."""
SILENCE = 0.1
"""Seconds without input after which a terminal that answers nothing has said all; Textual's own."""
LONGEST = 2.0
"""Seconds within which a terminal that has answered before will answer again."""
_READ = 4096
_MODE_REPORT = re.compile(rb"\x1b\[\?\d+;\d\$y")
_OTHER_SCREEN = "\x1b[?1049h"
_ASK = "\x1b[c"
_ANSWER = re.compile(rb"\x1b\[\?[\d;]*c")


class PromptDriver(LinuxDriver):
    """Wakes its reader by a pipe, and leaves as soon as the terminal has had its last word."""

    def __init__(self, app: "App[Any]", **options: Any) -> None:
        super().__init__(app, **options)
        self._painted: bool = getattr(app, "painted", False)
        self._pipe: tuple[int, int] | None = None
        self._answers = False
        """Whether this terminal answers questions."""

    def start_application_mode(self) -> None:
        """Take the terminal, at the start or after an editor."""
        self._pipe = os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual left it untyped

    def write(self, data: str) -> None:
        """Write, but do not empty a screen that shows a first paint."""
        if data == _OTHER_SCREEN and self._painted:
            self._painted = False
        else:
            super().write(data)

    def disable_input(self) -> None:
        """Give the keyboard up."""
        if self._pipe is not None:
            os.write(self._pipe[1], b"!")
        super().disable_input()

    def run_input_thread(self) -> None:
        """Read until woken, and then what is still on its way."""
        assert self._pipe is not None
        alarm = self._pipe[0]
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(alarm, selectors.EVENT_READ)
            selector.register(self.fileno, selectors.EVENT_READ)
            while alarm not in (ready := _ready(selector, TICK)):
                if self.fileno in ready:
                    data = _read(self.fileno)
                    if not data:  # the terminal is gone: who looks after endings will say so
                        selector.unregister(self.fileno)
                    self._answers = self._answers or _MODE_REPORT.search(data) is not None
                    for event in parser.feed(decode(data)) if data else ():
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        self._take_leave()

    def _take_leave(self) -> None:
        """Swallow what the terminal sent before it knew that the mouse is off.

        It would end up in the shell or the editor. A terminal answers in order: after its answer
        there is nothing left.
        """
        self.exit_event.wait(SILENCE)
        if self._answers:
            self.write(_ASK)
            self.flush()
        end, seen = time.monotonic() + (LONGEST if self._answers else SILENCE), b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not _ANSWER.search(seen) and (left := end - time.monotonic()) > 0:
                if _ready(selector, left):
                    data = _read(self.fileno)
                    if not data:
                        break
                    seen += data

    def close(self) -> None:
        """Close the pipe, too."""
        super().close()
        for end in self._pipe or ():
            os.close(end)
        self._pipe = None


def _ready(selector: selectors.BaseSelector, seconds: float) -> set[int]:
    return {key.fd for key, _ in selector.select(seconds)}


def _read(fileno: int) -> bytes:
    """What the terminal has sent; nothing if it is gone."""
    try:
        return os.read(fileno, _READ)
    except OSError:
        return b""
