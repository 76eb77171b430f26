"""Copies text to the user's clipboard, also over SSH and through tmux and GNU screen.

The ways, in the order in which they are tried: the command of the configuration, tmux, the
terminal's own clipboard (OSC 52) over SSH and in screen, and pyperclip on this machine.
"""

import asyncio
import base64
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

TIMEOUT = 3.0
"""Seconds that a clipboard program may take."""
MAX_OSC_52 = 74_000
"""Encoded bytes that terminals take in one OSC 52."""
_SCREEN_CHUNK = 256
_PYPERCLIP = """
import sys, pyperclip
text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
pyperclip.copy(text)
sys.exit(pyperclip.paste() != text)
"""
"""Run in a process of its own: pyperclip reports success when its tool fails, so it reads back, and
what its tool says on stderr must not reach the screen, which is drawn there."""


class ClipboardError(Exception):
    """The text did not get onto a clipboard; the message says why."""


@dataclass(frozen=True)
class Clipboard:
    """Copies text by the first way that suits the environment."""

    command: str
    """A command of the user's own that reads the text from its standard input; or empty."""
    environ: Mapping[str, str]
    write: Callable[[str], None]
    """Writes a control sequence to the terminal."""

    async def copy(self, text: str) -> str:
        """Copy, and return how, as words that follow the name of what was copied.

        Raises:
            ClipboardError: no way led to a clipboard.
        """
        if self.command:
            await _run(_split(self.command), text)
            return "copied by clipboard_command"
        if self.environ.get("TMUX"):
            return await self._copy_through_tmux(text)
        if any(self.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")):
            return self._send(text)
        if self.environ.get("STY"):
            return self._send(text)
        return await self._copy_here(text)

    async def _copy_through_tmux(self, text: str) -> str:
        """By tmux itself, which swallows what a program sends to the terminal.

        A tmux older than 3.2 takes it into its buffer alone, but passes on what is wrapped for it.
        One that does not answer may be another user's, or long gone and named by $TMUX alone.
        """
        try:
            await _run(["tmux", "load-buffer", "-w", "-"], text)
            return "sent to the clipboard through tmux"
        except ClipboardError:
            pass
        try:
            await _run(["tmux", "load-buffer", "-"], text)
        except ClipboardError:
            return self._send(text, "sent (OSC 52); tmux did not take it")
        return self._send(text, "in tmux's buffer; sent on (OSC 52)", screen=False)

    async def _copy_here(self, text: str) -> str:
        """On the machine of the person: its own clipboard, and the terminal's."""
        sent = self._send(text)
        try:
            await _run([sys.executable, "-c", _PYPERCLIP], text)
        except ClipboardError:
            return sent
        return "copied"

    def _send(
        self, text: str, message: str = "sent to your terminal (OSC 52)", *, screen: bool = True
    ) -> str:
        """To the terminal's clipboard; `message` is the answer where the text is short enough."""
        encoded = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
        if len(encoded) > MAX_OSC_52:
            return f"written to {_to_file(text)}: too long to send"
        sequence = f"\x1b]52;c;{encoded}\a"
        if screen and self.environ.get("STY"):
            sequence = _wrap_for_screen(sequence)
        elif self.environ.get("TMUX"):
            sequence += _wrap_for_tmux(sequence)
        self.write(sequence)
        return message


def _split(command: str) -> list[str]:
    try:
        parts = shlex.split(command)
    except ValueError as error:
        raise ClipboardError(f"clipboard_command: {error}") from None
    if not parts:
        raise ClipboardError("clipboard_command: nothing to run")
    return parts


async def _run(command: list[str], text: str) -> None:
    """Give the text to a program; its output must not reach the screen."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise ClipboardError(f"{command[0]}: {error.strerror}") from None
    try:
        async with asyncio.timeout(TIMEOUT):
            await process.communicate(text.encode("utf-8", "surrogatepass"))
    except TimeoutError:
        process.kill()
        await process.wait()
        raise ClipboardError(f"{command[0]} did not end within {TIMEOUT:g} s") from None
    if process.returncode:
        raise ClipboardError(f"{command[0]} ended with exit code {process.returncode}")


def _wrap_for_screen(sequence: str) -> str:
    """Wrap a sequence for GNU screen, which passes device control strings on in small pieces."""
    pieces = [
        sequence[start : start + _SCREEN_CHUNK] for start in range(0, len(sequence), _SCREEN_CHUNK)
    ]
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)


def _wrap_for_tmux(sequence: str) -> str:
    """Wrap a sequence for tmux, which passes it on to the terminal where that is allowed."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def _to_file(text: str) -> str:
    try:
        handle, name = tempfile.mkstemp(prefix="assistant-tui-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
            os.fchmod(handle, 0o600)
            file.write(text)
    except OSError as error:
        raise ClipboardError(f"no file could be written: {error.strerror}") from None
    return name
