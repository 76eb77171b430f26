"""The program with something wrong inside, on a terminal of its own or as a command."""

import sys
from pathlib import Path

from tests.e2e.terminal import Terminal, environment

_RUN = """
import asyncio, ctypes, sys, threading

def fail(*_):
    raise RuntimeError("of this test")

def wait(*_):
    threading.Event().wait()

{fault}
from assistant_tui.__main__ import main
sys.exit(main())
"""

ON_CTRL_C = """
from assistant_tui.tui.app import AssistantApp
AssistantApp.action_hint = lambda app: {action}
"""
"""What the screen does when a person presses Ctrl+C."""
BLOCKED = ON_CTRL_C.format(action="block()")
"""It waits where no signal reaches it: for a lock that it holds itself, outside Python."""
BLOCK = """
def block():
    mutex = ctypes.create_string_buffer(64)
    for _ in range(2):
        ctypes.CDLL(None).pthread_mutex_lock(mutex)
"""


def command(fault: str, *arguments: str) -> list[str]:
    """What starts the program with some Python run before."""
    return [sys.executable, "-c", _RUN.replace("{fault}", BLOCK + fault), *arguments]


def faulty_terminal(fault: str, home: Path, *arguments: str, **environ: str) -> Terminal:
    """The same on a terminal."""
    return Terminal(command(fault, *arguments), environment(home) | environ, (120, 30))
