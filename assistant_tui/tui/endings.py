"""What ends the program from outside: a signal, or the loss of its terminal."""

import asyncio
import select
import signal
import sys
from collections.abc import Callable

CODES = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}
"""The exit code after each signal that ends the program in good order."""


def watch(end: Callable[[int], None]) -> None:
    """Call `end` with an exit code when the program has to end; from within the event loop."""
    loop = asyncio.get_running_loop()
    for number, code in CODES.items():
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end, code)
    if sys.__stdin__ is not None and sys.__stdin__.isatty():
        _watch_terminal(loop, sys.__stdin__.fileno(), lambda: end(CODES[signal.SIGHUP]))


def _watch_terminal(
    loop: asyncio.AbstractEventLoop, terminal: int, lost: Callable[[], None]
) -> None:
    """Call `lost` when the other side of the terminal is closed.

    Under nohup no signal tells so, and Textual's driver would read the end of file for ever. Where
    there is no epoll (macOS), the signal has to do.
    """
    if not hasattr(select, "epoll"):
        return
    epoll = select.epoll()
    epoll.register(terminal, 0)  # asks for nothing but what is always told: that it hung up

    def hung_up() -> None:
        loop.remove_reader(epoll)
        lost()

    loop.add_reader(epoll, hung_up)
