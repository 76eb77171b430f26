"""Trying an edit, replaying a thread and talking to two at once, in a terminal."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.terminal import CTRL_Q, CTRL_U, ENTER, ESCAPE, F4, TAB, Program, Terminal
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.limits import LIMIT
from tests.server.runs.support import Pause, ScriptedModel, says

END = b"\x1b[F"
F6 = b"\x1b[17~"
SIZE = (120, 34)


class Server:
    """The embedded server with a model that says what a test wants, and a look at what it holds."""

    def __init__(self, embedded: EmbeddedServer, *turns: Any) -> None:
        self.model = ScriptedModel([*turns])
        embedded.talk(self.model)
        self.url = embedded.url

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer to a GET, or to a POST of a body."""
        method = "GET" if body is None else "POST"
        url = f"{self.url}{path}"
        return httpx.request(method, url, json=body, timeout=LIMIT).raise_for_status().json()

    def make(self, name: str, **members: Any) -> str:
        """Create an assistant; its id."""
        made = self.ask("/assistants", {"name": name, "model": "gpt-4o", **members})
        return str(made["id"])

    @property
    def assistants(self) -> list[Any]:
        """All of them, newest first."""
        return list(self.ask("/assistants")["data"])

    @property
    def threads(self) -> list[list[tuple[str, str]]]:
        """What all threads say, newest first."""
        ids = [each["id"] for each in self.ask("/threads")["data"]]
        found = [self.ask(f"/threads/{each}/messages?order=asc")["data"] for each in ids]
        return [
            [(m["role"], "".join(p["text"]["value"] for p in m["content"])) for m in messages]
            for messages in found
        ]


def started(server: Server, home: Path, name: str, **environ: str) -> Terminal:
    """The program with the cursor on an assistant."""
    terminal = Program("--base-url", server.url, home=home, size=SIZE, **environ)
    terminal.shows(f"> {name}")
    terminal.offers("n New")
    return terminal


def edit_instructions(terminal: Terminal, typed: bytes) -> None:
    """Open the form, and empty or type into the instructions."""
    terminal.press(ENTER)
    terminal.shows("Edit asst_")
    terminal.press(TAB, TAB, TAB, typed)
    terminal.shows("*Instructions")


def test_an_edit_is_tried_and_nothing_of_it_is_saved(
    embedded_server: EmbeddedServer, home: Path
) -> None:
    server = Server(embedded_server, says("Arr."))
    server.make("Guide", instructions="Be kind.")
    before = server.assistants
    with started(server, home, "Guide") as terminal:
        edit_instructions(terminal, b" Speak like a pirate.")
        terminal.press(F6)
        terminal.shows("with 1 unsaved change")
        terminal.press(b"Hello", ENTER)
        terminal.shows("Arr.", "done (10 tokens")
        terminal.press(ESCAPE)
        terminal.shows("*Instructions", "Ctrl+S Save")
    (request,) = server.model.requests
    assert "Speak like a pirate." in str(request.messages[0])
    assert server.assistants == before
    assert server.threads == [[("user", "Hello"), ("assistant", "Arr.")]]


def test_after_a_kill_in_the_middle_the_next_start_deletes_the_temporary_assistant(
    embedded_server: EmbeddedServer, home: Path
) -> None:
    pause = Pause()
    server = Server(embedded_server, [*says("Half")[:1], pause, *says(" more")])
    server.make("Guide", instructions="Be kind.")
    before = server.assistants
    with started(server, home, "Guide") as killed:
        edit_instructions(killed, END + CTRL_U)
        killed.press(F6)
        killed.shows("with 1 unsaved change")
        killed.press(b"Hello", ENTER)
        killed.shows("Half")
        killed.signal(signal.SIGKILL)
        assert killed.ends() == -signal.SIGKILL
    (temporary,) = [each for each in server.assistants if each not in before]
    with started(server, home, "Guide") as terminal:
        terminal.says(f"Deleted the temporary assistant {temporary['id']} that was left behind")
    assert server.assistants == before
    assert [thread[0] for thread in server.threads] == [("user", "Hello")]


def test_two_assistants_are_told_the_same(embedded_server: EmbeddedServer, home: Path) -> None:
    server = Server(embedded_server, says("It ships Monday."), says("It ships Tuesday."))
    server.make("First")
    server.make("Second")
    with started(server, home, "Second") as terminal:
        terminal.press(b"*")
        terminal.shows("2 marked")
        terminal.press(b"t")
        terminal.shows("A Second", "B First")
        terminal.press(b"When?", ENTER)
        terminal.shows("Monday.", "Tuesday.", "1 of 1 lines differ")
        (row,) = [line for line in terminal.lines if "Monday." in line]
        assert "≠" in row and "Tuesday." in row
        terminal.until(lambda: terminal.text.count("done (") == 2, "the end of both")
        terminal.press(ESCAPE)
        terminal.shows("2 marked", "Space Mark")
    assert sorted(thread[1][1] for thread in server.threads) == [
        "It ships Monday.",
        "It ships Tuesday.",
    ]


def test_a_thread_is_replayed(embedded_server: EmbeddedServer, home: Path) -> None:
    server = Server(embedded_server, says("It ships Monday."), says("It ships Friday."))
    server.make("Guide")
    with started(server, home, "Guide") as terminal:
        terminal.press(b"t")
        terminal.shows("Message")
        terminal.press(b"When?", ENTER)
        terminal.shows("done (10 tokens")
        terminal.press(TAB, b"R")
        terminal.shows("Replay on", "as it is saved")
        terminal.press(ENTER)
        terminal.shows("Replayed 1 message", "Monday.", "Friday.", "1 of 1 lines differ")
    assert server.threads == [
        [("user", "When?"), ("assistant", "It ships Friday.")],
        [("user", "When?"), ("assistant", "It ships Monday.")],
    ]


def test_a_quit_in_the_middle_of_a_trial_leaves_no_temporary_assistant(
    embedded_server: EmbeddedServer, home: Path
) -> None:
    server = Server(embedded_server, says("Hello."))
    server.make("Guide", instructions="Be kind.")
    before = server.assistants
    with started(server, home, "Guide") as terminal:
        edit_instructions(terminal, END + CTRL_U)
        terminal.press(F6)
        terminal.shows("with 1 unsaved change")
        terminal.press(b"Hello", ENTER)
        terminal.shows("done (10 tokens", "A temporary assistant answers")
        assert len(server.assistants) == 2
        terminal.press(CTRL_Q)
        terminal.shows("Discard the changes")
        terminal.press(TAB, ENTER)
        assert terminal.ends() == 0
    assert server.assistants == before


def test_a_message_to_two_is_written_in_an_editor(
    embedded_server: EmbeddedServer, home: Path, editor: Callable[[str], str]
) -> None:
    server = Server(embedded_server, says("One."), says("Two."))
    server.make("First")
    server.make("Second")
    with started(server, home, "Second", EDITOR=editor('printf "from the editor" > "$1"')) as here:
        here.press(b"*")
        here.shows("2 marked")
        here.press(b"t")
        here.shows("A Second", "B First")
        here.press(F4)
        here.shows("from the editor")
        here.press(ENTER)
        here.until(lambda: here.text.count("done (") == 2, "the end of both")
    assert [thread[0] for thread in server.threads] == [("user", "from the editor")] * 2
