"""`serve` as a process: what it prints, what it refuses, how it stops."""

import os
import re
import signal
import socket
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from assistant_tui.cli import serve as serve_module
from assistant_tui.cli.serve import run
from assistant_tui.server.http import serving as serving_module
from assistant_tui.storage import connections
from tests.limits import LIMIT
from tests.server.support import connect_without_wal, serving


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals, code: int) -> None:
    database = tmp_path / "assistants.db"
    with serving(database) as (url, process):
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*/v1", url)
        assert process.stdout is not None
        assert process.stdout.readline() == f"Database: {database}\n"
        assert process.stdout.readline().startswith("Backend: none is configured")
        with httpx.Client(base_url=url) as http:
            assert http.post("/assistants", json={"model": "m"}).status_code == 200
            process.send_signal(number)
            out, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, out, err) == (code, "", "")
    assert [each.name for each in tmp_path.iterdir()] == ["assistants.db"]


def test_at_once_is_not_too_early(tmp_path: Path) -> None:
    with serving(tmp_path / "assistants.db") as (url, process):
        process.terminate()
        _, err = process.communicate(timeout=LIMIT)
    assert url and (process.returncode, err) == (143, "")


def test_every_path_speaks_the_envelope(tmp_path: Path) -> None:
    with serving(tmp_path / "assistants.db") as (url, _):
        response = httpx.get(url.removesuffix("/v1") + "/assistants")
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Invalid URL (GET /assistants)"
    assert response.headers["x-request-id"].startswith("req_")
    assert "server" not in response.headers


def test_a_body_that_is_too_large_is_answered(tmp_path: Path) -> None:
    with serving(tmp_path / "assistants.db") as (url, _):
        response = httpx.post(
            f"{url}/assistants",
            content=b" " * 20_000_000,
            headers={"Content-Type": "application/json"},
        )
    assert response.status_code == 413


def test_a_taken_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "assistants.db"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(host="127.0.0.1", port=port, database=database, api_key=None, models=[]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert str(port) in err and "in use" in err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_the_world_needs_a_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    database = tmp_path / "assistants.db"
    for key in (None, ""):
        assert run(host=host, port=0, database=database, api_key=key, models=[]) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1
        assert f"--host {host}" in err and "--api-key-env" in err
    assert not database.exists()


def test_a_database_of_a_newer_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "assistants.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert run(host="localhost", port=0, database=database, api_key=None, models=[]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert "--database" in err and str(database) in err


def _run_and_stop(monkeypatch: pytest.MonkeyPatch, database: Path, host: str) -> int:
    """Serve in this process, and stop as soon as the URL is told."""
    tell = serve_module._print_lines

    def tell_and_stop(lines: Sequence[str]) -> None:
        tell(lines)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(serve_module, "_print_lines", tell_and_stop)
    return run(host=host, port=0, database=database, api_key="k", models=[])


def test_the_process_is_as_it_was_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    assert _run_and_stop(monkeypatch, tmp_path / "assistants.db", "127.0.0.1") == 143
    assert [signal.getsignal(number) for number in numbers] == before
    out, err = capsys.readouterr()
    url, *uses = out.splitlines()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url) and err == ""
    assert uses == [
        f"Database: {tmp_path}/assistants.db",
        "Backend: none is configured; one on this machine is looked for in a run",
    ]


def test_another_journal_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connections, "_connect", connect_without_wal)
    assert _run_and_stop(monkeypatch, tmp_path / "assistants.db", "127.0.0.1") == 143
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "journal mode delete" in err


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_ipv6_host_stands_in_brackets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 loopback here")
    assert _run_and_stop(monkeypatch, tmp_path / "assistants.db", "::1") == 143
    assert re.match(r"http://\[::1\]:\d+/v1\n", capsys.readouterr().out)


def test_nohup_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "getsignal", lambda number: signal.SIG_IGN)
    assert signal.SIGHUP not in serving_module._stopping()
    assert signal.SIGTERM in serving_module._stopping()
