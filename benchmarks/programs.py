"""How the measured programs and the floors are started."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.session import Session

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ROOT / "benchmarks" / "floors"


@dataclass(frozen=True)
class Program:
    """A command, and what tells that its screen is there."""

    name: str
    """Short and unique within a run: readings are filed under it."""
    command: tuple[str, ...]
    ready: str
    """A regular expression that only a screen ready for use shows."""
    home: Path | None = None
    """A prepared ASSISTANT_TUI_HOME, used as it stands; an empty one if None.

    Not a copy: the status line names the configuration file, and a remembered frame with another
    path in it would be a wrong one.
    """
    columns: int = 120

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Starts the program with its home, or with folders of its own that are gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            home = self.home or Path(folder, "home")
            with Session(self.command, environment(home), self.columns) as session:
                yield session

    @contextmanager
    def opened(self) -> Iterator[Session]:
        """The same, ready for use and silent."""
        with self.session() as session:
            self.await_ready(session)
            yield session

    @contextmanager
    def opened_in(self, home: Path) -> Iterator[Session]:
        """The same in a folder that is kept: for what a run leaves to the next one."""
        with Session(self.command, environment(home), self.columns) as session:
            self.await_ready(session)
            yield session

    def await_ready(self, session: Session) -> None:
        """Waits until the screen is there and nothing more comes."""
        session.await_text(self.ready)
        session.settle()


def environment(home: Path) -> dict[str, str]:
    """What a program gets to see: a terminal, ``home`` for all of its folders, nothing else.

    Keys and addresses of the person who measures stay out, and so does PYTHONDONTWRITEBYTECODE,
    without which a start takes several times as long.
    """
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "ASSISTANT_TUI_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }


def hello() -> Program:
    """The smallest Textual program."""
    return Program("hello", (sys.executable, str(FLOORS / "hello.py")), "hello, terminal")


def curses_list(rows: int, columns: int = 120) -> Program:
    """A plain curses list."""
    module = (sys.executable, "-m", "benchmarks.floors.curses_list", str(rows))
    return Program(f"curses {rows} {columns}", module, "Assistant number", columns=columns)


def line_list(rows: int) -> Program:
    """A bare Textual list that draws its own lines."""
    module = (sys.executable, "-m", "benchmarks.floors.line_list", str(rows))
    return Program(f"line list {rows}", module, "Assistant number")


@dataclass(frozen=True)
class Subject:
    """The program under test, and what the harness must know of its looks and keys."""

    executable: str = str(Path(sys.executable).with_name("assistant-tui"))
    row: str = "gpt-4|o3-mini"
    """A regular expression that a row of the list matches and nothing else on the screen does."""
    form_key: str = "enter"
    """Opens the form, with the focus in its first field."""

    def demo(self, rows: int, columns: int = 120) -> Program:
        """The throw-away store with ``rows`` sample assistants."""
        command = (self.executable, "--demo", str(rows))
        return Program(f"demo {rows} {columns}", command, self.row, columns=columns)

    def local(self, home: Path) -> Program:
        """The local store found in ``home``."""
        return Program("local", (self.executable,), "Bench assistant", home=home)
