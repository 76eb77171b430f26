"""Runs a program of the person's own on the terminal, and hands on to it what ends this one."""

import os
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant_tui.ending import CODES, ENDING


def run(command: Sequence[str]) -> int:
    """Run a command and wait for its end; its exit code, or minus the signal that ended it.

    Ctrl+C reaches every program on the terminal, and is left to that one. A signal that ends this
    program ends that one, too: without its terminal, or beside a shell, it would be of no use.

    Raises:
        OSError: it cannot be started.
    """
    running: list[int] = []

    def hand_on(code: int) -> None:
        if code != CODES[signal.SIGINT]:
            for each in running:
                _end(each)

    with ENDING.listening(hand_on), _stops_left_to_it(), subprocess.Popen(command) as process:
        running.append(process.pid)
        if ENDING.code is not None:  # it came before there was somebody to tell
            hand_on(ENDING.code)
        return process.wait()


def _end(leader: int) -> None:
    """End a process and what it has started: an editor is often wrapped in a script.

    By SIGTERM also after a hang-up, which the terminal tells those on it by itself, and which
    nohup lets all of them ignore.
    """
    for each in [leader, *_descendants(leader, dict(_parents()))]:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGTERM)


def _descendants(leader: int, parents: dict[int, int]) -> Iterator[int]:
    for child in [each for each, parent in parents.items() if parent == leader]:
        yield child
        yield from _descendants(child, parents)


def _parents() -> Iterable[tuple[int, int]]:
    """Each process and its parent; nothing where the system has no /proc."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            yield int(stat.parent.name), int(stat.read_bytes().rpartition(b") ")[2].split()[1])


@contextmanager
def _stops_left_to_it() -> Iterator[None]:
    """A program that stops stops its whole job."""
    numbers = (signal.SIGTSTP, signal.SIGCONT)
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
