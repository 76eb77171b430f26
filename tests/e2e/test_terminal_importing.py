"""An import on the screen whose program is killed: the next one does what is left, and no more."""

import json
import signal
import threading
from pathlib import Path

import httpx

from tests.e2e.terminal import ENTER, TAB, Program, Terminal
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT

SIZE = (120, 36)


def start(server: RelayServer, home: Path) -> Terminal:
    """The program on a server with at least one assistant, ready for keys."""
    terminal = Program("--base-url", server.url, home=home, size=SIZE)
    terminal.shows("> ")
    terminal.offers("n New")
    return terminal


def ask_for(terminal: Terminal, path: Path, plan: str) -> None:
    """Ask for the import of a file, and agree to what is planned."""
    terminal.press(b":")
    terminal.shows("Search for commands")
    terminal.press(b"import")
    terminal.until(lambda: "Next page" not in terminal.text, "one command")
    terminal.press(ENTER)
    terminal.shows("A file or a folder")
    terminal.press(str(path).encode(), ENTER)
    terminal.shows(plan)
    terminal.press(TAB, ENTER)


def test_an_import_that_was_killed_in_the_middle_goes_on_where_it_was(
    server: RelayServer, home: Path, tmp_path: Path
) -> None:
    server.make("Plain")
    path = tmp_path / "many.json"
    path.write_text(json.dumps([{"model": "m", "name": f"A{each // 2}"} for each in range(8)]))
    creating, killed = threading.Event(), threading.Event()

    def create(request: httpx.Request) -> httpx.Response:
        if server.writes.count("create") == 5:
            creating.set()
            assert killed.wait(LIMIT)
        return server.pass_on(request)

    server.deviations["create"] = create
    with start(server, home) as first:
        ask_for(first, path, "Import: 8 create")
        first.until(creating.is_set, "the fifth create")
        first.signal(signal.SIGKILL)
        assert first.ends() == -signal.SIGKILL
        killed.set()
    del server.deviations["create"]
    with start(server, home) as second:
        ask_for(second, path, "Import: ")
        second.says("Imported")
    names = sorted(each["name"] for each in server.held())
    assert names == [*(f"A{each // 2}" for each in range(8)), "Plain"]
