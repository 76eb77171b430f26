"""Textual's driver, but that neither the keyboard nor the screen can hold it up."""

import os
import re
import select
import selectors
import termios
import time
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from assistant_tui.ending import ENDING
from assistant_tui.terminal import TERMINAL
from assistant_tui.tui.display.keyboard import Keyboard
from assistant_tui.tui.display.output import TerminalOutput
from assistant_tui.tui.display.sequences import bounded

if TYPE_CHECKING:
    from textual.app import App

SILENCE = 0.1
"""Seconds without input after which a terminal that answers nothing has said all; Textual's own."""
LONGEST = 2.0
"""Seconds within which a terminal that has answered before will answer again."""
BEHIND = 30
"""Writes that wait for the terminal from which it is not worth while to add more."""
_READ, _MOST_READS = 4096, 64
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
        self._keyboard: Keyboard | None = None
        """None until the terminal was taken for the first time."""
        self._output: TerminalOutput | None = None

    @property
    def is_behind(self) -> bool:
        """Whether the terminal takes less than is written."""
        return self._writer_thread is not None and self._writer_thread._queue.qsize() > BEHIND

    def start_application_mode(self) -> None:
        """Take the terminal, at the start or after an editor; not where the program is to end."""
        if ENDING.code is not None:
            return
        again, self._keyboard = self._keyboard is not None, Keyboard()
        if again:
            self._discard_input(self._keyboard)
        self._pipe = os.pipe()
        assert self._file is not None  # the program does not start without a terminal
        terminal, self._output = self._file, TerminalOutput(self._file)
        # The thread that it gives this to asks for nothing but what the other has, too.
        self._file = cast(TextIOWrapper, self._output)
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual left it untyped
        self._file = terminal
        if self._writer_thread is not None:  # None where the terminal is gone
            self._writer_thread._queue.maxsize = 0  # whoever writes must not wait for the terminal
            TERMINAL.taken = True

    def write(self, data: str) -> None:
        """Write, but do not empty a screen that shows a first paint."""
        if data == _OTHER_SCREEN and self._painted:
            self._painted = False
        elif self._writer_thread is not None:  # None where the terminal was lost, or is given away
            super().write(data)

    def disable_input(self) -> None:
        """Give the keyboard up, if it was not given away already: it is somebody else's then."""
        if self._pipe is not None:
            os.write(self._pipe[1], b"!")
            super().disable_input()

    def _run_input_thread(self) -> None:
        """Read; a fault ends the program as in any other thread, and not with Textual's report."""
        self.run_input_thread()

    def run_input_thread(self) -> None:
        """Read until woken, and then what is still on its way."""
        assert self._pipe is not None and self._keyboard is not None
        alarm, keyboard = self._pipe[0], self._keyboard
        with selectors.DefaultSelector() as selector:
            selector.register(alarm, selectors.EVENT_READ)
            selector.register(self.fileno, selectors.EVENT_READ)
            while alarm not in (ready := _ready(selector, keyboard.patience)):
                data = _read(self.fileno) if ready else b""
                if ready and not data:  # the terminal is gone: who looks after endings will say so
                    selector.unregister(self.fileno)
                self._answers = self._answers or _MODE_REPORT.search(data) is not None
                for event in keyboard.read(data) if data else keyboard.silence():
                    self.process_message(event)
        self._take_leave()

    def _discard_input(self, keyboard: Keyboard) -> None:
        """Take what was typed for somebody else, or what the terminal has answered to it.

        The terminal hands it out before a line has ended only while it is not in lines.
        """
        try:
            before = termios.tcgetattr(self.fileno)
            in_no_lines = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
            termios.tcsetattr(self.fileno, termios.TCSANOW, in_no_lines)
            for _ in range(_MOST_READS):
                if not select.select([self.fileno], [], [], 0)[0]:
                    break
                keyboard.discard(_read(self.fileno))
            termios.tcsetattr(self.fileno, termios.TCSANOW, before)
        except termios.error:  # the terminal is gone
            return

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
        """Write what is left, and close the pipe, too.

        Textual may close a terminal that it has taken again on its way out: then its reader still
        waits, and would do so for ever.
        """
        if self._key_thread is not None and self._key_thread.is_alive():
            self.stop_application_mode()
        TERMINAL.taken = False
        self.attrs_before = None  # the settings are the shell's own now, or the editor's
        if self._output is not None:
            self._output.leave()
            super().close()
            self._output.close()
            self._output = self._writer_thread = None
        for end in self._pipe or ():
            os.close(end)
        self._pipe = None

    def _get_terminal_size(self) -> tuple[int, int]:
        return bounded(*super()._get_terminal_size())


def _ready(selector: selectors.BaseSelector, seconds: float | None) -> set[int]:
    return {key.fd for key, _ in selector.select(seconds)}


def _read(fileno: int) -> bytes:
    """What the terminal has sent; nothing if it is gone."""
    try:
        return os.read(fileno, _READ)
    except OSError:
        return b""
