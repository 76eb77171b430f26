"""A key from each source goes to its server, and to no other place that anybody could look at."""

import base64
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import CTRL_S, ENTER, ESCAPE, ROOT, Terminal, environment, restored
from tests.fakeserver.sockets import serving
from tests.hostile.terminal_bytes import copied
from tests.secrets.quoting_server import CANARY, QuotingServer, leaks, left_behind, mode

F3 = b"\x1b[13~"
_RUN = """
import sys
from assistant_tui.cli import composition as cli
from assistant_tui.config.api_keys import known_secrets
from assistant_tui.tui.assistants import showing

def fail(context):
    (held,) = known_secrets()
    raise RuntimeError("Bearer " + held) from KeyError("{CANARY}")

showing.show_changes = fail
sys.exit(cli.main(sys.argv[1:]))
"""
"""The program, with a fault behind the key F3 that quotes the key in every way."""


@pytest.fixture
def server() -> QuotingServer:
    """A server that has one assistant."""
    return QuotingServer()


@pytest.fixture
def url(server: QuotingServer) -> Iterator[str]:
    """Its address."""
    with serving(server) as address:
        yield address


def secret(folder: Path) -> Path:
    """A private file with the key, outside the program's own folders."""
    path = folder / "secret"
    path.write_text(CANARY)
    path.chmod(0o600)
    return path


def keyring(folder: Path) -> str:
    """A module of that name, and the path that Python finds it by."""
    package = folder / "modules" / "keyring"
    package.mkdir(parents=True)
    (package / "errors.py").write_text("class KeyringError(Exception): pass\n")
    given = f"open({str(secret(folder))!r}).read()"
    (package / "__init__.py").write_text(f"def get_password(service, user): return {given}\n")
    return f"{package.parent}:{ROOT}"


Source = Callable[[Path], tuple[str, dict[str, str]]]
SOURCES: dict[str, Source] = {
    "environment": lambda folder: ('api_key_env = "CANARY_ENV"', {"CANARY_ENV": CANARY}),
    "command": lambda folder: (f'api_key_command = "cat {secret(folder)}"', {}),
    "file": lambda folder: (f'api_key_file = "{secret(folder)}"', {}),
    "keyring": lambda folder: ('api_key_keyring = "any"', {"PYTHONPATH": keyring(folder)}),
    "OPENAI_API_KEY": lambda folder: ("", {"OPENAI_API_KEY": CANARY}),
}


@pytest.fixture
def terminal(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[Terminal]:
    """The program with a key from one of the sources, and a log."""
    line, environ = SOURCES[request.param](tmp_path)
    home = tmp_path / "home"
    given = environment(home) | environ
    (tmp_path / "run.py").write_text(_RUN.replace("{CANARY}", CANARY))
    (home / "config.toml").write_text(f'[profiles.work]\nbase_url = "{url}"\n{line}\n')
    where = ["--profile", "work"] if line else ["--base-url", url]
    command = [sys.executable, str(tmp_path / "run.py"), "--log", *where]
    with Terminal(command, given, (120, 36)) as terminal:
        terminal.shows("> One", "t Talk")
        yield terminal


def use_it(terminal: Terminal) -> None:
    """Read, copy, edit and save."""
    terminal.press(b"v")
    terminal.shows('"object": "assistant"')
    terminal.press(b"q")
    terminal.until(lambda: '"object"' not in terminal.text, "the list")
    terminal.press(b":")
    terminal.shows("Search for commands")
    terminal.press(b"as curl")
    terminal.until(lambda: "Next page" not in terminal.text, "one command")
    terminal.press(ENTER)
    terminal.says("the curl command sent")
    terminal.press(ENTER)
    terminal.shows("Edit asst_1")
    terminal.press(b"!", CTRL_S)
    terminal.says("Saved One!")


def processes(terminal: Terminal) -> bytes:
    """The command lines of the program and of all that it started."""
    root = terminal.process.pid
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
            if session == root:
                lines.append((folder / "cmdline").read_bytes())
        except OSError:
            continue
    assert lines
    return b"\n".join(lines)


REFUSALS = {"refusing": "Unauthorized", "elsewhere": "not followed", "to https": "not followed"}
"""What is said of each way to refuse."""


@pytest.mark.parametrize("terminal", SOURCES, indirect=True)
def test_it_is_nowhere_else(terminal: Terminal, server: QuotingServer, tmp_path: Path) -> None:
    for mode_of_it, told in REFUSALS.items():
        server.mode = mode_of_it
        terminal.press(b"r")
        terminal.says(told)
    server.mode = "sound"
    use_it(terminal)
    assert leaks(processes(terminal)) == []
    terminal.offers("n New")
    terminal.press(ENTER)
    terminal.shows("Edit asst_1")
    terminal.press(F3)
    terminal.says("Not done: stopped by a fault of this program")
    terminal.press(ESCAPE)
    terminal.offers("n New")
    terminal.press(b"q")
    assert terminal.ends() == 0

    home = tmp_path / "home"
    assert server.keys == {CANARY}
    assert restored(terminal.raw)
    assert leaks(bytes(terminal.raw)) == []
    (command,) = copied(terminal.raw)
    assert b"curl" in base64.b64decode(command)
    assert leaks(base64.b64decode(command)) == []

    written = [path for path in left_behind(home) if path.name != "config.toml"]
    assert {"crash.txt", "journal.db", "assistant-tui.log"} <= {path.name for path in written}
    for path in written:
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path
        assert path.is_dir() or leaks(path.read_bytes()) == [], path
    report = (home / "crash.txt").read_text()
    assert "RuntimeError: Bearer [key]" in report
    assert "held = " not in report
