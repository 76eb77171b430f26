"""tmux and GNU screen as they are without any configuration, each with a server of its own."""

import os
import subprocess

from tests.e2e.sshd import Sshd
from tests.limits import LIMIT

TMUX = ("tmux", "-f", "/dev/null")
SCREEN = ("screen", "-c", "/dev/null", "-U")


class Tmux:
    """A tmux whose sockets are in the home of a host; the host ends its server."""

    START = (*TMUX, "new-session", "sh")
    AGAIN = (*TMUX, "attach-session")
    LINES = 1
    """What it takes of the screen: its status line, at the bottom."""

    def __init__(self, host: Sshd) -> None:
        self.environ = {"TMUX_TMPDIR": str(host.home)}

    def ask(self, *words: str) -> str:
        """Let it do something; what it answers."""
        environ = {"PATH": os.environ.get("PATH", os.defpath), **self.environ}
        command = ["tmux", *words]
        return subprocess.run(
            command, env=environ, check=True, capture_output=True, text=True, timeout=LIMIT
        ).stdout

    @property
    def pane(self) -> str:
        """The modes of its one pane, as a program left them."""
        modes = ("alternate_on", "mouse_any_flag", "cursor_flag", "wrap_flag", "keypad_cursor_flag")
        return self.ask("display-message", "-p", " ".join(f"#{{{mode}}}" for mode in modes)).strip()

    SANE = "0 0 1 1 0"
    """The modes of a pane where no program is."""


class Screen:
    """A screen whose socket is in the home of a host; the host ends its server."""

    START = (*SCREEN, "sh")
    AGAIN = (*SCREEN, "-r")
    LINES = 0
    """What it takes of the screen."""

    def __init__(self, host: Sshd) -> None:
        folder = host.home / "screen"
        folder.mkdir(mode=0o700)
        self.environ = {"SCREENDIR": str(folder)}
