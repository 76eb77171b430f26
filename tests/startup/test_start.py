"""A start that succeeds: what is opened, how, and with which exit code it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from assistant_tui.cli import composition, serve
from assistant_tui.server.runs.backends import Backends
from tests.limits import LIMIT
from tests.startup.conftest import Screen
from tests.startup.terminal import terminal


def test_without_options_the_local_store_opens_and_says_how_to_add_a_server(
    screen: Screen, tmp_path: Path
) -> None:
    assert composition.main([]) == 0
    config = tmp_path / "home" / "config.toml"
    assert screen.given["settings"].profile.name == "local"
    assert screen.given["welcome"] == f"Local store. Add a server as [profiles.NAME] in {config}"
    assert screen.given["crash_folder"] == tmp_path / "home"
    assert screen.mouse is True
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [(["--demo"], ""), (["--base-url", "https://server.test"], ""), ([], "[ui]\nmouse = true")],
)
def test_who_knows_the_way_is_not_told(
    screen: Screen, home: Path, arguments: list[str], text: str
) -> None:
    (home / "config.toml").write_text(text)
    assert composition.main(arguments) == 0
    assert screen.given["welcome"] == ""


@pytest.mark.parametrize(
    ("arguments", "samples"),
    [(["--demo"], 250), (["--demo", "0"], 0), (["--demo", "1000000"], 10**6)],
)
def test_a_demo_has_as_many_samples_as_asked(
    screen: Screen, arguments: list[str], samples: int
) -> None:
    assert composition.main(arguments) == 0
    assert screen.given["settings"].profile.samples == samples


def test_options_reach_the_screen(screen: Screen) -> None:
    assert composition.main(["--demo", "--read-only", "--no-mouse", "--theme", "nord"]) == 0
    settings = screen.given["settings"]
    assert settings.profile.read_only and settings.theme == "nord"
    assert screen.mouse is False


def test_another_configuration_file(screen: Screen, tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text('default = "p"\n[profiles.p]\nbase_url = "https://server.test"')
    assert composition.main(["--config", str(path)]) == 0
    assert screen.given["settings"].profile.name == "p"


@pytest.mark.parametrize(("code", "given"), [(None, 0), (0, 0), (1, 1), (143, 143)])
def test_the_screens_exit_code_is_the_programs(
    screen: Screen, code: int | None, given: int
) -> None:
    screen.return_code = code
    assert composition.main(["--demo"]) == given


def test_a_fault_is_told_with_the_place_of_its_report(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.return_code, screen.fault = 1, ValueError("a fault")
    screen.crash_report = Path("/home/me/crash.txt")
    assert composition.main(["--demo"]) == 1
    told = "assistant-tui: stopped by a fault; report: /home/me/crash.txt\n"
    assert capsys.readouterr().err == told


def test_a_fault_whose_report_cannot_be_written_is_told_all_the_same(
    screen: Screen, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.return_code, screen.fault = 1, ValueError("a fault")
    assert composition.main(["--demo"]) == 1
    told = f"assistant-tui: stopped by a fault; no report can be written in {home}\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("name", "delay"), [("SSH_CONNECTION", "250"), ("SSH_TTY", "250"), ("LANG", None)]
)
def test_an_escape_key_gets_more_time_over_ssh(
    screen: Screen, name: str, delay: str | None
) -> None:
    os.environ.pop("ESCDELAY", None)
    os.environ[name] = "x"
    composition.main(["--demo"])
    assert os.environ.get("ESCDELAY") == delay
    assert os.environ["TEXTUAL_ANIMATIONS"] == "none"


def test_what_the_person_set_stays(screen: Screen) -> None:
    os.environ.update(SSH_TTY="x", ESCDELAY="50", TEXTUAL_ANIMATIONS="full")
    composition.main(["--demo"])
    assert (os.environ["ESCDELAY"], os.environ["TEXTUAL_ANIMATIONS"]) == ("50", "full")


def test_an_interrupt_before_the_screen_ends_with_130(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*, mouse: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(screen, "run", interrupted)
    assert composition.main(["--demo"]) == 130


@pytest.mark.parametrize("keys", [b"q", b"\x11"], ids=["q", "ctrl+q"])
def test_a_demo_in_a_real_terminal_leaves_no_trace(tmp_path: Path, keys: bytes) -> None:
    with terminal("--demo", "3") as shown:
        shown.wait_for(b"of 3 (all)")
        shown.press(keys)
        assert shown.end() == 0
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_ends_it_and_gives_the_terminal_back(number: signal.Signals, code: int) -> None:
    with terminal("--demo", "3") as shown:
        shown.wait_for(b"of 3 (all)")
        shown.process.send_signal(number)
        assert shown.end() == code
    assert b"\x1b[?1049l" in shown.written


def made_by(make: object) -> object:
    """What a function without arguments makes."""
    assert callable(make)
    return make()


def test_serve_gets_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path
) -> None:
    given: dict[str, object] = {}

    def run(**arguments: object) -> int:
        given.update(arguments)
        return 143

    monkeypatch.setattr(serve, "run", run)
    monkeypatch.setenv("SERVE_KEY", "sk-serve")
    backend = '[server.backends.far]\nbase_url = "https://host/v1"'
    (home / "config.toml").write_text(f'[server]\nmodels = ["m"]\n{backend}')
    assert composition.main(["serve"]) == 143
    assert isinstance(made_by(given.pop("make_chat_models")), Backends)
    defaults = {
        "host": "127.0.0.1",
        "port": 8808,
        "database": home / "assistants.db",
        "api_key": None,
        "models": ("m",),
        "backends": [("far", "https://host/v1")],
        "allow_origins": [],
    }
    assert given == defaults
    database = tmp_path / "own.db"
    options = ["--host", "::1", "--port", "0", "--database", str(database)]
    composition.main(["serve", *options, "--api-key-env", "SERVE_KEY"])
    assert isinstance(made_by(given.pop("make_chat_models")), Backends)
    own = {"host": "::1", "port": 0, "database": database, "api_key": "sk-serve"}
    assert given == defaults | own


def test_serve_insists_on_its_key_and_ends_by_a_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVE_KEY", "sk-serve")
    arguments = ["serve", "--port", "0", "--api-key-env", "SERVE_KEY"]
    with subprocess.Popen(
        [sys.executable, "-m", "assistant_tui", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/assistants").status_code == 401
        bearer = {"Authorization": "Bearer sk-serve"}
        assert httpx.get(f"{url}/assistants", headers=bearer).status_code == 200
        process.terminate()
        _, err = process.communicate(timeout=LIMIT)
    assert url.startswith("http://127.0.0.1:") and url.endswith("/v1")
    assert (process.returncode, err) == (143, "")
