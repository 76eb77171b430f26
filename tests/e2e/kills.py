"""The ways in which a program loses its terminal or is told to end, and the moments for it."""

import os
import random
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.e2e.drafts import kept
from tests.e2e.multiplexers import TMUX
from tests.e2e.terminal import CTRL_Z, ENTER, ESCAPE, F4, PROGRAM, TAB, Terminal, environment

_TYPED = "Mine"
"""The name of the assistant that is made, which nobody saves."""


class Running(NamedTuple):
    """A program on a terminal, as some shell or multiplexer started it."""

    terminal: Terminal
    home: Path
    rolls: random.Random

    def program(self) -> int:
        """The process of the program itself."""
        below = _below(self.terminal.process.pid)
        return next(each for each in below if b"assistant_tui" in _read(each, "cmdline"))


class Kill(NamedTuple):
    """One way to end it."""

    start: tuple[str, ...]
    """What the terminal is given to; a shell that a person types into where `typed` is set."""
    strike: Callable[[Running], None]
    typed: bool = False
    job_control: bool = False


def _hang_up(running: Running) -> None:
    running.terminal.hang_up()


def _tmux(word: str) -> Callable[[Running], None]:
    def ask(running: Running) -> None:
        socket = running.home / "tmux"
        subprocess.run(["tmux", "-S", str(socket), word], check=True, capture_output=True)

    return ask


def _signal(number: signal.Signals) -> Callable[[Running], None]:
    return lambda running: os.kill(running.program(), number)


KILLS = {
    "closed under bash": Kill(("bash", "--norc"), _hang_up, typed=True, job_control=True),
    "closed under sh": Kill(("sh", "-i"), _hang_up, typed=True, job_control=True),
    "closed under nohup": Kill(("sh", "-c", "trap '' HUP; {line}; true"), _hang_up),
    "closed alone": Kill(("sh", "-c", "exec {line}"), _hang_up),
    "tmux kill-session": Kill((*TMUX, "-S", "{tmux}", "new", "sh"), _tmux("kill-session"), True),
    "tmux kill-server": Kill((*TMUX, "-S", "{tmux}", "new", "{line}"), _tmux("kill-server")),
    "SIGTERM": Kill(("sh", "-c", "{line}; true"), _signal(signal.SIGTERM)),
    "SIGHUP": Kill(("sh", "-c", "{line}; true"), _signal(signal.SIGHUP)),
}


def starting(running: Running) -> None:
    """Any moment of the start; it takes about half a second where nothing else runs."""
    terminal, end = running.terminal, time.monotonic() + running.rolls.uniform(0, 1)
    terminal.until(lambda: time.monotonic() >= end, "its start")


def listing(running: Running) -> None:
    """The list is there."""
    running.terminal.shows("n New")


def editing(running: Running) -> None:
    """Something is typed; whether it is on disk yet is left to chance."""
    listing(running)
    running.terminal.press(b"n")
    running.terminal.shows("New assistant")
    running.terminal.press(_TYPED.encode())
    running.terminal.shows("*Name", _TYPED)


def asking(running: Running) -> None:
    """A dialog lies over the form."""
    editing(running)
    running.terminal.press(ESCAPE)
    running.terminal.shows("There are unsaved changes")


def in_editor(running: Running) -> None:
    """The terminal is an editor's."""
    editing(running)
    running.terminal.press(TAB, TAB, TAB, F4)
    running.terminal.until((running.home / "ready").exists, "the editor")


def stopped(running: Running) -> None:
    """The terminal is the shell's."""
    editing(running)
    running.terminal.press(CTRL_Z)
    running.terminal.shows("topped")


Moment = Callable[[Running], None]
SURE: tuple[Moment, ...] = (listing, in_editor)
"""Moments at which nearly every kill once left something behind; they are tried first."""


def moments(kill: Kill, rolls: random.Random, number: int) -> list[Moment]:
    """So many moments, none of them much more often than another."""
    others = [starting, editing, asking, *([stopped] if kill.job_control else [])]
    rolls.shuffle(others)
    possible = [*SURE, *others]
    return [possible[each % len(possible)] for each in range(number)]


def start(kill: Kill, moment: Moment, home: Path, editor: str, rolls: random.Random) -> Running:
    """Start the program; nothing is waited for but the shell."""
    line = shlex.join([*PROGRAM, *([] if _is_typed_at(moment) else ["--demo"])])
    filled = {"{tmux}": str(home / "tmux"), "{line}": line}
    command = [*kill.start]
    for name, text in filled.items():
        command = [part.replace(name, text) for part in command]
    terminal = Terminal(command, environment(home) | {"EDITOR": editor}, (120, 30))
    if kill.typed:
        terminal.press(b"echo the sh''ell", ENTER)
        terminal.shows("the shell")
        terminal.press(line.encode(), ENTER)
    return Running(terminal, home, rolls)


def is_kept(moment: Moment, home: Path) -> bool:
    """Whether what was typed is on disk, if something was."""
    return not _is_typed_at(moment) or _TYPED in [each.get("name") for each in kept(home)]


def _is_typed_at(moment: Moment) -> bool:
    return moment not in (starting, listing)


def _below(process: int) -> list[int]:
    """A process and what it has started, the last one first."""
    children = _read(process, f"task/{process}/children").split()
    return [*(each for child in children for each in _below(int(child))), process]


def _read(process: int, name: str) -> bytes:
    """A file of a process; empty once it has ended, as what an editor starts does all the time."""
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
