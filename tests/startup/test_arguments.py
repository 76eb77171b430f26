"""Wrong usage: exit code 2, and one line that names what is at fault and what is allowed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant_tui import __version__
from assistant_tui.cli import composition
from assistant_tui.cli.arguments import create_parser
from tests.limits import LIMIT
from tests.startup.terminal import terminal

HELP = "; assistant-tui --help tells more"


@pytest.fixture(autouse=True)
def nothing_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that is not refused fails its test, rather than run for ever."""

    def opened(*arguments: object, **named: object) -> None:
        raise AssertionError("not refused")

    monkeypatch.setattr("textual.app.App.run", opened)
    monkeypatch.setattr("assistant_tui.cli.serve.serve", opened)


def refusal_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr of a start that ends with 2."""
    try:
        code = composition.main(arguments)
    except SystemExit as stop:
        assert isinstance(stop.code, int)
        code = stop.code
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("assistant-tui: ") and err.endswith("\n")
    line = err.removeprefix("assistant-tui: ").removesuffix("\n")
    assert line.isprintable()
    return line


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        composition.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"assistant-tui {__version__}\n"


def test_the_version_alone_imports_no_more_than_it_needs() -> None:
    code = (
        "import sys; sys.argv = ['assistant-tui', '--version']\n"
        "from assistant_tui.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('argparse' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=LIMIT)
    assert done.stdout.decode().splitlines() == [f"assistant-tui {__version__}", "False"]


def test_the_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        composition.main(["--help"])
    out, err = capsys.readouterr()
    assert (stop.value.code, err) == (0, "")
    options = "--profile --base-url --demo --read-only --no-mouse --theme --config --log serve"
    assert all(option in out for option in options.split())
    assert "OPENAI_API_KEY" in out


def test_the_help_of_serve(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        composition.main(["serve", "--help"])
    out = capsys.readouterr().out
    assert stop.value.code == 0
    assert all(
        option in out
        for option in (
            "--host",
            "--port",
            "--database",
            "--api-key-env",
            "--allow-origin",
            "--backend",
            "--backend-key-env",
        )
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--nonsense"], f"unrecognized arguments: --nonsense{HELP}"),
        (["--non\n\x1b[2Jsense"], f"unrecognized arguments: --non \ufffd[2Jsense{HELP}"),
        (["--profile"], f"argument --profile: expected one argument{HELP}"),
        (["--profile", "nobody"], "--profile: no profile 'nobody'; there are: local"),
        (["--base-url", "host"], "--base-url: an http:// or https:// URL is allowed"),
        (["--config", "/no/file"], "/no/file: there is no such file"),
        (["serve", "--api-key-env", "NONE"], "--api-key-env: the environment variable NONE is "),
        (["serve", "--backend", "host"], "--backend: an http:// or https:// URL is allowed"),
        (["serve", "--backend-key-env", "K"], "--backend-key-env: only with --backend URL"),
        (["serve", "--host", "0.0.0.0"], "--host 0.0.0.0 needs --api-key-env NAME: without a key"),
        (["serve", "--database", "/"], "--database: "),
    ],
)
def test_wrong_usage_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    assert refusal_of(capsys, *arguments).startswith(line)


def test_an_unknown_command_is_told_with_those_that_are_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = refusal_of(capsys, "dance")
    assert "dance" in line and "serve" in line


@pytest.mark.parametrize("count", ["2000000000", "1000001", "-1", "x", "", "1.5", "9" * 5_000])
def test_a_demo_has_up_to_a_million_samples(capsys: pytest.CaptureFixture[str], count: str) -> None:
    line = refusal_of(capsys, "--demo", count)
    assert line == f"argument --demo: a whole number up to 1,000,000 is allowed{HELP}"


@pytest.mark.parametrize("port", ["65536", "-1", "x", "9" * 5_000])
def test_a_port_is_a_number(capsys: pytest.CaptureFixture[str], port: str) -> None:
    line = refusal_of(capsys, "serve", "--port", port)
    help_of_it = HELP.replace("--help", "serve --help")
    assert line == f"argument --port: a whole number from 0 to 65535 is allowed{help_of_it}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--profile", "local", "--demo"],
        ["--profile", "local", "--base-url", "https://server.test"],
        ["--demo", "5", "--base-url", "https://server.test"],
    ],
)
def test_one_start_opens_one_server(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert "not allowed with argument" in refusal_of(capsys, *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--profile", "local"],
        ["--base-url", "https://server.test"],
        ["--demo", "0"],
        ["--read-only"],
        ["--no-mouse"],
        ["--theme", "nord"],
        ["--log"],
    ],
)
def test_serve_takes_no_option_that_would_do_nothing(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    line = refusal_of(capsys, *arguments, "serve")
    assert line == f"{arguments[0]}: not with serve, which serves the local store"


def test_a_bad_configuration_is_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config.toml").write_text("colour = 1")
    assert refusal_of(capsys).startswith(f"{home / 'config.toml'}: unknown key 'colour'; allowed: ")


def test_the_home_of_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSISTANT_TUI_HOME", "~nobody-of-this-name")
    assert refusal_of(capsys).startswith("ASSISTANT_TUI_HOME: ")


@pytest.mark.parametrize("stream", ["stdin", "stderr"])
def test_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    for name in {"stdin", "stderr"} - {stream}:
        monkeypatch.setattr(getattr(sys, name), "isatty", lambda: True)
    assert refusal_of(capsys, "--demo").startswith("there is no terminal to draw on")


def test_with_its_input_closed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert refusal_of(capsys, "--demo").startswith("there is no terminal to draw on")


@pytest.mark.usefixtures("in_a_terminal")
@pytest.mark.parametrize("term", ["dumb", None])
def test_on_a_terminal_that_can_show_nothing(
    capsys: pytest.CaptureFixture[str], term: str | None
) -> None:
    del os.environ["TERM"]
    if term is not None:
        os.environ["TERM"] = term
    assert refusal_of(capsys, "--demo").startswith("TERM=dumb: ")


@pytest.mark.usefixtures("in_a_terminal")
def test_a_theme_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    line = refusal_of(capsys, "--demo", "--theme", "plaid")
    assert "'plaid'" in line and "textual-light" in line


@pytest.mark.usefixtures("in_a_terminal")
@pytest.mark.parametrize(
    ("keymap", "words"),
    [
        ('dance = "D"', ["keymap.dance: no such command; allowed: ", "delete"]),
        ('delete = "ctrl+nonsense"', ["keymap.delete: 'ctrl+nonsense'"]),
        ('delete = "q"', ["'q'", "delete", "quit"]),
    ],
)
def test_a_keymap_that_cannot_be(
    home: Path, capsys: pytest.CaptureFixture[str], keymap: str, words: list[str]
) -> None:
    (home / "config.toml").write_text(f"[keymap]\n{keymap}")
    line = refusal_of(capsys, "--demo")
    assert line.startswith(f"{home / 'config.toml'}: keymap")
    assert all(word in line for word in words)


@pytest.mark.usefixtures("in_a_terminal")
def test_a_log_that_cannot_be_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = home / "assistant-tui.log"
    log.mkdir()
    line = refusal_of(capsys, "--demo", "--log")
    assert line == f"--log: {log} cannot be written: Is a directory"


@pytest.mark.parametrize(
    ("arguments", "environ", "words"),
    [
        (["--demo"], {"TERM": "dumb"}, b"assistant-tui: TERM=dumb: "),
        (["--demo", "--theme", "plaid"], {}, b"assistant-tui: --theme, or ui.theme in "),
    ],
)
def test_a_refusal_leaves_a_real_terminal_as_it_was(
    arguments: list[str], environ: dict[str, str], words: bytes
) -> None:
    with terminal(*arguments, **environ) as shown:
        assert shown.end() == 2
    assert shown.written.startswith(words)
    assert shown.written.count(b"\n") == 1 and b"\x1b" not in shown.written


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_a_closed_pipe_ends_quietly(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    # Without a buffer the fault would come earlier, and argparse swallows it there.
    environ = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        [sys.executable, "-m", "assistant_tui", *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environ,
    ) as process:
        os.close(writing)
        _, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ask asst_1 --json Hello", {"id": "asst_1", "text": "Hello", "json": True}),
        ("ask --json asst_1 Hello", {"id": "asst_1", "text": "Hello", "json": True}),
        ("ask asst_1 Hello --json", {"id": "asst_1", "text": "Hello", "json": True}),
        ("ask asst_1 --model m --profile p Hello", {"text": "Hello", "model": "m", "profile": "p"}),
        ("--profile p ask asst_1 --json Hello", {"text": "Hello", "profile": "p"}),
        ("ask asst_1 --demo 3 --json Hello", {"text": "Hello", "demo": 3}),
        ("ask asst_1 --demo --json -- --odd", {"text": "--odd", "demo": 250}),
        ("ask asst_1 --json", {"id": "asst_1", "text": None}),
        ("ask asst_1 --json -", {"id": "asst_1", "text": "-"}),
        ("get --json asst_1", {"ids": ["asst_1"], "json": True}),
        ("export a --format json b --output -", {"ids": ["a", "b"], "output": "-"}),
        ("export --format json --output - --all", {"ids": [], "all": True}),
        ("delete a --yes b", {"ids": ["a", "b"], "yes": True}),
        ("import a --dry-run b", {"paths": ["a", "b"], "dry_run": True}),
        ("threads delete a --yes b", {"ids": ["a", "b"], "yes": True}),
        ("threads get --json thread_1", {"id": "thread_1", "json": True}),
        ("--read-only list --json", {"read_only": True, "json": True}),
    ],
)
def test_options_stand_anywhere(words: str, found: dict[str, object]) -> None:
    options = vars(create_parser().parse_args(words.split()))
    assert {name: options[name] for name in found} == found
