"""Ends this process in time after a signal, the loss of its terminal, or a fault in a thread.

1. The request to end is delivered to the listener (the screen or a subcommand), which ends in good
   order; without a listener SystemExit is raised in the main thread.
2. Meanwhile a watchdog thread counts the seconds. When they are over it kills child processes,
   restores the terminal and exits the process: a main thread that is blocked by a disk, a resolver
   or another thread cannot keep it alive.
"""

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

from assistant_tui.config import child_processes
from assistant_tui.startup.terminal_state import TERMINAL

if TYPE_CHECKING:
    import asyncio

GRACE_SECONDS = 1.5
"""Seconds from the first signal until the process is exited by force."""
QUIT_GRACE_SECONDS = 5.0
"""The same after the person quits: longer, since nobody waits for the process."""
EXIT_CODES = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}
"""The exit code after each signal that ends the program."""
_WAKE = b"\0"

Listener = Callable[[int], object]
"""Is called with an exit code, from any thread or a signal handler."""


class Shutdown:
    """The requests to end one process, and the watchdog that enforces them."""

    def __init__(self) -> None:
        self.code: int | None = None
        """The exit code, once an end was requested that cannot be refused; else None."""
        self._requested = threading.Event()
        """Set by the watchdog thread: a signal handler could interrupt the very wait that it
        ends."""
        self._listener: Listener | None = None
        self._grace = GRACE_SECONDS
        self._since: float | None = None
        self._deadline: tuple[float, int] | None = None
        """The monotonic time and exit code of an exit by force that no signal requested."""
        self._message = ""
        self._raised = False
        self._terminals: list[int] = []
        self._pipe: tuple[int, int] | None = None
        """Wakes the watchdog thread by a byte; None until it was started."""
        self._wake_main: Callable[[], object] | None = None

    def start(self) -> None:
        """Handle signals and start the watchdog thread; called in the main thread."""
        self._pipe = os.pipe()
        for end in self._pipe:
            os.set_blocking(end, False)
        # The C handler writes the signal number there even while the main thread runs no Python.
        signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        for number in _unless_ignored(signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, self._handle)
        threading.Thread(target=self._watch, name="ending", daemon=True).start()

    def wake_by_signals(self, loop: "asyncio.AbstractEventLoop") -> None:
        """Wake the event loop of the main thread at every signal, until it is closed.

        Python runs handlers in the main thread only, once that thread runs Python code. A signal
        that the system delivers to another thread, as SIGCONT after a stop, interrupts no wait of
        the main thread.
        """
        self._wake_main = partial(loop.call_soon_threadsafe, _do_nothing)

    def begin_exit(self, code: int) -> None:
        """Limit the time for what Python does at its exit, such as joining threads."""
        for number in _unless_ignored(signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self.force_exit_after(code, GRACE_SECONDS)

    def watch_terminal(self, *descriptors: int) -> None:
        """Request the end when the other side of one of these terminals is closed.

        Under nohup no signal reports that.

        Args:
            descriptors: open file descriptors of terminals.
        """
        if self._pipe is not None:
            self._terminals += descriptors
            self._wake()

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Call a function at each signal inside; at once if an end was requested before.

        After an end that was requested inside, the listener from before is called on leaving.
        """
        outer, before = self._listener, self.code
        numbers = _unless_ignored(*EXIT_CODES)
        handlers = {number: signal.signal(number, self._handle) for number in numbers}
        self.listen(listener)
        try:
            yield
        finally:
            self._listener = outer
            for number, handler in handlers.items():
                signal.signal(number, handler)
            if outer is not None and self.code is not None and before is None:
                outer(self.code)
            if outer is None and self._pipe is None:
                self.code = None

    def listen(self, listener: Listener) -> None:
        """Replace the listener until `listening` is left."""
        self._listener = listener
        if self.code is not None:
            listener(self.code)

    @contextmanager
    def grace(self, seconds: float) -> Iterator[None]:
        """Allow what is done inside this many seconds to end."""
        before, self._grace = self._grace, seconds
        try:
            yield
        finally:
            self._grace = before
            if self._since is not None:
                self._since = time.monotonic()
            self._wake()

    def request(self, code: int, words: str = "") -> None:
        """Request the end, from any thread; `words` are printed if the exit is by force."""
        self._message = self._message or words
        self._start_countdown(code)
        if self._listener is not None:
            self._listener(code)
        elif self._pipe is not None:
            os.kill(os.getpid(), signal.SIGTERM)  # handled in the main thread

    def wait_for_request(self, seconds: float) -> bool:
        """Wait up to `seconds` for a request to end; returns whether there is one."""
        return self._requested.wait(seconds)

    def force_exit_after(self, code: int, seconds: float = QUIT_GRACE_SECONDS) -> None:
        """Exit by force after `seconds` if the process has not ended by itself."""
        self._deadline = (time.monotonic() + seconds, code)
        self._wake()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT:  # a person can press Ctrl+C again
            self._start_countdown(EXIT_CODES[signal.Signals(number)])
        code = EXIT_CODES[signal.Signals(number)] if self.code is None else self.code
        if self._listener is not None:
            self._listener(code)
        elif not self._raised:
            self._raised = True
            raise SystemExit(code)

    def _start_countdown(self, code: int) -> None:
        if self.code is None:
            self.code, self._since = code, time.monotonic()
            self._wake()

    def _wake(self) -> None:
        if self._pipe is not None:
            with suppress(BlockingIOError):  # the pipe is full, so the thread will wake
                os.write(self._pipe[1], _WAKE)

    def _watch(self) -> None:
        assert self._pipe is not None
        poll, pipe = select.poll(), self._pipe[0]
        poll.register(pipe, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll(self._milliseconds_left()):
                if descriptor == pipe:
                    self._read_wakeups(os.read(pipe, 4096), poll)
                else:
                    poll.unregister(descriptor)
                    self.request(EXIT_CODES[signal.SIGHUP])
            if self._milliseconds_left() == 0:
                self._end_by_force()

    def _read_wakeups(self, data: bytes, poll: select.poll) -> None:
        while self._terminals:
            poll.register(self._terminals.pop(), 0)  # POLLHUP is always reported
        if self._wake_main is not None:
            with suppress(RuntimeError):  # the loop is closed
                self._wake_main()
        for number in data:
            if number in (signal.SIGHUP, signal.SIGTERM):
                self._start_countdown(EXIT_CODES[signal.Signals(number)])
        if self.code is not None:
            self._requested.set()

    def _milliseconds_left(self) -> float | None:
        ends = [] if self._since is None else [self._since + self._grace]
        ends += [] if self._deadline is None else [self._deadline[0]]
        return max(0.0, min(ends) - time.monotonic()) * 1000 if ends else None

    def _end_by_force(self) -> None:
        child_processes.kill_all()
        TERMINAL.restore(self._message)
        code = self.code if self.code is not None else self._deadline[1] if self._deadline else 1
        os._exit(code)


SHUTDOWN = Shutdown()
"""The one instance: signals belong to the whole process."""


def _do_nothing() -> None:
    """Is run by an event loop that was woken."""


def _unless_ignored(*numbers: signal.Signals) -> list[signal.Signals]:
    """The signals that the parent has not set to be ignored, as nohup does."""
    return [each for each in numbers if signal.getsignal(each) is not signal.SIG_IGN]
