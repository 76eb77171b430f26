"""The options of a command: before or behind the verb, and in one line where they will not do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.support import paged
from tests.e2e.terminal import environment
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT


@pytest.mark.parametrize("before", [True, False])
def test_a_server_is_named_before_or_behind_the_verb(
    run: Run, server: RelayServer, home: Path, tmp_path: Path, before: bool
) -> None:
    server.make("One")
    paged(server.url, home)
    config = (home / "config.toml").rename(tmp_path / "other.toml")
    for options in (["--base-url", server.url], ["--config", str(config)]):
        words = [*options, "list", "--json"] if before else ["list", "--json", *options]
        done = run(*words)
        assert (done.code, len(done.lines)) == (0, 1)
    demo = ["--demo", "3", "list"] if before else ["list", "--demo", "3"]
    assert len(run(*demo, "--json").lines) == 3


def test_a_word_behind_demo_is_not_its_number(run: Run) -> None:
    assert len(run("--demo", "list", "--json", "--all").lines) == 250
    who = run("--demo", "list", "--json").out.split(b'"')[3].decode()
    assert run("get", "--demo", who).code == 0
    done = run("--demo", "9x", "list")
    assert (done.code, done.out) == (2, b"") and "a whole number up to" in done.err


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSLKEYLOGFILE", "HTTPS_PROXY"])
def test_a_variable_that_cannot_be_used_is_named(
    run: Run, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "/no/such/place")
    done = run("list", "--base-url", "https://h.invalid/v1")
    assert (done.code, done.out, done.err.count("\n")) == (2, b"", 1)
    assert done.err.startswith(f"assistant-tui: Settings: {name}: ")


def test_what_only_other_servers_need_is_not_looked_at(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "SSLKEYLOGFILE", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.setenv(name, "/no/such/place,fd00::/8")
    assert run("list", "--demo", "3").code == 0


def test_behind_the_verb_counts_where_both_were_said(run: Run, server: RelayServer) -> None:
    server.make("One")
    done = run("--base-url", "https://nowhere.test", "list", "--json", "--base-url", server.url)
    assert json.loads(done.out)["name"] == "One"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--profile", "local", "list", "--demo"],
            "--profile: not allowed with argument --demo",
        ),
        (
            ["list", "--profile", "local", "--demo"],
            "argument --demo: not allowed with argument --profile; "
            "assistant-tui list --help tells more",
        ),
        (["--theme", "nord", "list"], "--theme: not with list, which draws no screen"),
        (["--no-mouse", "get", "x"], "--no-mouse: not with get, which draws no screen"),
        (["list", "--profile", "x"], "--profile: no profile 'x'; there are: local"),
        (["list", "--config", "/no/file"], "/no/file: there is no such file"),
    ],
)
def test_wrong_usage_is_one_line(run: Run, arguments: list[str], told: str) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, b"")
    assert done.err == f"assistant-tui: {told}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list", "--limit", "0"], "--limit: a whole number from 1 up is allowed"),
        (["list", "--limit", "9" * 5_000], "--limit: a whole number from 1 up is allowed"),
        (["list", "--all", "--limit", "3"], "not allowed with argument --all"),
        (["list", "--order", "up"], "'asc', 'desc'"),
        (["get"], "required: ID"),
        (["list", "--ids", "--json"], "not allowed with argument --ids"),
        (["delete"], "required: ID"),
        (["update", "asst_1"], "required: --file"),
    ],
)
def test_what_is_missing_or_too_much_is_named(run: Run, arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.code == 2 and words in done.err and done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--profle", "x"], "unrecognized arguments: --profle; did you mean --profile?"),
        (["--profle=x", "list"], "unrecognized arguments: --profle=x; did you mean --profile?"),
        (["--profle", "x", "list"], "unrecognized arguments: --profle; did you mean --profile?"),
        (["--demo", "3", "--nonsense", "x"], "unrecognized arguments: --nonsense"),
        (["-x", "y"], "unrecognized arguments: -x"),
        (["list", "--profle", "x"], "unrecognized arguments: --profle x; did you mean --profile?"),
        (["threads", "--asistant", "x", "list"], "--asistant; did you mean --assistant?"),
        (["threads", "list", "--asistant", "x"], "--asistant x; did you mean --assistant?"),
        (["lst"], "COMMAND: there is no lst; did you mean list?"),
        (["threads", "exprt"], "ACTION: there is no exprt; did you mean export?"),
    ],
)
def test_an_option_that_is_unknown_is_named_and_not_its_value(
    run: Run, arguments: list[str], told: str
) -> None:
    done = run(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, b"", 1)
    assert f"{told}; assistant-tui" in done.err


def test_the_value_of_a_known_option_is_none_of_a_command(run: Run) -> None:
    assert "COMMAND: invalid choice: 'dance'" in run("--profile", "x", "dance").err


def test_requests_are_logged_where_that_is_asked_for(
    run: Run, server: RelayServer, home: Path
) -> None:
    assert run("list", "--base-url", server.url, "--log").code == 0
    assert " INFO GET /v1/assistants 200 " in (home / "assistant-tui.log").read_text()


def test_the_local_store_is_the_default(run: Run) -> None:
    who = run("create", "--file", "-", stdin=b'{"model": "m", "name": "Mine"}').lines[0]
    assert json.loads(run("get", who, "--json", "--profile", "local").out)["name"] == "Mine"


def test_a_server_that_is_not_there(run: Run) -> None:
    done = run("list", "--base-url", "http://127.0.0.1:9/v1")
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("assistant-tui: Offline: ") and done.err.count("\n") == 1


def test_where_the_journal_cannot_be_written_that_is_told(
    ask: Run, server: RelayServer, home: Path
) -> None:
    (home / "journal.db").mkdir(parents=True)
    done = ask("create", "--file", "-", stdin=b'{"model": "m"}')
    assert (done.code, len(server.held())) == (0, 1)
    assert done.err.startswith("assistant-tui: u cannot undo this in the program: ")


def test_with_stderr_closed_nothing_is_said_in_the_place_of_data(home: Path) -> None:
    command = f"{sys.executable} -m assistant_tui list --demo 60 --json 2>&-"
    done = subprocess.run(
        ["sh", "-c", command], env=environment(home), capture_output=True, timeout=LIMIT
    )
    assert done.returncode == 0
    assert all(json.loads(line)["id"] for line in done.stdout.splitlines())
