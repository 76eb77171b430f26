"""Textual's driver for Unix terminals, without its blocking reads and writes.

The reader thread is woken by a pipe; the writer thread writes to a descriptor that does not block.
When the terminal is given back, input that was still on its way is read and dropped.
"""

import os
import re
import select
import selectors
import termios
import time
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from assistant_tui.startup.shutdown import SHUTDOWN
from assistant_tui.startup.terminal_state import TERMINAL, key_by_key
from assistant_tui.tui.terminal.escape_sequences import clamp_size
from assistant_tui.tui.terminal.input_decoder import InputDecoder
from assistant_tui.tui.terminal.keyboard_protocol import asked_flags, correction

if TYPE_CHECKING:
    from textual.app import App

from typing import TextIO

STUCK_TIMEOUT = 1.0
"""Seconds in which a terminal that the program wants to leave has taken nothing."""
_POLL_INTERVAL = 0.1
"""Seconds between checks whether the program is ending."""
_CHUNK_SIZE = 512
"""Bytes that are written at once where a write may block."""
SILENT_TIMEOUT = 0.1
"""Seconds without input after which a terminal counts as silent; the same as Textual's."""
ANSWER_TIMEOUT = 2.0
"""Seconds within which a terminal that has answered before will answer again."""
MAX_PENDING_WRITES = 30
"""Writes that wait for the terminal from which it is not worth while to add more."""
_READ_SIZE, _MAX_READS = 4096, 64
_MODE_REPORT = re.compile(rb"\x1b\[\?\d+;\d\$y")
_ENTER_ALTERNATE_SCREEN = "\x1b[?1049h"
_REQUEST_ATTRIBUTES = "\x1b[c"
_ATTRIBUTES_REPORT = re.compile(rb"\x1b\[\?[\d;]*c")


class TerminalOutput:
    """The file that Textual's writer thread writes to; it never raises.

    Only the writer thread waits for the terminal; after `leave` it waits for `STUCK_TIMEOUT`.
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
        """The descriptor that is written to."""
        return self._descriptor

    def write(self, text: str) -> None:
        """Buffer a text until `flush` is called."""
        self._parts.append(text)

    def flush(self) -> None:
        """Write what is buffered, however long the terminal takes."""
        data = "".join(self._parts).encode(self._encoding, self._errors)
        self._parts.clear()
        while data and not self._gone:
            data = data[self._send(data) :]

    def leave(self) -> None:
        """Wait no longer than `STUCK_TIMEOUT` for a terminal that takes nothing."""
        self._leaving = True

    def close(self) -> None:
        """Close the descriptor; what is written afterwards is dropped."""
        self._gone = True
        os.close(self._descriptor)

    def _send(self, data: bytes) -> int:
        """Write a part; returns how many bytes were taken."""
        if self._blocks and not self._takes_more():
            return 0
        try:
            return os.write(self._descriptor, data[:_CHUNK_SIZE] if self._blocks else data)
        except BlockingIOError:
            self._takes_more()
        except OSError:
            self._gone = True
        return 0

    def _takes_more(self) -> bool:
        """Wait until the terminal takes more; False once it is given up."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        left = STUCK_TIMEOUT
        while not poll.poll(_POLL_INTERVAL * 1000):
            left -= _POLL_INTERVAL if self._leaving else 0
            if left <= 0:
                self._gone = True
                return False
        return True


class NonBlockingDriver(LinuxDriver):
    """Reads without polling, writes without blocking, and ends without waiting."""

    def __init__(self, app: "App[Any]", **options: Any) -> None:
        super().__init__(app, **options)
        self._painted: bool = getattr(app, "painted", False)
        self._pipe: tuple[int, int] | None = None
        self._answers_queries = False
        """Whether this terminal has answered a query."""
        self._keyboard: InputDecoder | None = None
        """None until the terminal was taken for the first time."""
        self._output: TerminalOutput | None = None

    @property
    def is_behind(self) -> bool:
        """Whether the terminal takes less than is written."""
        return (
            self._writer_thread is not None
            and self._writer_thread._queue.qsize() > MAX_PENDING_WRITES
        )

    def start_application_mode(self) -> None:
        """Take the terminal, at the start or after an editor; not where the program is to end."""
        if SHUTDOWN.code is not None:
            return
        again, self._keyboard = self._keyboard is not None, InputDecoder()
        before = (None if again else TERMINAL.before) or self._settings()
        self._read_keys()
        if again:
            self._discard_input(self._keyboard)
        self._pipe = os.pipe()
        assert self._file is not None  # the program does not start without a terminal
        terminal, self._output = self._file, TerminalOutput(self._file)
        # The thread that it gives this to asks for nothing but what the other has, too.
        self._file = cast(TextIOWrapper, self._output)
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual left it untyped
        self._file = terminal
        self.attrs_before = before
        if self._writer_thread is not None:  # None where the terminal is gone
            self._writer_thread._queue.maxsize = 0  # whoever writes must not wait for the terminal
            TERMINAL.taken = True

    def write(self, data: str) -> None:
        """Write, but do not empty a screen that shows a remembered frame."""
        if data == _ENTER_ALTERNATE_SCREEN and self._painted:
            self._painted = False
        elif self._writer_thread is not None:  # None where the terminal was lost, or is given away
            super().write(asked_flags(data))

    def disable_input(self) -> None:
        """Stop reading, unless that has been done already."""
        if self._pipe is not None:
            os.write(self._pipe[1], b"!")
            super().disable_input()

    def _run_input_thread(self) -> None:
        """Read; a fault ends the program as in any other thread, and not with Textual's report."""
        self.run_input_thread()

    def run_input_thread(self) -> None:
        """Read until woken, then drop the input that is still on its way."""
        assert self._pipe is not None and self._keyboard is not None
        alarm, keyboard, granted = self._pipe[0], self._keyboard, 0
        with selectors.DefaultSelector() as selector:
            selector.register(alarm, selectors.EVENT_READ)
            selector.register(self.fileno, selectors.EVENT_READ)
            while alarm not in (ready := _readable(selector, keyboard.timeout)):
                data = _read(self.fileno) if ready else b""
                if ready and not data:  # the terminal is gone: a signal ends the program
                    selector.unregister(self.fileno)
                self._answers_queries = (
                    self._answers_queries or _MODE_REPORT.search(data) is not None
                )
                for event in keyboard.read(data) if data else keyboard.on_timeout():
                    self.process_message(event)
                if keyboard.keyboard_flags != granted:
                    granted = keyboard.keyboard_flags
                    if request := correction(granted):
                        self.write(request)
        self._drain_input()

    def _settings(self) -> list[Any] | None:
        try:
            return termios.tcgetattr(self.fileno)
        except termios.error:  # the terminal is gone
            return None

    def _read_keys(self) -> None:
        """Let keys arrive as they are typed, before the screen shows that they are awaited."""
        settings = self._settings()
        if settings is not None:
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(self.fileno, termios.TCSANOW, key_by_key(settings))

    def _discard_input(self, keyboard: InputDecoder) -> None:
        """Drop what was typed for another program, or what the terminal has answered to it."""
        for _ in range(_MAX_READS):
            if not select.select([self.fileno], [], [], 0)[0]:
                break
            keyboard.discard(_read(self.fileno))

    def _drain_input(self) -> None:
        """Read and drop what the terminal sent before mouse reports were switched off.

        It would end up in the shell or the editor. A terminal answers in order, so nothing is left
        after the answer to a query that was sent last.
        """
        self.exit_event.wait(SILENT_TIMEOUT)
        if self._answers_queries:
            self.write(_REQUEST_ATTRIBUTES)
            self.flush()
        end, seen = (
            time.monotonic() + (ANSWER_TIMEOUT if self._answers_queries else SILENT_TIMEOUT),
            b"",
        )
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not _ATTRIBUTES_REPORT.search(seen) and (left := end - time.monotonic()) > 0:
                if _readable(selector, left):
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
        """The terminal's own size; COLUMNS and LINES, which a shell may have exported, only where
        it does not know it."""
        try:
            columns, lines = os.get_terminal_size(self.fileno)
        except OSError:  # the terminal is gone
            columns = lines = 0
        return clamp_size(
            *((columns, lines) if columns and lines else super()._get_terminal_size())
        )


def _readable(selector: selectors.BaseSelector, seconds: float | None) -> set[int]:
    return {key.fd for key, _ in selector.select(seconds)}


def _read(fileno: int) -> bytes:
    """What the terminal has sent; empty if it is gone."""
    try:
        return os.read(fileno, _READ_SIZE)
    except OSError:
        return b""
