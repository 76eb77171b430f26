"""Lends the terminal to the shell that started the program, as Ctrl+Z does everywhere.

Textual does the same on the signals alone, but then stops no more than its own process, draws
nothing afterwards, and takes the terminal twice where SIGCONT reaches another of its threads late.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from textual.app import App, SuspendNotSupported

from assistant_tui.ending import ENDING

_MOMENT = 0.1
"""Seconds within which a signal that woke the program is known."""


def watch(app: App[None], stop: Callable[[], None], take_back: Callable[[], None]) -> None:
    """Call `stop` when another program asks for it, and `take_back` after a stop by force.

    asyncio's own handlers would take away what wakes the thread that watches over the end.
    """
    if not app.is_headless:
        loop = asyncio.get_running_loop()
        for number, call in ((signal.SIGTSTP, stop), (signal.SIGCONT, take_back)):
            signal.signal(number, partial(_call_in, loop, call))


def _call_in(loop: asyncio.AbstractEventLoop, call: Callable[[], None], *_: object) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)


def can_stop() -> bool:
    """Whether a shell would take the program up again; without one it would be frozen for good.

    A shell with job control gives each job a process group of its own, while `ssh -t host program`
    or a window of tmux runs the program in the group of the session.
    """
    return os.getpgrp() != os.getsid(0)


def stop(app: App[None]) -> None:
    """Stop the whole job, `make` and all, until it is in the foreground again."""
    with app.suspend():
        _stop_until_foreground(at_once=True)


def take_back(app: App[None]) -> None:
    """Draw all anew, once the job is in the foreground: the shell has used the terminal meanwhile.

    Who touches the terminal in the background is stopped in the middle of it.
    """
    _stop_until_foreground(at_once=False)
    if ENDING.code is None:
        with suppress(SuspendNotSupported), app.suspend():
            pass


def _stop_until_foreground(*, at_once: bool) -> None:
    """Stop the job as often as it is continued in the background, unless it is to end."""
    continued = signal.signal(signal.SIGCONT, signal.SIG_DFL)
    if at_once:
        os.killpg(os.getpgrp(), signal.SIGSTOP)
    # What woke it may be a signal to end, which is told to another thread first.
    while _in_background() and not ENDING.is_asked_for(_MOMENT):
        os.killpg(os.getpgrp(), signal.SIGSTOP)
    signal.signal(signal.SIGCONT, continued)


def stop_no_more() -> None:
    """Go on to the end also in the background, where touching the terminal stops a program."""
    for number in (signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)


def _in_background() -> bool:
    try:
        return os.tcgetpgrp(0) != os.getpgrp()
    except OSError:  # the terminal is gone
        return False
