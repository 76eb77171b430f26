"""The real program in a pseudo-terminal: keys go in as bytes, the screen is read as a person's."""

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Never, Self

import pyte

from tests.e2e.fork_server import Forked
from tests.limits import LIMIT

PROGRAM = (sys.executable, "-m", "assistant_tui")
ROOT = Path(__file__).resolve().parent.parent.parent
_UNKNOWN_TO_PYTE = re.compile(
    r"\x1b\].*?(?:\x07|\x1b\\)|\x1b[PX^_].*?\x1b\\|\x1b\[[<=>][\d;]*[a-z]|\x1b\[\?u|\x1b\[\??[\d;]*\$p",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*\$?|[\]PX^_](?:[^\x07\x1b]|\x1b(?!\\))*\x1b?)?\Z")

UP, DOWN, PAGE_DOWN, ENTER, TAB, ESCAPE = b"\x1b[A", b"\x1b[B", b"\x1b[6~", b"\r", b"\t", b"\x1b"
CTRL_C, CTRL_P, CTRL_Q, CTRL_S, CTRL_U, CTRL_Z = (
    b"\x03",
    b"\x10",
    b"\x11",
    b"\x13",
    b"\x15",
    b"\x1a",
)
F4 = b"\x1bOS"


class _Screen(pyte.Screen):
    """pyte's screen, which would drop all that follows a vowel sign of Thai or a joiner."""

    def draw(self, data: str) -> None:
        """Leave out marks without a width that are no combining characters to pyte."""
        super().draw("".join(char for char in data if unicodedata.category(char) not in _MARKS))

    @property
    def display(self) -> list[str]:
        """The lines; pyte's own fails where one half of a wide character was drawn over."""
        cells = range(self.columns)
        return ["".join(self.buffer[y][x].data for x in cells) for y in range(self.lines)]


_MARKS = {"Mn", "Me", "Cf"}


Process = subprocess.Popen[bytes] | Forked
Start = Callable[[Sequence[str], Mapping[str, str], int], Process]
"""Starts a command with an environment on a terminal, given by its descriptor."""


def start(command: Sequence[str], environ: Mapping[str, str], terminal: int) -> Process:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        command,
        env=environ,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=_own_the_terminal,
    )


class Terminal:
    """One command on one terminal; as a context manager it is ended, whatever happens."""

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
        start: Start = start,
    ) -> None:
        """Start `command` with nothing but `environ` to look at."""
        columns, rows = size
        self.raw = bytearray()
        """Every byte that the program has written."""
        self.below = 0
        """Lines at the bottom that are not the program's."""
        self._screen = _Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._kept = ""
        self._master, slave = os.openpty()
        self._open = True
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = start(command, environ, slave)
        os.close(slave)

    def __enter__(self) -> Self:
        """The terminal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what is left, and close the terminal."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LIMIT)
        self.hang_up()

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def lines(self) -> list[str]:
        """What is on the screen, line by line."""
        return self.text.split("\n")

    @property
    def columns(self) -> int:
        """The width of the screen."""
        return int(self._screen.columns)

    @property
    def status(self) -> str:
        """The line above the keys."""
        return self.lines[-2 - self.below].strip()

    @property
    def marked(self) -> str:
        """The row under the cursor; empty where there is none."""
        return next((line for line in self.lines if line.startswith("> ")), "")

    @property
    def invisible(self) -> str:
        """What is on the screen in the colour of its own background."""
        cells = [cell for line in self._screen.buffer.values() for cell in line.values()]
        hidden = [cell for cell in cells if cell.fg == cell.bg != "default"]
        return "".join(cell.data for cell in hidden).strip()

    def press(self, *keys: bytes) -> None:
        """Type, all at once."""
        data = b"".join(keys)
        while data:
            data = data[os.write(self._master, data) :]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as dragging its window does."""
        self._screen.resize(rows, columns)
        self.set_size(columns, rows)

    def set_size(self, columns: int, rows: int) -> None:
        """Tell the program of a size that this screen does not have."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def is_sane(self) -> bool:
        """Whether the terminal has lines and an echo, as a shell needs it."""
        flags: int = termios.tcgetattr(self._master)[3]
        return flags & (termios.ICANON | termios.ECHO) == termios.ICANON | termios.ECHO

    def stop_output(self) -> None:
        """Let the terminal take nothing more, as Ctrl+S does where it is heard."""
        name = f"/proc/{self.process.pid}/fd/0"
        terminal = os.open(name, os.O_RDWR | os.O_NOCTTY)
        termios.tcflow(terminal, termios.TCOOFF)
        os.close(terminal)

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        if self._open:
            self._open = False
            os.close(self._master)

    def shows(self, *texts: str) -> None:
        """Wait until all of these are on the screen."""
        self.until(lambda: all(text in self.text for text in texts), " and ".join(texts))

    def says(self, text: str) -> None:
        """Wait until the status line holds this."""
        self.until(lambda: text in self.status, f"the status {text!r}")

    def marks(self, text: str) -> None:
        """Wait until the row under the cursor holds this."""
        self.until(lambda: text in self.marked, f"a cursor on {text!r}")

    def offers(self, key: str) -> None:
        """Wait until the line of keys holds this, which no write under way takes from it."""
        self.until(lambda: key in self.lines[-1 - self.below], f"the key {key!r}")

    def until(self, arrived: Callable[[], bool], what: str) -> None:
        """Wait until something is the case."""
        end = time.monotonic() + LIMIT
        while not arrived():
            if not self._read() or time.monotonic() > end:
                self._fail(f"did not show {what}")

    def ends(self) -> int:
        """Wait until the program has ended and all of its output is read; its exit code."""
        end = time.monotonic() + LIMIT
        while self._read():
            if time.monotonic() > end:
                self._fail("did not end")
        return self.process.wait(LIMIT)

    def idle(self, seconds: float) -> bytes:
        """What the program writes within that time."""
        before, end = len(self.raw), time.monotonic() + seconds
        while time.monotonic() < end:
            self._read()
        return bytes(self.raw[before:])

    def _read(self) -> bool:
        """Take in what comes within a moment; False once the terminal is closed."""
        if not select.select([self._master], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self._master, 4096)
        except OSError:  # EIO: nobody holds the other side any more
            return False
        self.raw += data
        text = self._kept + self._decoder.decode(data)
        cut = _UNFINISHED.search(text)
        end = cut.start() if cut else len(text)
        text, self._kept = text[:end], text[end:]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub("", text))
        return bool(data)

    def _fail(self, what: str) -> Never:
        raise AssertionError(f"{what}; exit code {self.process.poll()}; the screen:\n{self.text}")


class Program(Terminal):
    """The program itself, on a terminal of this machine; forked, without its imports."""

    def __init__(
        self, *arguments: str, home: Path, size: tuple[int, int] = (80, 24), **environ: str
    ) -> None:
        """Start it with `arguments`, in an environment that `environ` is added to."""
        assert not any(name.startswith(_READ_BY_IMPORTS) for name in environ), "NewProgram"
        super().__init__(arguments, environment(home) | environ, size, _fork)


def _fork(arguments: Sequence[str], environ: Mapping[str, str], terminal: int) -> Process:
    """Start the program with these arguments; where `start` has a command."""
    return Forked(arguments, environ, [terminal] * 3, session=True)


class NewProgram(Terminal):
    """The same in a new interpreter, for what imports have a part in."""

    def __init__(
        self, *arguments: str, home: Path, size: tuple[int, int] = (80, 24), **environ: str
    ) -> None:
        """Start it with `arguments`, in an environment that `environ` is added to."""
        super().__init__([*PROGRAM, *arguments], environment(home) | environ, size)


_READ_BY_IMPORTS = ("COLOR", "ESCDELAY", "LANG", "LC_", "NO_COLOR", "PYTHON", "TERM", "TEXTUAL")
"""What the names of variables begin with that Python and libraries read while they start."""


def environment(home: Path) -> dict[str, str]:
    """What a program gets to see: a terminal, a home of its own, and nothing of this machine's."""
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "ASSISTANT_TUI_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "TZ": "UTC",
    }


def restored(raw: bytes | bytearray) -> bool:
    """Whether the program left the terminal as it found it."""
    return all(_last(raw, on, off) == off for on, off in _PAIRS)


_PAIRS: Sequence[tuple[bytes, bytes]] = [
    (b"\x1b[?1049h", b"\x1b[?1049l"),
    (b"\x1b[?1000h", b"\x1b[?1000l"),
    (b"\x1b[?1003h", b"\x1b[?1003l"),
    (b"\x1b[?1006h", b"\x1b[?1006l"),
    (b"\x1b[?2004h", b"\x1b[?2004l"),
    (b"\x1b[?1004h", b"\x1b[?1004l"),
    (b"\x1b[?25l", b"\x1b[?25h"),
    (b"\x1b[?7l", b"\x1b[?7h"),
]


def _last(raw: bytes | bytearray, on: bytes, off: bytes) -> bytes:
    return off if raw.rfind(off) > raw.rfind(on) >= 0 else on


def _own_the_terminal() -> None:
    """Runs in the child: a terminal of its own, and hang-ups not ignored as under nohup."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
