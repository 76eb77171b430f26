"""What standard output does not take is told in a line; what was done meanwhile is done."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.terminal import environment
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT

pytestmark = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no full device"
)
FULL = "assistant-tui: standard output: No space left on device"


class Ended(NamedTuple):
    code: int
    told: list[str]


def into_full_device(home: Path, *arguments: str, stdin: bytes = b"", **more: str) -> Ended:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "assistant_tui", *arguments],
            env={**environment(home), **more},
            input=stdin,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=LIMIT,
        )
    return Ended(done.returncode, done.stderr.decode().splitlines())


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["--demo", "1000", "list", "--all"],
        ["--demo", "1000", "list", "--all", "--json"],
        ["--demo", "3", "list"],
        ["--help"],
        ["list", "--help"],
        ["--version"],
        ["--print-completion", "bash"],
    ],
)
def test_it_is_told_in_one_line(home: Path, arguments: list[str], unbuffered: str) -> None:
    assert into_full_device(home, *arguments, PYTHONUNBUFFERED=unbuffered) == (1, [FULL])
    assert not list(home.glob("crash*"))


def test_the_id_of_what_was_created_is_told(server: RelayServer, home: Path) -> None:
    done = into_full_device(
        home, "create", "--file", "-", "--base-url", server.url, stdin=b'{"model": "m"}'
    )
    (made,) = server.held()
    assert done == (1, [FULL, f"assistant-tui: done: {made['id']}"])


def test_a_batch_goes_on_to_its_end(server: RelayServer, home: Path, tmp_path: Path) -> None:
    texts = [json.dumps({"model": "m", "name": name}) for name in "abc"]
    for number, text in enumerate(texts):
        Path(tmp_path, f"{number}.json").write_text(text)
    done = into_full_device(home, "import", str(tmp_path), "--yes", "--base-url", server.url)
    ids = [held["id"] for held in reversed(server.held())]
    assert done.code == 1 and done.told[:2] == ["assistant-tui: 3 create", FULL]
    assert [line.split()[3] for line in done.told[2:5]] == ids
    done = into_full_device(home, "delete", *ids, "--yes", "--base-url", server.url)
    assert (done.code, server.held()) == (1, [])
    told = [f"assistant-tui: done: {each}" for each in ids]
    assert done.told == [FULL, *told, "assistant-tui: 3 of 3 deleted"]


def test_what_is_told_may_be_lost_too(home: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    command = [sys.executable, "-m", "assistant_tui", "--demo", "3", "list"]
    try:
        done = subprocess.run(
            command, env=environment(home), stdout=full, stderr=full, timeout=LIMIT
        )
    finally:
        os.close(full)
    assert done.returncode == 1
