"""What was done is taken back on a server on a socket: undo, history and trash."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.terminal import CTRL_P, CTRL_S, DOWN, ENTER, TAB, Program, Terminal
from tests.fakeserver.deviations import answer
from tests.fakeserver.relay import RelayServer
from tests.fakeserver.requests import Json
from tests.limits import LIMIT

SIZE = (120, 30)
"""Room for whole sentences on the status line."""


@pytest.fixture
def shown(server: RelayServer, home: Path) -> Iterator[Terminal]:
    """The list with two assistants, the cursor on `Newer`."""
    server.make("Older", instructions="the older one")
    server.make("Newer", instructions="the newer one", metadata={"team": "search"}, temperature=0.5)
    with Program("--base-url", server.url, home=home, size=SIZE) as terminal:
        terminal.shows("> Newer", "1–2 of 2 (all)")
        terminal.offers("n New")
        yield terminal


def rename(terminal: Terminal, typed: str, name: str) -> None:
    """Type behind the name of the highlighted assistant, and save it."""
    terminal.press(ENTER)
    terminal.shows("Edit asst_")
    terminal.press(typed.encode(), CTRL_S)
    terminal.says(f"Saved {name} · ")
    terminal.offers("n New")


def delete(terminal: Terminal, name: str) -> None:
    """Delete the highlighted assistant."""
    terminal.marks(name)
    terminal.press(b"d")
    terminal.shows("Delete this assistant?", "Cancel")
    terminal.press(TAB, ENTER)
    terminal.says(f"Deleted {name} · ")
    terminal.offers("n New")


def bring_back(terminal: Terminal, name: str) -> str:
    """Agree to the question whether to create it anew; the status line then."""
    terminal.shows(f"Bring back {name}?", "the id will be a new one", "Create it anew")
    terminal.press(TAB, ENTER)
    terminal.says(f"Created {name} · ")
    return terminal.status


def set_by_people(assistant: Json) -> Json:
    """An assistant without what each gets of its own."""
    return {name: value for name, value in assistant.items() if name not in ("id", "created_at")}


def test_u_takes_back_a_change(shown: Terminal, server: RelayServer) -> None:
    before = server.held()
    rename(shown, "!", "Newer!")
    shown.press(b"u")
    shown.shows("Undo this change of Newer!", "Cancel")
    shown.press(TAB, ENTER)
    shown.says("Saved Newer · ")
    assert server.held() == before
    assert server.sent == [{"name": "Newer!"}, {"name": "Newer"}]


def test_u_takes_back_a_deletion_and_shows_the_new_id(shown: Terminal, server: RelayServer) -> None:
    newer, older = server.held()
    delete(shown, "Newer")
    assert server.held() == [older]
    shown.press(b"u")
    status = bring_back(shown, "Newer")
    now, other = server.held()
    assert set_by_people(now) == set_by_people(newer)
    assert now["id"] != newer["id"] and now["id"] in status
    assert other == older
    assert server.writes == ["delete", "create"]


def test_an_older_version_is_restored_from_the_history(
    shown: Terminal, server: RelayServer
) -> None:
    before = server.held()
    rename(shown, "1", "Newer1")
    rename(shown, "2", "Newer12")
    shown.press(b"H")
    shown.shows("Versions of Newer12", "before all of these", "Enter Choose")
    shown.press(DOWN, ENTER)
    shown.shows("Restore this version?", "- Newer12", "+ Newer1", "Cancel")
    shown.press(TAB, ENTER)
    shown.says("Saved Newer1 · ")
    assert server.held() == [{**before[0], "name": "Newer1"}, before[1]]
    assert server.sent == [{"name": "Newer1"}, {"name": "Newer12"}, {"name": "Newer1"}]


def found(terminal: Terminal) -> bool:
    """Whether the palette has come to show what was typed, not what it showed before."""
    now = terminal.text
    return "What was deleted here, to bring it back" in now and "The whole object" not in now


def test_the_trash_brings_back_any_deletion(shown: Terminal, server: RelayServer) -> None:
    newer, older = server.held()
    delete(shown, "Newer")
    delete(shown, "Older")
    assert server.held() == []
    shown.press(CTRL_P)
    shown.shows("Search for commands")
    shown.press(b"Trash")
    shown.until(lambda: found(shown), "what is called so, and nothing else")
    shown.press(ENTER)
    shown.shows("Deleted here", "Enter Choose")
    shown.press(DOWN, ENTER)
    status = bring_back(shown, "Newer")
    (now,) = server.held()
    assert set_by_people(now) == set_by_people(newer)
    assert now["id"] not in (newer["id"], older["id"]) and now["id"] in status
    assert server.writes == ["delete", "delete", "create"]


def names(server: RelayServer) -> list[str]:
    """What the assistants are called, sorted."""
    return sorted(each["name"] for each in server.held())


def undone_after_a_restart(server: RelayServer, home: Path) -> None:
    """Start the program again, press `u`, and agree."""
    with Program("--base-url", server.url, home=home, size=SIZE) as terminal:
        terminal.shows("> ", "(all)")
        terminal.offers("n New")
        terminal.press(b"u")
        terminal.shows("Bring back Newer?")
        terminal.press(TAB, ENTER)
        terminal.says("Created Newer · ")
        assert "the answer was lost, but it has arrived" in terminal.status
        terminal.offers("n New")
        terminal.press(b"u")
        terminal.says("Nothing was done here that could be undone")


def test_what_was_brought_back_when_the_program_was_killed_is_not_doubled(
    shown: Terminal, server: RelayServer, home: Path
) -> None:
    delete(shown, "Newer")
    arrived, killed = threading.Event(), threading.Event()

    def create(request: httpx.Request) -> httpx.Response:
        answer = server.pass_on(request)
        arrived.set()
        assert killed.wait(LIMIT)
        return answer

    server.deviations["create"] = create
    shown.press(b"u")
    shown.shows("Bring back Newer?")
    shown.press(TAB, ENTER)
    try:
        assert arrived.wait(LIMIT)
        shown.process.kill()
        shown.process.wait(LIMIT)
    finally:
        killed.set()
    undone_after_a_restart(server, home)
    assert names(server) == ["Newer", "Older"]
    assert server.writes == ["delete", "create"]


def test_what_is_brought_back_late_is_not_doubled_by_the_next_program(
    shown: Terminal, server: RelayServer, home: Path
) -> None:
    delete(shown, "Newer")
    held: list[httpx.Request] = []

    def create(request: httpx.Request) -> httpx.Response:
        held.append(request)
        return answer(b"{}", 504)

    server.deviations["create"] = create
    shown.press(b"u")
    shown.shows("Bring back Newer?")
    shown.press(TAB, ENTER)
    shown.says("Not undone: Server fault: it is not there, but may still arrive")
    shown.offers("n New")
    shown.press(b"q")
    assert shown.ends() == 0
    server.pass_on(held[0])
    undone_after_a_restart(server, home)
    assert names(server) == ["Newer", "Older"]
    assert server.writes == ["delete", "create"]
