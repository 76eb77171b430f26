"""One program in one pseudo-terminal: every read has a time stamp, every wait has an end."""

import errno
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Never, Self

from benchmarks.screen import Screen
from benchmarks.terminal import Terminal

NS = 1_000_000_000
LIMIT = 30.0
"""Seconds after which a wait gives up, unless it says otherwise."""
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\)")


class BenchmarkFailed(Exception):
    """A program did not do what was measured; the message holds its screen."""


class Chunk(NamedTuple):
    """One read: nanoseconds since the start, and the bytes."""

    at: int
    data: bytes


class Press(NamedTuple):
    """What one key brought: milliseconds to the first byte, and how many bytes in all."""

    first_ms: float
    size: int


class Session:
    """A running program; use it as a context manager, which ends the process group."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], columns: int = 120, rows: int = 40
    ) -> None:
        """Starts ``command`` with exactly ``env`` on a terminal of ``columns`` by ``rows``."""
        self.size = columns, rows
        self.log: list[Chunk] = []
        self._command = list(command)
        self._screen = Screen(columns, rows)
        self._rendered = 0
        self._terminal = Terminal(columns, rows, self._position)
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._started = time.monotonic_ns()
        self._process = _spawn(self._command, env, slave)
        os.set_blocking(self._master, False)
        self._ended = os.pidfd_open(self._process.pid)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)

    def __enter__(self) -> Self:
        """The session itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends whatever is left of the process group."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=LIMIT)
        os.close(self._master)
        os.close(self._ended)

    def now(self) -> int:
        """Nanoseconds since just before the program was started."""
        return time.monotonic_ns() - self._started

    def _position(self) -> tuple[int, int]:
        return self.screen().position()

    def screen(self) -> Screen:
        """The screen as of the last read."""
        for chunk in self.log[self._rendered :]:
            self._screen.feed(chunk.data)
        self._rendered = len(self.log)
        return self._screen

    def read(self, seconds: float) -> int:
        """Waits at most ``seconds`` for output; the number of bytes read, 0 if none came."""
        if not self._poll.poll(max(0.0, seconds) * 1000):
            return 0
        try:
            data = os.read(self._master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # EIO: the program has closed its side
                raise
            time.sleep(min(seconds, 0.001))
            return 0
        self.log.append(Chunk(self.now(), data))
        if answer := self._terminal.answers(data):
            self._write(answer)
        return len(data)

    def _write(self, data: bytes) -> None:
        end = self.now() + int(LIMIT * NS)
        while data:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                if self.now() > end:
                    self.fail("does not read its keyboard")
                select.select([], [self._master], [], 0.01)

    def send(self, key: str) -> int:
        """Presses a key; when, in nanoseconds since the start."""
        encoded, at = self._terminal.encode(key), self.now()
        self._write(encoded)
        return at

    def read_for(self, seconds: float) -> int:
        """Reads for exactly ``seconds``; the number of bytes that came."""
        end, size = self.now() + int(seconds * NS), 0
        while (left := end - self.now()) > 0:
            size += self.read(left / NS)
        return size

    def settle(self, quiet: float = 0.4, limit: float = LIMIT) -> int:
        """Reads until ``quiet`` seconds bring nothing; the number of bytes that came."""
        end, size = self.now() + int(limit * NS), 0
        while got := self.read(quiet):
            size += got
            if self.now() > end:
                self.fail(f"still writes after {limit} s")
        return size

    def await_text(self, pattern: str, limit: float = LIMIT) -> None:
        """Reads until ``pattern`` (a regular expression) is shown.

        The bytes without their escapes are searched first: that costs microseconds, while a key
        that waits for the rendering would be sent late.
        """
        wanted, end, seen = re.compile(pattern), self.now() + int(limit * NS), b""
        raw = re.compile(pattern.encode())
        while self.now() < end:
            if self.read(0.02):
                seen += self.log[-1].data
                if raw.search(_ESCAPES.sub(b"", seen)):
                    return
            elif wanted.search(self.screen().text()):
                return
            elif self._process.poll() is not None:
                self.fail(f"ended with code {self._process.returncode}")
        self.fail(f"did not show {pattern!r} within {limit} s")

    def press(self, key: str, quiet: float = 0.05, limit: float = 1.0) -> Press:
        """Presses a key and reads until ``quiet`` seconds bring no more."""
        mark, at = len(self.log), self.send(key)
        if not self.read(limit):
            self.fail(f"did not answer the key {key} within {limit} s")
        first = self.log[mark].at
        self.settle(quiet)
        return Press((first - at) / 1e6, sum(len(chunk.data) for chunk in self.log[mark:]))

    def hold(self, key: str, times: int, hertz: float = 30.0) -> float:
        """Presses a key at a fixed rate without waiting; bytes per press."""
        start, size = self.now(), 0
        for index in range(times):
            self.send(key)
            while (left := start + int((index + 1) * NS / hertz) - self.now()) > 0:
                size += self.read(left / NS)
        return (size + self.settle(0.05)) / times

    def cpu_seconds(self) -> float:
        """The time of the processor that the program has had so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_memory(self) -> float:
        """Largest resident set so far of the program and its helpers, MB (VmHWM)."""
        total = 0
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and _session_of(int(folder.name)) == self._process.pid:
                total += _high_water(folder / "status")
        return total / 1024

    def quit(self, key: str = "ctrl+q", limit: float = LIMIT) -> float:
        """Presses the key that quits; milliseconds until the process has ended."""
        at, end = self.send(key), self.now() + int(limit * NS)
        self._poll.register(self._ended, select.POLLIN)
        while self.now() < end:
            ready = {fd for fd, _ in self._poll.poll(10)}
            if self._ended in ready:
                return (self.now() - at) / 1e6
            self.read(0)
        self.fail(f"did not end within {limit} s of {key}")

    def fail(self, what: str) -> Never:
        """Raises :class:`BenchmarkFailed` with the screen's text."""
        raise BenchmarkFailed(
            f"{' '.join(self._command)}: {what}; its screen:\n{self.screen().text().rstrip()}"
        )


def _spawn(command: list[str], env: Mapping[str, str], slave: int) -> subprocess.Popen[bytes]:
    """Starts ``command`` in a session of its own on the terminal ``slave``, which is closed."""
    try:
        return subprocess.Popen(
            command,
            env=dict(env),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_own_the_terminal,
        )
    except OSError as error:
        raise BenchmarkFailed(f"{command[0]} cannot be started: {error.strerror}") from error
    finally:
        os.close(slave)


def _own_the_terminal() -> None:
    """Runs in the child: a terminal of its own, and hang-ups not ignored as under nohup."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _session_of(process: int) -> int:
    try:
        return os.getsid(process)
    except ProcessLookupError:
        return -1


def _high_water(status: Path) -> int:
    """VmHWM in kB; 0 for a process that has just ended."""
    try:
        value = status.read_text().partition("VmHWM:")[2].split()
    except OSError:
        return 0
    return int(value[0]) if value else 0
