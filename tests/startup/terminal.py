"""The program in a terminal of its own, watched for a bounded time."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 120.0
"""Seconds until a program that does not do what is awaited fails its test."""


class Terminal:
    """What a program in a pty writes, and a way to press keys."""

    def __init__(self, master: int, process: subprocess.Popen[bytes]) -> None:
        self._master = master
        self.process = process
        self.written = b""

    def wait_for(self, words: bytes) -> None:
        """Read until these words were written."""
        end = time.monotonic() + PATIENCE
        while words not in self.written:
            assert time.monotonic() < end and self._read(), self.written[-2000:]

    def press(self, keys: bytes) -> None:
        """Send what a keyboard would."""
        os.write(self._master, keys)

    def end(self) -> int:
        """Read until the program ends; returns its exit code."""
        end = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < end, self.written[-2000:]
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        """Take what has come; False once nobody can write any more."""
        if select.select([self._master], [], [], 1)[0]:
            try:
                part = os.read(self._master, 65536)
            except OSError:  # Linux tells so that the other side is closed
                return False
            self.written += part
            return bool(part)
        return True


@contextmanager
def terminal(*arguments: str, **environ: str) -> Iterator[Terminal]:
    """Run the program with these arguments in a terminal of 80×24."""
    master, slave = pty.openpty()
    try:
        termios.tcsetwinsize(slave, (24, 80))
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant_tui", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", **environ},
            start_new_session=True,
        )
    finally:
        os.close(slave)
    try:
        with process:
            yield Terminal(master, process)
            process.kill()
    finally:
        os.close(master)
