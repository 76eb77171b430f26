"""Secrets that stand in a profile beside the key: in its URL, its query and its headers."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from assistant_tui.config import api_keys
from tests.cli.conftest import Run, run
from tests.cli.support import ended, program
from tests.e2e.terminal import Program, environment
from tests.fakeserver.sockets import serving
from tests.hostile.terminal_bytes import copied
from tests.secrets.quoting_server import CANARY, QuotingServer, leaks, left_behind
from tests.secrets.test_canary import REFUSALS, use_it

__all__ = ["run"]

CODED = quote(CANARY, safe="")
PLACES: dict[str, Callable[[str], str]] = {
    "query of the URL": lambda url: f'base_url = "{url}/?code={CODED}"',
    "login": lambda url: f'base_url = "{url.replace("//", f"//user:{CODED}@")}"',
    "user alone": lambda url: f'base_url = "{url.replace("//", f"//{CODED}@")}"',
    "query": lambda url: f'base_url = "{url}"\nquery = {{ code = "{CANARY}" }}',
    "header": lambda url: f'base_url = "{url}"\nheaders = {{ "X-Gate" = "{CANARY}" }}',
    "bearer": lambda url: f'base_url = "{url}"\nheaders = {{ "X-Auth" = "Bearer {CANARY}" }}',
}


@pytest.fixture
def server() -> QuotingServer:
    """A server that has one assistant, and quotes the secret."""
    return QuotingServer(CANARY)


@pytest.fixture(params=PLACES)
def home(request: pytest.FixtureRequest, server: QuotingServer, tmp_path: Path) -> Iterator[Path]:
    """Where the program keeps everything, and has the secret in its configuration."""
    folder = tmp_path / "home"
    with serving(server) as url:
        folder.mkdir()
        config = f'default = "work"\n[profiles.work]\n{PLACES[request.param](url)}\n'
        (folder / "config.toml").write_text(config)
        yield folder


def written(home: Path) -> dict[str, list[str]]:
    """The files with a secret that the program has made."""
    files = [each for each in left_behind(home) if each.is_file() and each.name != "config.toml"]
    found = {str(each): leaks(each.read_bytes()) for each in files}
    assert {"journal.db", "assistant-tui.log"} <= {each.name for each in files}
    return {name: forms for name, forms in found.items() if forms}


def test_no_secret_is_on_the_screen_or_on_the_disk(home: Path, server: QuotingServer) -> None:
    with Program("--log", home=home, size=(120, 36)) as terminal:
        terminal.shows("> One", "t Talk")
        for mode, told in REFUSALS.items():
            server.mode = mode
            terminal.press(b"r")
            terminal.says(told)
        server.mode = "sound"
        use_it(terminal)
        terminal.offers("n New")
        terminal.press(b"q")
        assert terminal.ends() == 0
        (command,) = copied(terminal.raw)
        assert leaks(base64.b64decode(command)) == []
        assert leaks(bytes(terminal.raw)) == []
    assert written(home) == {}


@pytest.fixture
def command(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """Runs a command that knows no secret from those before it; its exit code."""
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    logger = logging.getLogger("assistant_tui")

    def command(*arguments: str) -> int:
        monkeypatch.setattr(api_keys, "_SECRETS", set())
        done = run(*arguments, "--log")
        for handler in [*logger.handlers]:
            logger.removeHandler(handler)
            handler.close()
        assert leaks(done.out + done.err.encode()) == [], arguments
        return done.code

    yield command
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


def test_no_command_prints_or_keeps_a_secret(
    home: Path, server: QuotingServer, command: Callable[..., int]
) -> None:
    cases = home / "cases.jsonl"
    cases.write_text('{"prompt": "Hello"}')
    change, out = home / "change.json", ("--format", "json", "--output", str(home / "out"))
    for mode in ("sound", *REFUSALS):
        server.mode = mode
        change.write_text(json.dumps({"name": f"Now {mode}"}))
        code = 0 if mode == "sound" else 1
        assert command("list", "--json") == code
        assert command("update", "asst_1", "--file", str(change)) == code
        assert command("export", "asst_1", *out, "--yes") == code
        assert command("import", str(change), "--yes") == 1, "it has no model"
        assert command("ask", "asst_1", "Hello", "--json") == 1, "it has no threads"
        assert command("threads", "list", "--json") == 0
        assert command("threads", "get", "thread_1") == 1
        assert command("threads", "export", "thread_1", *out, "--yes") == 1
        assert command("threads", "delete", "thread_1", "--yes", "--keep-copy") == 1
        assert command("eval", "asst_1", "--cases", str(cases)) == 1
        assert command("delete", "asst_1" if mode != "sound" else "asst_2", "--yes") == 1
    assert written(home) == {}


def test_no_process_prints_a_secret_until_its_end(home: Path, server: QuotingServer) -> None:
    server.mode = "refusing"
    with program("list", "--json", "--log", home=home) as process:
        code, out, err = ended(process)
    assert code == 1
    assert leaks(out + err.encode()) == []


def test_what_cannot_be_a_profile_is_not_quoted(tmp_path: Path) -> None:
    for given in (f"htp://user:{CODED}@host", f"http://host/?code={CODED}", f"https://[{CODED}"):
        with program("list", "--base-url", given, home=tmp_path) as process:
            code, out, err = ended(process)
        assert code == 2
        assert leaks(out + err.encode()) == []
        assert json.dumps(given) not in err
