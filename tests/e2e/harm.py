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

{harm}
from assistant_tui.__main__ import main
sys.exit(main())
"""

ON_CTRL_C = """
from assistant_tui.tui.app import AssistantApp
AssistantApp.action_hint = lambda app: {deed}
"""
"""What the screen does when a person presses Ctrl+C."""
DEAF = ON_CTRL_C.format(deed="deaf()")
"""It waits where no signal reaches it: for a lock that it holds itself, outside Python."""
LOCK = """
def deaf():
    mutex = ctypes.create_string_buffer(64)
    for _ in range(2):
        ctypes.CDLL(None).pthread_mutex_lock(mutex)
"""


def command(harm: str, *arguments: str) -> list[str]:
    """What starts the program with some Python run before."""
    return [sys.executable, "-c", _RUN.replace("{harm}", LOCK + harm), *arguments]


def harmed(harm: str, home: Path, *arguments: str, **environ: str) -> Terminal:
    """The same on a terminal."""
    return Terminal(command(harm, *arguments), environment(home) | environ, (120, 30))
