"""A signal is handled at once, whichever thread of the process the system delivers it to."""

import subprocess
import sys
from textwrap import dedent

import pytest

from tests.limits import LIMIT


@pytest.mark.parametrize("name", ["SIGCONT", "SIGTSTP", "SIGTERM"])
def test_a_signal_that_another_thread_gets_wakes_the_main_thread(name: str) -> None:
    code = f"""
        import asyncio, os, signal, threading
        from assistant_tui.startup.shutdown import SHUTDOWN

        async def main():
            loop, handled = asyncio.get_running_loop(), asyncio.Event()
            SHUTDOWN.wake_by_signals(loop)
            number = signal.{name}
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(handled.set))
            signal.pthread_sigmask(signal.SIG_BLOCK, [number])  # so that another thread gets it
            threading.Timer(0.2, os.kill, (os.getpid(), number)).start()
            await handled.wait()  # without a timer, which would wake it, too
            print("handled")

        SHUTDOWN.start()
        asyncio.run(main())
        """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, text=True, timeout=LIMIT
    )
    assert done.stdout == "handled\n", done.stderr
