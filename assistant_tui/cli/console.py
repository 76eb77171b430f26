"""The output of a subcommand: results on stdout; notes, progress and questions on stderr."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from assistant_tui.cli.standard_streams import (
    OutputError,
    discard,
    is_terminal,
    writing_stdout,
)
from assistant_tui.core.json_text import on_one_line
from assistant_tui.core.safe_text import escaped, json_line, many_lines, one_line
from assistant_tui.storage.user_files import descriptor_of

_CLEAR_LINE = "\r\x1b[K"


class Console:
    """Writes everything that a subcommand prints.

    Every method that writes to stdout, but those for finished operations, raises BrokenPipeError or
    OutputError where it cannot.

    On a terminal control characters are escaped; in a pipe JSON and texts are exact to the byte.
    """

    def __init__(self) -> None:
        self._on_screen = is_terminal(sys.stdout)
        self._stderr_overwritable = (
            is_terminal(sys.stderr) and os.environ.get("TERM", "dumb") != "dumb"
        )
        self._progress = False
        self._half_break = ""
        """A carriage return at the end of a stream's last piece, which may be half a line break."""
        self._in_line = False
        """Whether the cursor of a terminal stands behind the last piece of a stream."""
        self.lost_output = False
        """Whether the line of a finished operation went to stderr, since stdout took no more."""
        self.interactive = is_terminal(sys.stdin) and is_terminal(sys.stderr)
        """Whether stdin and stderr are a terminal, so that a question can be asked."""

    @property
    def width(self) -> int:
        """The width of the terminal in cells; 80 where there is none."""
        return shutil.get_terminal_size().columns

    @property
    def cuts(self) -> bool:
        """Whether columns are cut to a width; a pipe gets all, unless COLUMNS gives it a width."""
        return self._on_screen or "COLUMNS" in os.environ

    def fit(self, text: str, width: int) -> str:
        """Fill a text to `width` cells; cut it to as many only where columns are cut."""
        if not self.cuts and _cells(text) > width:
            return text
        return fit(text, width)

    def line(self, text: str) -> None:
        """Write a line for people, made safe by the caller."""
        if sys.stdout is not None:
            encoding = sys.stdout.encoding or "utf-8"
            self._write((text + "\n").encode(encoding, "replace"))

    def json(self, text: str) -> None:
        """Write an object in one line, in a pipe to the byte as it came."""
        text = on_one_line(text)
        if self._on_screen:
            text = json_line(text)
        self._exact(text + "\n")

    def text(self, text: str) -> None:
        """Write many lines, in a pipe to the byte as they are."""
        self._exact(many_lines(text) if self._on_screen else text)

    def stream(self, piece: str) -> None:
        """Write a piece of a text at once, as `text` does; it may be cut anywhere.

        Raises OSError, as where nobody reads it any more.
        """
        if self._on_screen:
            self.clear()
            piece = self._half_break + piece
            self._half_break = "\r" if piece.endswith("\r") else ""
            piece = many_lines(piece.removesuffix("\r"))
        if piece:
            self._in_line = not piece.endswith("\n")
            self._exact(piece)
            self.flush()

    def end_stream(self) -> None:
        """End the last line of a stream, if it has begun one. Raises OSError."""
        self._half_break = ""
        if self._in_line:
            self.stream("\n")

    def state(self, words: str) -> None:
        """Overwrite one line of what goes on, if stderr is a terminal and no text stands there."""
        if self._stderr_overwritable and not (self._on_screen and self._in_line):
            self._write_over(words)

    def _exact(self, text: str) -> None:
        """Write a text for programs: UTF-8, a lone surrogate as JSON's escape."""
        self._write(text.encode("utf-8", "backslashreplace"))

    def done(self, text: str) -> None:
        """Write and flush the line of one finished operation; ignore a closed pipe from then on.

        Where stdout takes no more, as on a full disk, it goes to stderr: the operation is done.
        """
        self._finish(lambda: self.line(text), text)

    def _finish(self, write: Callable[[], None], told: str) -> None:
        """Write what tells that an operation is done; `told` goes to stderr where that fails."""
        try:
            if not self.lost_output:
                write()
                self.flush()
        except BrokenPipeError:
            discard(sys.stdout)
        except OutputError as error:
            discard(sys.stdout)
            self.note(str(error))
            self.lost_output = True
        if self.lost_output:
            self.note(f"done: {told}")

    def id(self, object_id: str) -> None:
        """Write an id: exact in a pipe, but always one line. Raises BrokenPipeError.

        One that holds a line break would be two other ids to a program that reads lines.
        """
        self.line(self._id_line(object_id))

    def written_id(self, assistant_id: str) -> None:
        """Write the id of what was written, as `id` and `done` do."""
        self.done(self._id_line(assistant_id))

    def written_json(self, object_id: str, text: str) -> None:
        """Write what was written, as `json` and `done` do; its id where stdout takes no more."""
        self._finish(lambda: self.json(text), self._id_line(object_id))

    def _id_line(self, assistant_id: str) -> str:
        if self._on_screen or assistant_id.splitlines() != [assistant_id]:
            assistant_id = escaped(assistant_id)
        encoding = (sys.stdout and sys.stdout.encoding) or "utf-8"
        return assistant_id.encode(encoding, "backslashreplace").decode(encoding)

    def note(self, text: str) -> None:
        """Print a line on stderr, after `assistant-tui: `; a closed stderr is ignored."""
        self.clear()
        if self._on_screen and self._in_line:
            with suppress(OSError):
                self.end_stream()
        if sys.stderr is None:  # closed before the start; print would take stdout
            return
        with suppress(OSError):
            print(f"assistant-tui: {one_line(text)}", file=sys.stderr, flush=True)

    def expect_input(self, *names: str) -> None:
        """Note that something has to be typed, if one of the names is standard input on a terminal.

        Args:
            names: of files or streams that are read next.
        """
        if is_terminal(sys.stdin) and any(descriptor_of(name) == 0 for name in names):
            self.note("reads standard input; Ctrl+D on a line of its own ends it")

    def progress(self, text: str) -> None:
        """Overwrite one line of progress, if stderr is a terminal and stdout is none."""
        if self._stderr_overwritable and not self._on_screen:
            self._write_over(text)

    def _write_over(self, text: str) -> None:
        self._progress = True
        with suppress(OSError):
            sys.stderr.write(_CLEAR_LINE + fit(one_line(text), self.width - 1).rstrip())
            sys.stderr.flush()

    def count_down(self, words: str) -> bool:
        """Show why the command waits, over the last such words; empty words remove them.

        Returns:
            Whether they can be overwritten every second; if not, they were printed as one note.
        """
        if words and self._stderr_overwritable:
            self._write_over(words)
            return True
        if words:
            self.note(words)
        else:
            self.clear()
        return False

    def clear(self) -> None:
        """Remove the line of progress."""
        if self._progress:
            self._progress = False
            with suppress(OSError):
                sys.stderr.write(_CLEAR_LINE)
                sys.stderr.flush()

    async def confirmed(self, lines: Sequence[str], question: str, answers: Sequence[str]) -> bool:
        """Print lines and a question on stderr; returns whether one of the `answers` was typed."""
        self.clear()
        for each in lines:
            print(one_line(each), file=sys.stderr)
        print(f"{one_line(question)} ", end="", file=sys.stderr, flush=True)
        return (await _read_line()).strip().lower() in answers

    def flush(self) -> None:
        """Flush stdout. Raises BrokenPipeError; OutputError, as on a full disk."""
        if sys.stdout is not None:
            with writing_stdout():
                sys.stdout.flush()

    def _write(self, data: bytes) -> None:
        if sys.stdout is not None:
            with writing_stdout():
                sys.stdout.buffer.write(data)
                if self._on_screen:
                    sys.stdout.buffer.flush()


async def _read_line() -> str:
    """Read a line from the terminal; signals are handled meanwhile, as the loop is not blocked."""
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
    if _cells(text) > width:
        from wcwidth import clip

        text = clip(text, 0, width - 1) + "…"
    return text + " " * (width - _cells(text))


def _cells(text: str) -> int:
    """The cells that a text takes; wcwidth, whose import takes long, is asked where they differ."""
    if text.isascii() and text.isprintable():
        return len(text)
    from wcwidth import width

    return width(text)
