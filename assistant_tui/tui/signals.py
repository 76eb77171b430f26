"""Passes on to the application that it has to end, on a signal or after a fault of a callback."""

import asyncio
from collections.abc import Callable
from typing import Any

from assistant_tui.startup.shutdown import SHUTDOWN


def watch(end: Callable[[int], None], fail: Callable[[Exception], None]) -> None:
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
