"""A shell on a terminal, which carries out a command and goes on after it."""

import shlex
from collections.abc import Mapping

from tests.e2e.sshd import Sshd
from tests.e2e.terminal import ENTER, Terminal


def log_in_to_a_shell(
    host: Sshd, environ: Mapping[str, str], *command: str, size: tuple[int, int] = (120, 30)
) -> Terminal:
    """A shell that answers; `command` is what starts it."""
    terminal = host.login(*command, size=size, environ=environ)
    terminal.press(b"echo the sh''ell", ENTER)
    terminal.shows("the shell")
    return terminal


def run(shell: Terminal, *command: str) -> None:
    """Have the shell carry out a command, and say when it has ended."""
    shell.press(f"{shlex.join(command)}; echo end''ed with $?".encode(), ENTER)


def has_ended(shell: Terminal, code: int) -> None:
    """Wait until the command has ended with that exit code, and the shell is there again."""
    shell.shows(f"ended with {code}")
