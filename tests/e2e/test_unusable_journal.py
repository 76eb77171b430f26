"""A journal that cannot be written to when the program ends: what was typed is offered anyway."""

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal
from tests.e2e.drafts import kept
from tests.e2e.terminal import CTRL_Q, CTRL_S, ENTER, TAB, Program, Terminal
from tests.fakeserver.relay import RelayServer
from tests.journal.write_lock import write_lock_held

SIZE = (120, 30)
"""Room for whole sentences on the status line."""
SOON = 10.0
"""Seconds within which a program ends even on a slow machine; it took 20 to wait for each lock."""


def start(server: RelayServer, home: Path) -> Terminal:
    """The program on a server with one assistant, ready for keys."""
    terminal = Program("--base-url", server.url, home=home, size=SIZE)
    terminal.shows("> Plain")
    terminal.offers("n New")
    return terminal


def edit(terminal: Terminal) -> None:
    """Open the assistant, and type behind its name."""
    terminal.press(ENTER)
    terminal.shows("Edit asst_")
    terminal.press(b"!")
    terminal.shows("*Name", "Plain!")


def files(home: Path) -> list[Path]:
    """The drafts beside the journal."""
    return [*home.glob("journal.db.draft-*")]


@contextmanager
def ending_soon() -> Iterator[None]:
    """What ends a program in here does not wait for the journal again and again."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < SOON


def offers_and_saves(server: RelayServer, home: Path) -> None:
    """The next start offers the edit, which can be saved; then nothing is left of it."""
    with start(server, home) as next_one:
        next_one.says("Left unsaved: Plain! · R takes it up")
        next_one.press(b"R")
        next_one.shows("Left unsaved", "Enter Choose")
        next_one.press(ENTER)
        next_one.shows("Unsaved edit of Plain!", "Open")
        next_one.press(TAB, ENTER)
        next_one.shows("Edit asst_", "*Name", "Plain!")
        next_one.press(CTRL_S)
        next_one.says("Saved Plain!")
        next_one.until(lambda: files(home) == [], "what was saved gone from the disk")
    assert server.sent == [{"name": "Plain!"}]


@pytest.fixture
def journal(home: Path) -> Path:
    """A journal that other programs use."""
    path = home / "journal.db"
    with Journal(path) as journal:
        journal.entries.add("another", Change("any", ChangeKind.CHANGED, "{}", "{}"))
    return path


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_an_edit_outlives_the_end_of_a_program_that_another_one_keeps_from_the_journal(
    server: RelayServer, home: Path, journal: Path, number: signal.Signals
) -> None:
    server.make("Plain")
    with write_lock_held(journal), start(server, home) as ended:
        edit(ended)
        if number == signal.SIGKILL:
            ended.until(lambda: files(home) != [], "a draft on disk")
        with ending_soon():
            ended.signal(number)
            assert ended.ends() == (-number if number == signal.SIGKILL else 128 + number)
    offers_and_saves(server, home)


def test_what_is_discarded_while_the_journal_is_held_is_offered_no_more(
    server: RelayServer, home: Path, journal: Path
) -> None:
    server.make("Plain")
    with start(server, home) as ended:
        edit(ended)
        ended.until(lambda: {"name": "Plain!"} in kept(home), "a draft in the journal")
        with write_lock_held(journal), ending_soon():
            ended.press(CTRL_Q)
            ended.shows("There are unsaved changes")
            ended.press(TAB, ENTER)
            assert ended.ends() == 0
    with start(server, home) as next_one:
        next_one.press(b"R")
        next_one.says("No edit was left behind")
        assert b"Left unsaved" not in next_one.raw


def test_an_edit_outlives_a_journal_that_may_not_grow(
    server: RelayServer, home: Path, journal: Path
) -> None:
    server.make("Plain")
    with start(server, home) as ended:
        limit = 8_192  # bytes: room for a draft, none for a page more of the journal
        resource.prlimit(ended.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        edit(ended)
        ended.until(lambda: files(home) != [], "a draft on disk")
        ended.signal(signal.SIGTERM)
        assert ended.ends() == 128 + signal.SIGTERM
    offers_and_saves(server, home)
