"""The streams of a command: what was asked for on stdout, words and questions on stderr."""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

import wcwidth

from assistant_tui.core.json_text import on_one_line
from assistant_tui.core.safe_text import escaped, json_line, many_lines, one_line

_CLEAR_LINE = "\r\x1b[K"


class Console:
    """Everything that a command says goes through here, safe for the terminal that it meets."""

    def __init__(self) -> None:
        self._on_screen = _is_terminal(sys.stdout)
        self._watched = _is_terminal(sys.stderr) and os.environ.get("TERM", "dumb") != "dumb"
        self._progress = False
        self.interactive = _is_terminal(sys.stdin) and _is_terminal(sys.stderr)
        """Whether somebody is there to answer."""

    @property
    def width(self) -> int:
        """The cells of a line; 80 where there is no terminal to ask."""
        return shutil.get_terminal_size().columns

    def line(self, text: str) -> None:
        """Write a line for people, made safe by the caller. Raises BrokenPipeError."""
        if sys.stdout is not None:
            encoding = sys.stdout.encoding or "utf-8"
            self._write((text + "\n").encode(encoding, "replace"))

    def json(self, text: str) -> None:
        """Write an object in one line, in a pipe to the byte as it came. Raises BrokenPipeError."""
        text = on_one_line(text)
        if self._on_screen:
            text = json_line(text)
        self._exact(text + "\n")

    def text(self, text: str) -> None:
        """Write many lines, in a pipe to the byte as they are. Raises BrokenPipeError."""
        self._exact(many_lines(text) if self._on_screen else text)

    def _exact(self, text: str) -> None:
        """Write a text for programs: UTF-8, a lone surrogate as JSON's escape."""
        self._write(text.encode("utf-8", "backslashreplace"))

    def done(self, text: str) -> None:
        """Write the line for a deed; without a reader the next one is done all the same."""
        with suppress(BrokenPipeError):
            self.line(text)
            self.flush()
            return
        self.write_nowhere()

    def identity(self, assistant_id: str) -> None:
        """Write the id of what was done, as `done` does: exact in a pipe, but always one line.

        One that holds a line break would be two other ids to a program that reads lines.
        """
        if self._on_screen or assistant_id.splitlines() != [assistant_id]:
            assistant_id = escaped(assistant_id)
        encoding = (sys.stdout and sys.stdout.encoding) or "utf-8"
        self.done(assistant_id.encode(encoding, "backslashreplace").decode(encoding))

    def note(self, text: str) -> None:
        """Say something to the person beside what was asked for."""
        self.clear()
        if sys.stderr is None:  # closed before the start; print would take stdout
            return
        with suppress(OSError):
            print(f"assistant-tui: {one_line(text)}", file=sys.stderr, flush=True)

    def progress(self, text: str) -> None:
        """Show how far a long work is, where somebody watches and stdout is not the screen."""
        if self._watched and not self._on_screen:
            self._write_over(text)

    def _write_over(self, text: str) -> None:
        self._progress = True
        with suppress(OSError):
            sys.stderr.write(_CLEAR_LINE + fit(one_line(text), self.width - 1).rstrip())
            sys.stderr.flush()

    def count_down(self, words: str) -> bool:
        """Say why nothing happens, in the place of the last such words; empty ones take it away.

        Returns:
            Whether it can be said anew as seconds pass; else it is said once, on a line.
        """
        if words and self._watched:
            self._write_over(words)
            return True
        if words:
            self.note(words)
        else:
            self.clear()
        return False

    def clear(self) -> None:
        """Take the progress away."""
        if self._progress:
            self._progress = False
            with suppress(OSError):
                sys.stderr.write(_CLEAR_LINE)
                sys.stderr.flush()

    async def confirmed(self, lines: Sequence[str], question: str, answers: Sequence[str]) -> bool:
        """Ask on the terminal, below some lines; whether one of the answers was typed."""
        self.clear()
        for each in lines:
            print(one_line(each), file=sys.stderr)
        print(f"{one_line(question)} ", end="", file=sys.stderr, flush=True)
        return (await _read_line()).strip().lower() in answers

    def flush(self) -> None:
        """Let nothing wait in a buffer. Raises OSError."""
        if sys.stdout is not None:
            sys.stdout.flush()

    def _write(self, data: bytes) -> None:
        if sys.stdout is not None:
            sys.stdout.buffer.write(data)
            if self._on_screen:
                sys.stdout.buffer.flush()

    def write_nowhere(self) -> None:
        """From here on nobody reads stdout."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


async def _read_line() -> str:
    """A line from the terminal; signals are heard meanwhile, unlike in a read that blocks."""
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, arrived.set)
    try:
        await arrived.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline()


def fit(text: str, width: int) -> str:
    """Cut or fill a text to exactly `width` cells of a terminal; a cut is shown by an ellipsis."""
    if width < 1:
        return ""
    if wcwidth.width(text) > width:
        text = wcwidth.clip(text, 0, width - 1) + "…"
    return text + " " * (width - wcwidth.width(text))


def _is_terminal(stream: TextIO | None) -> bool:
    """A stream that was closed before the start is None."""
    return stream is not None and stream.isatty()
