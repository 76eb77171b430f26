"""`delete`: what it names, when somebody said yes, and each told."""

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import httpx
import pytest

from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal
from tests.cli.conftest import Run
from tests.cli.support import ended, program
from tests.e2e.terminal import Program
from tests.fakeserver.deviations import answer as answer_of
from tests.fakeserver.deviations import refusal
from tests.fakeserver.relay import RelayServer
from tests.journal.write_lock import write_lock_held
from tests.limits import LIMIT

SIZE = (200, 30)
"""Room for a sentence that names a file."""


def names(server: RelayServer) -> list[str]:
    """What the server has, newest first."""
    return [each["name"] for each in server.held()]


def test_without_a_terminal_and_yes_nothing_is_asked(ask: Run, server: RelayServer) -> None:
    who = server.make("One")
    done = ask("delete", who)
    assert (done.code, done.out, server.requests) == (2, b"", [])
    assert done.err == "assistant-tui: delete: there is no terminal to ask on; --yes is needed\n"


def test_each_that_is_gone_is_printed(ask: Run, server: RelayServer) -> None:
    one, _, three = server.make("One"), server.make("Two"), server.make("Three")
    done = ask("delete", one, three, one, "--yes")
    assert (done.code, done.out.decode()) == (0, f"{one}\n{three}\n")
    assert done.err == "assistant-tui: 2 of 2 deleted\n"
    assert names(server) == ["Two"]


def test_what_is_not_there_is_told_and_the_others_go(ask: Run, server: RelayServer) -> None:
    one = server.make("One")
    done = ask("delete", "asst_nobody", one, "--yes")
    assert (done.code, done.out.decode(), names(server)) == (1, f"{one}\n", [])
    first, last = done.err.splitlines()
    assert first.startswith("assistant-tui: asst_nobody was not deleted: Not found: ")
    assert last == "assistant-tui: 1 of 2 deleted"


def test_a_failure_in_the_middle_does_not_keep_the_next(ask: Run, server: RelayServer) -> None:
    one, two, three = server.make("One"), server.make("Two"), server.make("Three")
    server.deviations["delete"] = lambda request: (
        refusal(400) if two in str(request.url) else server.pass_on(request)
    )
    done = ask("delete", one, two, three, "--yes")
    assert (done.code, done.out.decode()) == (1, f"{one}\n{three}\n")
    assert f"{two} was not deleted: Refused: said 400 (status 400)" in done.err
    assert names(server) == ["Two"]


def test_what_is_hopeless_is_not_tried_with_the_next(ask: Run, server: RelayServer) -> None:
    ids = [server.make("One"), server.make("Two")]
    server.deviations["delete"] = lambda request: refusal(403)
    done = ask("delete", *ids, "--yes")
    assert (done.code, done.out, server.writes) == (1, b"", ["delete"])
    assert done.err.endswith("assistant-tui: 0 of 2 deleted\n")


def test_each_is_fetched_just_before_and_what_was_not_tried_is_named(
    ask: Run, server: RelayServer
) -> None:
    """An allowance is not used up by looks at all of them before the first is deleted."""
    ids = [server.make(f"Bot {number}") for number in range(12)]
    answered = iter(range(7))
    later = answer_of('{"error": {"message": "Try again in 500 seconds"}}', 429)
    server.deviations["retrieve"] = server.deviations["delete"] = lambda request: (
        later if next(answered, None) is None else server.pass_on(request)
    )
    done = ask("delete", *ids, "--yes")
    assert server.parts == ["retrieve", "delete"] * 4
    assert (done.code, done.out.decode().split()) == (1, ids[:3])
    first, second, third = done.err.splitlines()
    assert f"{ids[3]} was not deleted: Rate limited: Try again in 500 seconds" in first
    assert second == f"assistant-tui: not tried: {' '.join(ids[4:])}"
    assert third == "assistant-tui: 3 of 12 deleted"
    assert names(server) == [f"Bot {number}" for number in range(11, 2, -1)]


@pytest.mark.parametrize(
    ("answer", "code", "left"), [(b"y\r", 0, []), (b"\r", 1, ["One"]), (b"\x04", 1, ["One"])]
)
def test_a_person_is_asked_with_name_and_id(
    server: RelayServer, home: Path, answer: bytes, code: int, left: list[str]
) -> None:
    who = server.make("One")
    with Program("delete", who, "--base-url", server.url, home=home) as terminal:
        terminal.shows(f"{who} · One", "Delete it? [y/N]")
        terminal.press(answer)
        assert terminal.ends() == code
    assert names(server) == left
    assert ("nothing was deleted" in terminal.text) == bool(code)


@pytest.mark.parametrize(("answer", "code", "left"), [(b"2\r", 0, []), (b"y\r", 1, ["Two", "One"])])
def test_of_many_the_count_is_typed(
    server: RelayServer, home: Path, answer: bytes, code: int, left: list[str]
) -> None:
    one, two = server.make("One"), server.make("Two")
    with Program("delete", one, two, "--base-url", server.url, home=home) as terminal:
        terminal.shows(f"{one} · One", f"{two} · Two", "Type 2 to delete all of these:")
        terminal.press(answer)
        assert terminal.ends() == code
    assert names(server) == left


def test_a_question_can_be_left_with_an_interrupt(server: RelayServer, home: Path) -> None:
    who = server.make("One")
    with Program("delete", who, "--base-url", server.url, home=home) as terminal:
        terminal.shows("Delete it? [y/N]")
        terminal.press(b"\x03")
        assert terminal.ends() == 130
    assert names(server) == ["One"]


def test_an_interrupt_lets_the_deletion_under_way_end_and_begins_no_other(
    server: RelayServer, home: Path
) -> None:
    one, two = server.make("One"), server.make("Two")
    deleting, answering = threading.Event(), threading.Event()

    def late(request: httpx.Request) -> httpx.Response:
        deleting.set()
        assert answering.wait(LIMIT)
        return server.pass_on(request)

    server.deviations["delete"] = late
    with program("delete", one, two, "--yes", "--base-url", server.url, home=home) as process:
        assert deleting.wait(LIMIT)
        process.send_signal(signal.SIGINT)
        answering.set()
        code, out, err = ended(process)
    assert (code, out.decode()) == (130, f"{one}\n")
    assert err.splitlines() == [
        "assistant-tui: ends after the write that is under way; once more ends it now",
        "assistant-tui: 1 of 2 deleted",
    ]
    assert names(server) == ["Two"]


def test_a_reader_that_has_gone_does_not_keep_it_from_its_work(
    server: RelayServer, home: Path
) -> None:
    one, two = server.make("One"), server.make("Two")
    deleting, answering = threading.Event(), threading.Event()

    def late(request: httpx.Request) -> httpx.Response:
        deleting.set()
        assert answering.wait(LIMIT)
        return server.pass_on(request)

    server.deviations["delete"] = late
    with program("delete", one, two, "--yes", "--base-url", server.url, home=home) as process:
        assert deleting.wait(LIMIT)
        process.stdout.close()
        answering.set()
        assert process.wait(LIMIT) == 0
        assert process.stderr.read() == b"assistant-tui: 2 of 2 deleted\n"
    assert names(server) == []


def _damage(path: Path) -> AbstractContextManager[None]:
    path.write_bytes(b"no database at all, whatever one may think" * 50)
    return nullcontext()


def _hold(path: Path) -> AbstractContextManager[None]:
    with Journal(path) as journal:
        journal.entries.add("another", Change("any", ChangeKind.CHANGED, "{}", "{}"))
    return write_lock_held(path)


@pytest.mark.parametrize(("fault", "why"), [(_damage, "damaged"), (_hold, "another program")])
def test_where_no_copy_can_be_kept_it_is_asked_for_good_and_said(
    fault: Callable[[Path], AbstractContextManager[None]], why: str, server: RelayServer, home: Path
) -> None:
    asked, unasked = server.make("One"), server.make("Two")
    home.mkdir()
    with fault(home / "journal.db"):
        with Program("delete", asked, "--base-url", server.url, home=home, size=SIZE) as terminal:
            terminal.shows("nothing brings this back", why, "Delete it for good? [y/N]")
            terminal.press(b"y\r")
            assert terminal.ends() == 0
        with program("delete", unasked, "--yes", "--base-url", server.url, home=home) as process:
            code, _, said = ended(process)
    assert (code, names(server)) == (0, [])
    assert f"{unasked}: u cannot undo this" in said and why in said
