"""Ends this process soon after it was asked to, whatever it is doing.

A signal, a terminal that is lost, or a fault in a thread asks for the end. Who listens (the screen,
a command) ends in good order; where nobody does, SystemExit is raised in the main thread. Meanwhile
a thread counts the seconds. When they are over it gives the terminal back and ends the process by
force: a main thread that waits for a disk, a resolver or another thread cannot keep it alive.
"""

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from assistant_tui.config import child_processes
from assistant_tui.startup.terminal_state import TERMINAL

GRACE_SECONDS = 1.5
"""From the first signal until the end by force."""
QUIT_GRACE_SECONDS = 5.0
"""The same where a person quits, and nothing is lost by waiting a little longer."""
EXIT_CODES = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}
"""The exit code after each signal that ends the program."""
_WAKE = b"\0"

Listener = Callable[[int], object]
"""Is given an exit code, from any thread or a signal handler."""


class Shutdown:
    """The end of one process."""

    def __init__(self) -> None:
        self.code: int | None = None
        """The exit code, once an end was asked for that cannot be refused."""
        self._requested = threading.Event()
        """The same for who waits; set by the watching thread, since a handler of a signal could
        interrupt the very wait that it ends."""
        self._listener: Listener | None = None
        self._grace = GRACE_SECONDS
        self._since: float | None = None
        self._deadline: tuple[float, int] | None = None
        """When to end by force, and with which exit code, where nobody asked."""
        self._message = ""
        self._raised = False
        self._terminals: list[int] = []
        self._pipe: tuple[int, int] | None = None
        """What wakes the watching thread; None until there is one."""

    def start(self) -> None:
        """Watch over this process from here on; from its main thread."""
        self._pipe = os.pipe()
        for end in self._pipe:
            os.set_blocking(end, False)
        # The number of each signal is written there even while the main thread runs no Python.
        signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        for number in _unless_ignored(signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, self._handle)
        threading.Thread(target=self._watch, name="ending", daemon=True).start()

    def begin_exit(self, code: int) -> None:
        """Nothing is left to be done but what Python does at its end, such as joining threads."""
        for number in _unless_ignored(signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self.force_exit_after(code, GRACE_SECONDS)

    def watch_terminal(self, *descriptors: int) -> None:
        """Ask for the end when the other side of one of these terminals is closed.

        Under nohup no signal tells so.
        """
        if self._pipe is not None:
            self._terminals += descriptors
            self._wake()

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Let a function be called at each signal; at once if an end was asked for already.

        Where the end is asked for inside, whoever listened before is told afterwards.
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
        """Be the one who is told from here on, until `listening` is left."""
        self._listener = listener
        if self.code is not None:
            listener(self.code)

    @contextmanager
    def grace(self, seconds: float) -> Iterator[None]:
        """Give what is done inside more time to end."""
        before, self._grace = self._grace, seconds
        try:
            yield
        finally:
            self._grace = before
            if self._since is not None:
                self._since = time.monotonic()
            self._wake()

    def request(self, code: int, words: str = "") -> None:
        """Ask for the end, from any thread; `words` are said below where it comes by force."""
        self._message = self._message or words
        self._start_countdown(code)
        if self._listener is not None:
            self._listener(code)
        elif self._pipe is not None:
            os.kill(os.getpid(), signal.SIGTERM)  # reaches the main thread

    def wait_for_request(self, seconds: float) -> bool:
        """Whether the end is asked for by now, or within so many seconds."""
        return self._requested.wait(seconds)

    def force_exit_after(self, code: int, seconds: float = QUIT_GRACE_SECONDS) -> None:
        """The process is about to end by itself; see that it does."""
        self._deadline = (time.monotonic() + seconds, code)
        self._wake()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT:  # a person at the keyboard can press it again
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
            with suppress(BlockingIOError):  # it is full: the thread will wake
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
            poll.register(self._terminals.pop(), 0)  # a hang-up is always told
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
"""That of this process: signals are the whole process's."""


def _unless_ignored(*numbers: signal.Signals) -> list[signal.Signals]:
    """Those that whoever started this process does not want to be ignored, as nohup does."""
    return [each for each in numbers if signal.getsignal(each) is not signal.SIG_IGN]
