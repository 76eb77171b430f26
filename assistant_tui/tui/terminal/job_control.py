"""Stops, continues and ends the job as the shell or a signal asks; runs programs in the foreground.

Textual does the same on the signals alone, but then stops no more than its own process, draws
nothing afterwards, and takes the terminal twice where SIGCONT reaches another of its threads late.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from assistant_tui.startup.shutdown import EXIT_CODES, SHUTDOWN

_CHECK_INTERVAL, _CHECKS = 0.1, 10
"""Seconds between two looks whether a job in the background is to end, and how many there are: a
signal to end that continued it is delivered to any thread, which may take a while to run."""


def install_handlers(
    app: App[None], on_stop: Callable[[], None], on_continue: Callable[[], None]
) -> None:
    """Call `on_stop` when another program asks for it, and `on_continue` after a stop by force.

    asyncio's own handlers would take away what wakes the thread that watches over the end.
    """
    if not app.is_headless:
        loop = asyncio.get_running_loop()
        for number, call in ((signal.SIGTSTP, on_stop), (signal.SIGCONT, on_continue)):
            signal.signal(number, partial(_call_in, loop, call))


def _call_in(loop: asyncio.AbstractEventLoop, call: Callable[[], None], *_: object) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)


def can_stop() -> bool:
    """Whether a shell would continue the program; without one it would be stopped for good.

    A shell with job control gives each job a process group of its own, while `ssh -t host program`
    or a window of tmux runs the program in the group of the session.
    """
    return os.getpgrp() != os.getsid(0)


def stop_job(app: App[None]) -> None:
    """Stop the whole job, `make` and all, until it is in the foreground again."""
    with app.suspend():
        _stop_until_foreground(at_once=True)


def redraw_when_foreground(app: App[None]) -> None:
    """Redraw everything once the job is in the foreground: the shell has used the terminal.

    A process that uses the terminal in the background is stopped in the middle of it.
    """
    _stop_until_foreground(at_once=False)
    if SHUTDOWN.code is None:
        with suppress(SuspendNotSupported), app.suspend():
            pass


def _stop_until_foreground(*, at_once: bool) -> None:
    """Stop the job as often as it is continued in the background, unless it is to end."""
    continued = signal.signal(signal.SIGCONT, signal.SIG_DFL)
    if at_once:
        os.killpg(os.getpgrp(), signal.SIGSTOP)
    while _stays_in_background():
        os.killpg(os.getpgrp(), signal.SIGSTOP)
    signal.signal(signal.SIGCONT, continued)


def _stays_in_background() -> bool:
    """Whether the job is in the background, and neither ends nor comes back within a second."""
    for _ in range(_CHECKS):
        if not _in_background() or SHUTDOWN.wait_for_request(_CHECK_INTERVAL):
            return False
    return _in_background()


def ignore_stops() -> None:
    """Go on to the end also in the background, where touching the terminal stops a program."""
    for number in (signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)


def _in_background() -> bool:
    try:
        return os.tcgetpgrp(0) != os.getpgrp()
    except OSError:  # the terminal is gone
        return False


def run_in_foreground(command: Sequence[str]) -> int:
    """Run a command and wait for its end; its exit code, or minus the signal that ended it.

    Ctrl+C reaches every program on the terminal, and is left to that one. A signal that ends this
    program ends that one, too: without its terminal, or beside a shell, it would be of no use.

    Raises:
        OSError: it cannot be started.
    """
    running: list[int] = []

    def hand_on(code: int) -> None:
        if code != EXIT_CODES[signal.SIGINT]:
            for each in running:
                _terminate(each)

    with SHUTDOWN.listening(hand_on), _default_stop_signals(), subprocess.Popen(command) as process:
        running.append(process.pid)
        if SHUTDOWN.code is not None:  # it came before there was somebody to tell
            hand_on(SHUTDOWN.code)
        return process.wait()


def _terminate(leader: int) -> None:
    """End a process and what it has started: an editor is often wrapped in a script.

    By SIGTERM also after a hang-up: the terminal itself sends SIGHUP to its processes, and nohup
    lets all of them ignore it.
    """
    for each in [leader, *_descendants(leader, dict(_parent_processes()))]:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGTERM)


def _descendants(leader: int, parents: dict[int, int]) -> Iterator[int]:
    for child in [each for each, parent in parents.items() if parent == leader]:
        yield child
        yield from _descendants(child, parents)


def _parent_processes() -> Iterable[tuple[int, int]]:
    """Each process and its parent; nothing where the system has no /proc."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            yield int(stat.parent.name), int(stat.read_bytes().rpartition(b") ")[2].split()[1])


@contextmanager
def _default_stop_signals() -> Iterator[None]:
    """Let SIGTSTP stop the whole job while a program runs in the foreground."""
    numbers = (signal.SIGTSTP, signal.SIGCONT)
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def watch_for_end(end: Callable[[int], None], fail: Callable[[Exception], None]) -> None:
    """Call `end` in the event loop when the program has to end, `fail` after a callback failed.

    Args:
        end: is called with an exit code when the program has to end.
        fail: is called with what a callback of the loop has raised.
    """
    loop = asyncio.get_running_loop()

    def tell(code: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(end, code)

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        loop.default_exception_handler(context)
        fault = context.get("exception")
        if "handle" in context and isinstance(fault, Exception) and SHUTDOWN.code is None:
            fail(fault)

    SHUTDOWN.wake_by_signals(loop)
    SHUTDOWN.listen(tell)
    loop.set_exception_handler(handle)
