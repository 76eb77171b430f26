"""A home that cannot be written: what is in it is read, and no write is lost unsaid."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import environment
from tests.limits import LIMIT

UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
"""How to begin a command that is to be refused what its user may not do."""
pytestmark = pytest.mark.skipif(
    bool(UNPRIVILEGED) and shutil.which("setpriv") is None, reason="root may write everywhere"
)


def program(home: Path, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*UNPRIVILEGED, sys.executable, "-m", "assistant_tui", *arguments],
        env=environment(home),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )


@pytest.fixture
def sealed(home: Path) -> Iterator[Path]:
    """A home with one assistant in the local store, in which nothing can be written any more."""
    done = program(home, "create", "--file", "-", stdin='{"model": "m", "name": "Mine"}')
    assert done.returncode == 0
    home.chmod(0o500)
    for path in home.iterdir():
        path.chmod(0o400)
    yield home
    home.chmod(0o700)


def test_what_is_in_it_is_listed_and_exported(sealed: Path, tmp_path: Path) -> None:
    listed = program(sealed, "list", "--json")
    assert (listed.returncode, json.loads(listed.stdout)["name"]) == (0, "Mine")
    told = "assistant-tui: the store cannot be written: a copy of it is read\n"
    assert listed.stderr == told
    options = ["--all", "--format", "json", "--output", str(tmp_path / "out")]
    assert program(sealed, "export", *options).returncode == 0
    [file] = (tmp_path / "out").iterdir()
    assert json.loads(file.read_text())["name"] == "Mine"


def test_a_write_is_refused_with_the_reason(sealed: Path) -> None:
    done = program(sealed, "create", "--file", "-", stdin='{"model": "m"}')
    assert (done.returncode, done.stdout) == (1, "")
    assert "assistants.db cannot be used: it is read-only" in done.stderr


def test_where_a_log_was_left_no_copy_is_taken_for_the_whole(sealed: Path) -> None:
    sealed.chmod(0o700)
    (sealed / "assistants.db-wal").write_bytes(b"x" * 100)
    sealed.chmod(0o500)
    done = program(sealed, "list")
    assert (done.returncode, done.stdout) == (1, "") and "cannot be used" in done.stderr
