"""Two programs on two terminals, and a server for others, at work on one store at the same time."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from tests.e2e.drafts import kept
from tests.e2e.terminal import CTRL_S, ENTER, TAB, Program, Terminal, environment
from tests.limits import LIMIT

SIZE = (120, 40)
"""Room for whole sentences on the status line, and for all rows."""
ROUNDS = 3
"""Enough for both to create at once on each other's work; many more are in test_processes."""


@contextmanager
def two(home: Path) -> Iterator[tuple[Terminal, Terminal]]:
    """Two programs that are started together."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(Program(home=home, size=SIZE)) for _ in range(2))
        for terminal in (first, second):
            terminal.offers("n New")
        yield first, second


@contextmanager
def served(home: Path) -> Iterator[httpx.Client]:
    """`assistant-tui serve` over the store of a home."""
    command = [sys.executable, "-m", "assistant_tui", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            with httpx.Client(base_url=server.stdout.readline().strip(), timeout=LIMIT) as http:
                yield http
        finally:
            server.terminate()
            server.communicate(timeout=LIMIT)


def names(http: httpx.Client) -> list[str]:
    """What the store has, by name."""
    data = http.get("/assistants", params={"limit": "100"}).raise_for_status().json()["data"]
    return sorted(each["name"] for each in data)


def create(terminal: Terminal, name: str) -> None:
    """Type a new assistant and save it, without waiting for it."""
    terminal.press(b"n", name.encode(), CTRL_S)


def created(terminal: Terminal, name: str) -> None:
    """Wait until it is said."""
    terminal.says(f"Created {name} · asst_")
    terminal.offers("n New")


def brought_back(terminal: Terminal) -> bool:
    """Wait until it is said what became of an undoing; whether it was done here."""
    did, left = "Created Precious", "another program"
    terminal.until(lambda: did in terminal.status or left in terminal.status, "what became of it")
    return did in terminal.status


def quit(*terminals: Terminal) -> None:
    """Leave each as a person does."""
    for terminal in terminals:
        terminal.press(b"q")
        assert terminal.ends() == 0


def test_the_first_start_of_two_together_and_their_creates_at_the_same_time(home: Path) -> None:
    with two(home) as (first, second):
        for number in range(ROUNDS):
            create(first, f"Mine {number}")
            create(second, f"Theirs {number}")
            created(first, f"Mine {number}")
            created(second, f"Theirs {number}")
        for terminal in (first, second):
            terminal.press(b"r")
            terminal.shows(f"of {2 * ROUNDS} (all)")
        quit(first, second)
    with served(home) as http:
        assert names(http) == [f"{who} {n}" for who in ("Mine", "Theirs") for n in range(ROUNDS)]


def test_one_goes_on_with_what_the_other_did(home: Path) -> None:
    with two(home) as (first, second):
        create(first, "Shared")
        created(first, "Shared")
        second.press(b"r")
        second.shows("> Shared")
        first.press(ENTER)
        first.shows("Edit asst_")
        first.press(b"!")
        second.press(ENTER)
        second.shows("Edit asst_")
        second.press(TAB, TAB, b"described")
        second.shows("*Description")
        first.press(CTRL_S)
        second.press(CTRL_S)
        first.says("Saved Shared")
        second.says("Saved Shared")
        for terminal in (first, second):
            terminal.offers("n New")
            terminal.press(b"r")
            terminal.shows("> Shared!")
        quit(first, second)
    with served(home) as http:
        (one,) = http.get("/assistants").json()["data"]
    assert (one["name"], one["description"]) == ("Shared!", "described")


def test_a_deletion_is_taken_back_once_though_both_agree_to_it(home: Path) -> None:
    with two(home) as (first, second):
        create(first, "Precious")
        created(first, "Precious")
        first.press(b"d")
        first.shows("Delete this assistant?")
        first.press(TAB, ENTER)
        first.says("Deleted Precious")
        first.offers("n New")
        for terminal in (first, second):
            terminal.press(b"u")
            terminal.shows("Bring back Precious?", "Create it anew")
        for terminal in (first, second):
            terminal.press(TAB, ENTER)
        told = [brought_back(terminal) for terminal in (first, second)]
        assert sorted(told) == [False, True]
        quit(first, second)
    with served(home) as http:
        assert names(http) == ["Precious"]


def test_others_write_through_a_server_meanwhile(home: Path) -> None:
    others = [f"Other {number:02}" for number in range(40)]
    with served(home) as http, Program(home=home, size=SIZE) as terminal:
        terminal.offers("n New")

        def make(name: str) -> None:
            made = http.post("/assistants", json={"name": name, "model": "gpt-4o"})
            assert made.status_code == 200, made.text

        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(make, name) for name in others]
            for number in range(ROUNDS):
                create(terminal, f"Mine {number}")
                created(terminal, f"Mine {number}")
            for answer in answers:
                answer.result(LIMIT)
        terminal.press(b"r")
        terminal.shows(f"of {len(others) + ROUNDS} (all)")
        assert names(http) == [*(f"Mine {number}" for number in range(ROUNDS)), *others]
        quit(terminal)


def test_each_keeps_its_own_draft_and_offers_none_of_the_other(home: Path) -> None:
    with two(home) as (first, second):
        first.press(b"n", b"Mine")
        second.press(b"n", b"Theirs")
        first.until(lambda: {"name": "Mine"} in kept(home), "a draft on disk")
        second.until(lambda: {"name": "Theirs"} in kept(home), "a draft on disk")
        with Program(home=home, size=SIZE) as third:
            third.offers("n New")
            third.press(b"R")
            third.says("No edit was left behind")
            quit(third)
