"""What `serve` refuses of its options for pages and keys, and what it takes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from assistant_tui.cli import composition
from tests.limits import LIMIT
from tests.server.callers import PAGE


def _refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert composition.main(["serve", "--port", "0", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.isprintable() is False
    return err


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "localhost:3000",
        "http://",
        "http://a/b",
        "http://a?b",
        "http://user@a",
        "http://a:99999",
        "http://a:b",
        "http://a b",
        "http://münchen.example",
        "http://a\r\nb",
        "file://",
        "https://*.example",
    ],
)
def test_what_is_no_origin_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], origin: str
) -> None:
    database = str(tmp_path / "assistants.db")
    err = _refusal(capsys, "--database", database, "--allow-origin", PAGE, "--allow-origin", origin)
    assert "--allow-origin" in err and "http://localhost:3000" in err


def test_without_a_key_not_every_page_can_be_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = _refusal(capsys, "--database", str(tmp_path / "a.db"), "--allow-origin", "*")
    assert "--allow-origin *" in err and "--api-key-env" in err and "every web page" in err


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("KEY", "", "is empty"),
        ("KEY", " \r\n", "is empty"),
        ("KEY", "one\ntwo", "control character"),
        ("KEY", "one\x7f", "control character"),
        ("KEY", "one\x85two", "control character"),
        ("", "k3y", "name"),
        ("NOT_SET", "k3y", "NOT_SET is not set"),
    ],
)
def test_a_key_that_cannot_be_sent_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    key: str,
    said: str,
) -> None:
    monkeypatch.setenv("KEY", key)
    err = _refusal(capsys, "--database", str(tmp_path / "a.db"), "--api-key-env", name)
    assert "--api-key-env" in err and said in err
    assert not key.strip() or key.strip() not in err


@pytest.mark.parametrize("key", [b"s\xc3\xa9cret\n", b"\r\n s\xffcret\r\n"], ids=["UTF-8", "bytes"])
def test_a_key_with_a_line_break_at_its_end_works(tmp_path: Path, key: bytes) -> None:
    command = [sys.executable, "-m", "assistant_tui", "serve", "--port", "0", "--api-key-env", "K"]
    environment = {**os.environb, b"K": key, b"ASSISTANT_TUI_HOME": os.fsencode(tmp_path)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().decode().strip()
            for given, status in (key.strip(), 200), (b"other", 401):
                headers = {b"Authorization": b"Bearer " + given}
                assert httpx.get(f"{url}/models", headers=headers).status_code == status
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, err) == (143, b"")
