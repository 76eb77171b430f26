"""A home for each program, a sound server, and a server before it with deviations."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.main_job import Pair, make_pair
from tests.e2e.sshd import Sshd, missing
from tests.e2e.terminal import environment
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.fixtures import embedded_server, shared_embedded_server
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT

__all__ = ["embedded_server", "shared_embedded_server"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a program keeps everything."""
    return tmp_path / "home"


@pytest.fixture
def url(embedded_server: EmbeddedServer) -> str:
    """The address of a sound server that holds nothing yet."""
    return embedded_server.url


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of `assistant-tui serve` in a process of its own, over an empty store."""
    command = [sys.executable, "-m", "assistant_tui", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment(tmp_path / "server"), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
            server.communicate(timeout=LIMIT)


@pytest.fixture
def server(url: str) -> Iterator[RelayServer]:
    """A server before that one, which writes down what arrives, and misbehaves when it is told."""
    with RelayServer(url) as server:
        yield server


@pytest.fixture
def pair(server: RelayServer) -> Pair:
    """What that server holds: an older and a newer assistant."""
    return make_pair(server)


@pytest.fixture
def editor(tmp_path: Path) -> Callable[[str], str]:
    """Makes a shell script that stands for an editor: `$1` is its file, `$HERE` a folder."""

    def make(script: str) -> str:
        path = tmp_path / "editor"
        path.write_text(f"#!/bin/sh\nHERE={tmp_path}\n{script}\n", "utf-8")
        path.chmod(0o700)
        return str(path)

    return make


@pytest.fixture
def jump_host(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A machine to log in to, with an empty home; nothing may be left running there."""
    if lacking := missing("sshd", "ssh", "ssh-keygen"):
        pytest.skip(f"this machine lacks Debian's {' and '.join(lacking)}")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with Sshd(tmp_path_factory.mktemp("sshd"), home) as host:
        yield host
