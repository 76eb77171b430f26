"""Lends the terminal to the shell that started the program, as Ctrl+Z does everywhere.

Textual does the same on the signals alone, but then stops no more than its own process, draws
nothing afterwards, and takes the terminal twice where SIGCONT reaches another of its threads late.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress

from textual.app import App, SuspendNotSupported


def watch(app: App[None], stop: Callable[[], None]) -> None:
    """Call `stop` when another program asks for it, and draw all anew after a stop by force."""
    if not app.is_headless:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, stop)
        loop.add_signal_handler(signal.SIGCONT, _take_back, app)


def can_stop() -> bool:
    """Whether a shell would take the program up again; without one it would be frozen for good.

    A shell with job control gives each job a process group of its own, while `ssh -t host program`
    or a window of tmux runs the program in the group of the session.
    """
    return os.getpgrp() != os.getsid(0)


def stop(app: App[None]) -> None:
    """Stop the whole job, `make` and all, until it is in the foreground again."""
    with app.suspend():
        continued = signal.signal(signal.SIGCONT, signal.SIG_DFL)
        os.killpg(os.getpgrp(), signal.SIGSTOP)
        while _in_background():
            os.killpg(os.getpgrp(), signal.SIGSTOP)
        signal.signal(signal.SIGCONT, continued)


def _in_background() -> bool:
    try:
        return os.tcgetpgrp(0) != os.getpgrp()
    except OSError:  # the terminal is gone
        return False


def _take_back(app: App[None]) -> None:
    """The shell has used the terminal meanwhile."""
    with suppress(SuspendNotSupported), app.suspend():
        pass
