"""`list`: in columns for people, to the byte for programs, and honest about what is missing."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run
from tests.cli.support import behind, ended, listing, one_a_page, paged, program
from tests.e2e.terminal import Program, Terminal, environment
from tests.e2e.test_terminal_server import FORBIDDEN, HOSTILE
from tests.fakeserver.deviations import answer, refusal
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT

EXACT = (
    '{"id":"asst_1", "model":"m","temperature":1.0,"x": 12345678901234567890123,\n'
    '  "top_p":1e400, "name":"a\\u2028b\\ud800\\/ \u00e9\u202e\x9b",\r\n "odd":{"b":[ ],"a":-0}}'
)


def test_rows_stand_in_columns_with_their_ids(ask: Run, server: RelayServer) -> None:
    older, newer = server.make("Older"), server.make("Newer", tools=[{"type": "file_search"}])
    done = ask("list")
    assert done.code == 0 and done.err == ""
    titles, first, second = done.lines
    assert titles.split() == ["Id", "Name", "Model"]
    assert first.startswith(f"{newer}  Newer ") and second.startswith(f"{older}  Older ")


def test_a_wide_terminal_shows_more_columns(
    ask: Run, server: RelayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.make("One", tools=[{"type": "file_search"}])
    monkeypatch.setenv("COLUMNS", "150")
    titles, row = ask("list").lines
    assert titles.split() == ["Id", "Name", "Model", "Tools", "Created"]
    assert row.split()[1:4] == ["One", "gpt-4o", "search"]


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal(
    ask: Run, server: RelayServer, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    server.make("日本語 " * 60)
    server.deviations["list"] = lambda request: answer(
        server.pass_on(request).content.replace(b"asst_", b"asst_" + b"9" * 90)
    )
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = ask("list").lines
    assert len(lines) == 2
    assert all(sum(1 + (ord(c) > 0x2FFF) for c in line) <= columns for line in lines)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_name_cannot_steer_what_reads_the_columns(
    ask: Run, server: RelayServer, name: str
) -> None:
    server.deviations["list"] = lambda request: listing(json.dumps({"id": "asst_1", "name": name}))
    done = ask("list")
    assert "EVIL" in done.lines[1]
    assert not FORBIDDEN.search(done.out) and b"\x1b" not in done.out and len(done.lines) == 2


def test_json_in_a_pipe_is_what_the_server_sent_without_line_breaks(
    ask: Run, server: RelayServer
) -> None:
    server.deviations["list"] = lambda request: listing(EXACT, '{"id":"asst_2"}')
    done = ask("list", "--json")
    expected = EXACT.replace("\r", "").replace("\n", "")
    assert done.out == f'{expected}\n{{"id":"asst_2"}}\n'.encode()
    assert done.code == 0


def test_a_line_break_inside_a_string_breaks_no_line(ask: Run, server: RelayServer) -> None:
    server.deviations["list"] = lambda request: listing('{"id":"asst_1","name":"a\nb\rc"}')
    assert ask("list", "--json").out == b'{"id":"asst_1","name":"a\\nb\\rc"}\n'


def test_json_on_a_terminal_means_the_same_and_steers_nothing(
    server: RelayServer, home: Path
) -> None:
    server.deviations["list"] = lambda request: listing(EXACT)
    with Program("list", "--json", "--base-url", server.url, home=home) as terminal:
        assert terminal.ends() == 0
    line = terminal.raw.decode().strip()
    assert json.loads(line) == json.loads(EXACT)
    assert "\\u202e\\u009b" in line and not FORBIDDEN.search(terminal.raw)


@pytest.mark.parametrize(
    ("options", "given", "asked"),
    [([], 1, 1), (["--limit", "2"], 2, 2), (["--limit", "9"], 3, 4)],
)
def test_no_page_is_asked_for_that_is_not_shown(
    run: Run, server: RelayServer, home: Path, options: list[str], given: int, asked: int
) -> None:
    paged(server.url, home)
    for name in ("One", "Two", "Three"):
        server.make(name)
    done = run("list", "--json", *options)
    names = [json.loads(line)["name"] for line in done.lines]
    assert (done.code, names) == (0, ["Three", "Two", "One"][:given])
    assert len(server.requests) == asked
    told = "assistant-tui: these are the first 1; --all lists all\n"
    assert done.err == (told if not options else "")


def test_all_are_all_of_all_pages(ask: Run, server: RelayServer) -> None:
    for name in ("One", "Two", "Three", "Four", "Five"):
        server.make(name)
    server.deviations["list"] = one_a_page(server)
    done = ask("list", "--all", "--json")
    names = [json.loads(line)["name"] for line in done.lines]
    assert (done.code, names) == (0, ["Five", "Four", "Three", "Two", "One"])


def test_what_a_server_gives_of_the_other_end_is_listed_too(ask: Run, server: RelayServer) -> None:
    for name in ("One", "Two", "Three"):
        server.make(name)
    page = one_a_page(server)
    server.deviations["list"] = lambda request: (
        refusal(400) if "after" in request.url.params else page(request)
    )
    done = ask("list", "--all", "--json")
    assert [json.loads(line)["name"] for line in done.lines] == ["Three", "One"]
    assert done.code == 1 and "this server gives one page only" in done.err


def test_what_is_deleted_meanwhile_neither_repeats_nor_hides_others(
    ask: Run, server: RelayServer
) -> None:
    ids = [server.make(name) for name in ("One", "Two", "Three", "Four", "Five")]
    page = one_a_page(server)

    def delete_the_cursor(request: httpx.Request) -> httpx.Response:
        if "order=asc" in str(request.url):
            return refusal(400)
        if f"after={ids[3]}" in str(request.url):
            server.remove(ids[3])
            return refusal(400)
        return page(request)

    server.deviations["list"] = delete_the_cursor
    done = ask("list", "--all", "--json")
    names = [json.loads(line)["name"] for line in done.lines]
    assert names == ["Five", "Four", "Three", "Two", "One"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], ["Bill", "Billing"]),
        (["--limit", "1"], ["Bill"]),
        (["--order", "asc"], ["Billing", "Bill"]),
    ],
)
def test_a_filter_searches_all_pages(
    ask: Run, server: RelayServer, options: list[str], found: list[str]
) -> None:
    for name in ("Billing", "Fleet", "Bill", "Legal"):
        server.make(name)
    server.deviations["list"] = one_a_page(server)
    done = ask("list", "--json", "--filter", "name:bill", *options)
    assert [json.loads(line)["name"] for line in done.lines] == found
    assert (done.code, done.err) == (0, "")


def test_a_filter_that_is_none_is_told(ask: Run, server: RelayServer) -> None:
    done = ask("list", "--filter", "created:soon\x1b[2J")
    assert (done.code, done.out, server.requests) == (2, b"", [])
    assert done.err.startswith("assistant-tui: --filter: ") and "\x1b" not in done.err


@pytest.mark.parametrize("verb", [["list"], ["export", "--format", "json", "--output", "-"]])
def test_a_qualifier_that_is_none_is_told_with_those_that_are(
    ask: Run, server: RelayServer, verb: list[str]
) -> None:
    server.make("See foo:bar")
    done = ask(verb[0], *verb[1:], "--filter", "foo:bar")
    assert (done.code, done.out, server.requests) == (2, b"", [])
    allowed = "name: id: model: tool: store: file: created: meta.KEY:"
    assert f"--filter: foo: is no qualifier; allowed: {allowed}; " in done.err
    assert "foo:bar" in ask(verb[0], *verb[1:], "--filter", '"foo:bar"').out.decode()


def test_the_oldest_come_first_where_that_is_asked_for(ask: Run, server: RelayServer) -> None:
    server.make("Older"), server.make("Newer")
    done = ask("list", "--json", "--order", "asc")
    assert [json.loads(line)["name"] for line in done.lines] == ["Older", "Newer"]
    assert "order=asc" in str(server.requests[0].url)


def test_a_server_that_ignores_the_order_is_told(ask: Run, server: RelayServer) -> None:
    texts = ['{"id":"2","created_at":20}', '{"id":"1","created_at":10}']
    server.deviations["list"] = lambda request: listing(*texts)
    done = ask("list", "--json", "--order", "asc")
    assert (done.code, done.lines) == (1, texts)
    assert done.err == "assistant-tui: this server ignores the order: newest first\n"
    assert ask("list", "--json").code == 0


def test_what_a_server_of_one_page_keeps_back_is_told(ask: Run, server: RelayServer) -> None:
    server.make("Older"), server.make("Newer")
    server.deviations["list"] = behind(server, refusal(400))
    done = ask("list", "--all", "--json")
    assert (done.code, len(done.lines)) == (1, 1)
    assert done.err == "assistant-tui: this server gives one page only; there may be more\n"


def test_a_failure_in_the_middle_is_told_below_what_came(ask: Run, server: RelayServer) -> None:
    server.make("Older"), server.make("Newer")
    server.deviations["list"] = behind(server, refusal(403, "not\x1b[31m for you"))
    done = ask("list", "--all", "--json")
    assert (done.code, len(done.lines)) == (1, 1)
    assert done.err == "assistant-tui: Forbidden: not\ufffd[31m for you (status 403)\n"


def test_a_missing_key_is_told_with_what_helps(ask: Run, server: RelayServer) -> None:
    server.deviations["list"] = lambda request: refusal(401)
    done = ask("list")
    assert (done.code, done.out) == (1, b"")
    names = "set the environment variable ASSISTANT_TUI_API_KEY or OPENAI_API_KEY"
    assert done.err == f"assistant-tui: Unauthorized: said 401 (status 401); {names}\n"


def test_of_a_reader_that_has_seen_enough_nothing_is_said(server: RelayServer, home: Path) -> None:
    names = "n" * 70_000
    texts = [json.dumps({"id": f"asst_{n}", "name": names}) for n in range(20)]
    server.deviations["list"] = lambda request: listing(*texts)
    with program("list", "--json", "--base-url", server.url, home=home) as process:
        assert process.stdout.readline().startswith(b'{"id": "asst_0"')
        process.stdout.close()
        assert process.wait(LIMIT) == 0
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_told(home: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "assistant_tui", "list", "--demo", "3"],
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=LIMIT,
        )
    assert done.returncode == 1
    assert done.stderr == b"assistant-tui: standard output: No space left on device\n"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_it_while_it_waits(
    server: RelayServer, home: Path, number: signal.Signals, code: int
) -> None:
    asking, answering = threading.Event(), threading.Event()

    def late(request: httpx.Request) -> httpx.Response:
        asking.set()
        assert answering.wait(LIMIT)
        return listing()

    server.deviations["list"] = late
    with program("list", "--base-url", server.url, home=home) as process:
        assert asking.wait(LIMIT)
        process.send_signal(number)
        assert ended(process) == (code, b"", "")
        answering.set()


def test_progress_is_shown_on_a_terminal_alone(home: Path) -> None:
    into_a_file = ["sh", "-c", '"$0" -m assistant_tui list --demo 120 --all --json > /dev/null']
    with Terminal([*into_a_file, sys.executable], environment(home)) as terminal:
        assert terminal.ends() == 0
    assert b"100 assistants" in terminal.raw and terminal.text.strip() == ""
