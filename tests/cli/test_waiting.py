"""While a server wants to be left alone it is said why and for how long, and one signal ends it."""

import re
import signal
import sqlite3
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.cli.support import ended, program
from tests.e2e.fork_server import Piped
from tests.e2e.terminal import CTRL_C, CTRL_Q, Program
from tests.fakeserver.deviations import answer, lost
from tests.fakeserver.server import FakeServer
from tests.fakeserver.sockets import serving
from tests.limits import LIMIT

SLOW_DOWN = answer('{"error": {"message": "slow down "}}', 429, [(b"retry-after", b"120")])
VERBS = {
    "create": ["create", "--file", "fields.json"],
    "update": ["update", "asst_1", "--file", "fields.json"],
    "delete": ["delete", "asst_1", "asst_2", "--yes"],
    "list": ["list"],
}


@pytest.fixture
def fields(tmp_path: Path) -> Path:
    (tmp_path / "fields.json").write_text('{"model": "m"}')
    return tmp_path


@pytest.mark.parametrize("verb", VERBS)
def test_the_first_signal_ends_a_wait_that_was_told(verb: str, fields: Path) -> None:
    with (
        serving(FakeServer(lambda request: SLOW_DOWN)) as url,
        command(url, fields, *VERBS[verb]) as process,
    ):
        assert re.fullmatch(
            r"assistant-tui: Rate limited: slow down .*tried again in 1\d\d s\n", told(process)
        )
        process.send_signal(signal.SIGINT)
        code, _, err = ended(process)
        assert code == 130 and "Traceback" not in err


ASSISTANT = '{"id": "asst_1", "object": "assistant", "model": "m", "name": "One"}'


def command(url: str, folder: Path, *arguments: str) -> Piped:
    """The program, whose words are read as they come; a context manager that ends it."""
    return program("--base-url", url, *arguments, home=folder / "home", folder=folder)


def told(process: Piped) -> str:
    """The next line that it says on stderr."""
    return process.stderr.readline().decode()


def deletions(folder: Path) -> list[str]:
    """What the journal would bring back; nothing where there is none yet."""
    if not (folder / "home" / "journal.db").exists():
        return []
    with sqlite3.connect(folder / "home" / "journal.db") as database:
        return [row[0] for row in database.execute("SELECT kind FROM entries")]


def test_a_write_that_waits_is_given_up_and_told_by_the_first_signal(fields: Path) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        return answer(ASSISTANT) if request.method == "GET" else SLOW_DOWN

    with (
        serving(FakeServer(reply)) as url,
        command(url, fields, "delete", "asst_1", "--yes") as process,
    ):
        assert "tried again in" in told(process)
        process.send_signal(signal.SIGINT)
        code, out, err = ended(process)
        assert (code, out) == (130, b"")
        assert "asst_1 was not deleted: Rate limited: slow down" in err
    assert deletions(fields) == []


def test_one_that_may_have_been_carried_out_is_looked_for_when_it_is_given_up(
    fields: Path,
) -> None:
    deleted = threading.Event()

    def reply(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            deleted.set()
            return answer("{}", 503, [(b"retry-after", b"120")])
        return answer("{}", 404) if deleted.is_set() else answer(ASSISTANT)

    with (
        serving(FakeServer(reply)) as url,
        command(url, fields, "delete", "asst_1", "--yes") as process,
    ):
        assert "Server fault" in told(process)
        process.send_signal(signal.SIGINT)
        code, out, _ = ended(process)
        assert (code, out) == (130, b"asst_1\n")
    assert deletions(fields) == ["deleted"]


@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_single_write_that_is_given_up_is_told(verb: str, fields: Path) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return SLOW_DOWN
        return answer('{"data": []}' if verb == "create" else ASSISTANT.replace('"m"', '"n"'))

    with serving(FakeServer(reply)) as url, command(url, fields, *VERBS[verb]) as process:
        assert "tried again in" in told(process)
        process.send_signal(signal.SIGTERM)
        code, out, err = ended(process)
        assert (code, out) == (143, b"")
        assert "assistant-tui: Rate limited: slow down" in err


def test_a_signal_that_comes_before_the_wait_ends_that_too(fields: Path) -> None:
    arrived, answering = threading.Event(), threading.Event()

    def reply(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return answer(ASSISTANT)
        arrived.set()
        assert answering.wait(LIMIT)
        return SLOW_DOWN

    with (
        serving(FakeServer(reply)) as url,
        command(url, fields, "delete", "asst_1", "--yes") as process,
    ):
        assert arrived.wait(LIMIT)
        process.send_signal(signal.SIGINT)
        assert "ends after the write" in told(process)
        answering.set()
        code, _, err = ended(process)
        assert code == 130
        assert "was not deleted: Rate limited" in err


def test_a_server_that_hangs_keeps_nobody_who_asks_twice(fields: Path) -> None:
    arrived, answering = threading.Event(), threading.Event()

    def reply(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return answer(ASSISTANT)
        arrived.set()
        answering.wait(LIMIT)
        return lost(request)

    with (
        serving(FakeServer(reply)) as url,
        command(url, fields, "delete", "asst_1", "--yes") as process,
    ):
        try:
            assert arrived.wait(LIMIT)
            process.send_signal(signal.SIGINT)
            assert "ends after the write" in told(process)
            process.send_signal(signal.SIGINT)
            code, _, err = ended(process)
            assert code == 130
            assert "Traceback" not in err
        finally:
            answering.set()


READ_FIRST = {
    "create": (1, '{"data": []}', VERBS["create"]),
    "update": (2, ASSISTANT.replace('"m"', '"n"'), VERBS["update"]),
    "delete": (1, ASSISTANT, ["delete", "asst_1", "--yes"]),
}
"""The read that is never answered, what those before it are, and the command."""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("verb", READ_FIRST)
def test_what_is_read_before_a_write_is_not_waited_for(
    verb: str, number: signal.Signals, code: int, fields: Path
) -> None:
    last, body, arguments = READ_FIRST[verb]
    arrived, answering, methods = threading.Event(), threading.Event(), list[str]()

    def reply(request: httpx.Request) -> httpx.Response:
        methods.append(request.method)
        if len(methods) < last:
            return answer(body)
        arrived.set()
        answering.wait(LIMIT)
        return lost(request)

    with serving(FakeServer(reply)) as url, command(url, fields, *arguments) as process:
        try:
            assert arrived.wait(LIMIT)
            process.send_signal(number)
            done = ended(process)
        finally:
            answering.set()
    assert done == (code, b"", "assistant-tui: nothing was sent\n")
    assert methods == ["GET"] * last
    if verb == "delete":
        assert deletions(fields) == []


def test_between_two_writes_nothing_is_waited_for(fields: Path) -> None:
    arrived, answering, methods = threading.Event(), threading.Event(), list[str]()
    (fields / "other.json").write_text('{"model": "o"}')

    def reply(request: httpx.Request) -> httpx.Response:
        methods.append(request.method)
        if request.method == "POST":
            return answer(ASSISTANT)
        if "POST" not in methods:
            return answer('{"data": [], "has_more": false}')
        arrived.set()
        answering.wait(LIMIT)
        return lost(request)

    arguments = ["import", "fields.json", "other.json", "--yes"]
    with serving(FakeServer(reply)) as url, command(url, fields, *arguments) as process:
        try:
            assert arrived.wait(LIMIT)
            process.send_signal(signal.SIGTERM)
            code, out, err = ended(process)
        finally:
            answering.set()
    assert code == 143 and b"created" in out
    assert "nothing more was sent\n" in err and "1 of 2 imported\n" in err
    assert "ends after" not in err


def test_a_command_that_prints_the_key_is_left_at_once(fields: Path) -> None:
    (fields / "home").mkdir()
    ready = fields / "ready"
    text = f"""default = "p"
[profiles.p]
base_url = "http://127.0.0.1:9/v1"
api_key_command = "sh -c 'touch {ready}; exec sleep 60'"
"""
    (fields / "home" / "config.toml").write_text(text)
    with program("list", home=fields / "home") as process:
        until = time.monotonic() + LIMIT
        while not ready.exists() and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.communicate(LIMIT / 2) == (b"", b"")
        assert process.wait() == 130


def test_the_seconds_are_counted_down_where_somebody_watches(fields: Path) -> None:
    file = str(fields / "fields.json")
    with serving(FakeServer(lambda request: SLOW_DOWN)) as url:
        words = ["--base-url", url, "create", "--file", file]
        with Program(*words, home=fields / "home") as terminal:
            terminal.shows("tried again in 119 s")
            terminal.press(CTRL_C)
            assert terminal.ends() == 130


def test_the_screen_counts_down_and_can_be_left(fields: Path) -> None:
    with (
        serving(FakeServer(lambda request: SLOW_DOWN)) as url,
        Program("--base-url", url, home=fields / "home") as terminal,
    ):
        terminal.says("tried again in 119 s")
        terminal.press(CTRL_Q)
        assert terminal.ends() == 0
