"""Commands in this process, on a server with a socket, and what they wrote."""

import io
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from assistant_tui.cli import composition
from tests.cli.talking import TalkingServer, http
from tests.e2e.conftest import embedded_server, home, server, shared_embedded_server, url
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.relay import RelayServer

__all__ = ["embedded_server", "home", "server", "shared_embedded_server", "url"]


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        """What stands on stdout."""
        return self.out.decode().splitlines()


Run = Callable[..., Done]


@pytest.fixture
def run(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Runs the program with arguments and, it may be, something on its stdin."""

    def run(*arguments: str, stdin: bytes = b"") -> Done:
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(given, "utf-8"))
            try:
                code = composition.main(arguments)
            except SystemExit as stop:
                assert isinstance(stop.code, int)
                code = stop.code
        out, err = capsysbinary.readouterr()
        return Done(code, out, err.decode())

    handlers = [*logging.getLogger().handlers]
    yield run
    logging.getLogger().handlers = handlers


@pytest.fixture
def ask(run: Run, server: RelayServer) -> Run:
    """As `run`, on the server with deviations."""

    def ask(verb: str, *arguments: str, stdin: bytes = b"") -> Done:
        return run(verb, "--base-url", server.url, *arguments, stdin=stdin)

    return ask


@pytest.fixture
def talking(embedded_server: EmbeddedServer) -> Iterator[TalkingServer]:
    """A server whose model says what a test wants."""
    with http() as client:
        yield TalkingServer(embedded_server, client)


@pytest.fixture
def talk(run: Run, talking: TalkingServer) -> Run:
    """As `run`, on that server."""

    def talk(*words: str, stdin: bytes = b"") -> Done:
        return run(*words, "--base-url", talking.url, stdin=stdin)

    return talk
