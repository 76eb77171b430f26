"""`list` as other programs read it: nothing is cut in a pipe, and ids may stand alone."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from assistant_tui.services import listing_cache
from tests.cli.conftest import Run
from tests.cli.support import listing
from tests.e2e.terminal import Program, environment
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT

LONG = "A name that is longer than a terminal of eighty columns has room for, " * 3


def test_nothing_is_cut_in_a_pipe(
    ask: Run, server: RelayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    who = f"asst_{'9' * 90}"
    server.deviations["list"] = lambda request: listing(json.dumps({"id": who, "name": LONG}))
    done = ask("list")
    assert re.split(r" {3,}", done.lines[1]) == [f"{who}  {LONG.rstrip()}", "-"]


def test_a_terminal_gets_what_fits(server: RelayServer, home: Path) -> None:
    server.make(LONG)
    with Program("list", "--base-url", server.url, home=home) as terminal:
        assert terminal.ends() == 0
    assert "…" in terminal.text and LONG.strip() not in terminal.text


@pytest.mark.parametrize("words", [["--all"], ["--filter", "name:many"]])
def test_the_next_full_listing_asks_at_the_places_that_this_one_has_remembered(
    ask: Run, server: RelayServer, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(listing_cache, "CHECKPOINT_DISTANCE", 8)
    for number in range(30):
        server.make(f"Many {number}")
    server.deviations["list"] = lambda request: server.pass_on(
        httpx.Request("GET", request.url.copy_set_param("limit", "10"))
    )
    ids = ask("list", "--ids", *words).lines
    walked = len(server.requests)
    assert ask("list", "--ids", *words).lines == ids and len(ids) == 30
    cursors = [request.url.params.get("after") for request in server.requests]
    places = set(ids[7:-1:8])
    assert not places & set(cursors[:walked]) and places <= set(cursors[walked:])


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_ids_alone_are_for_other_commands(ask: Run, server: RelayServer, order: str) -> None:
    older, newer, other = server.make("One"), server.make("Two"), server.make("Other")
    done = ask("list", "--ids", "--order", order, "--filter", "!name:other")
    ids = [older, newer] if order == "asc" else [newer, older]
    assert (done.code, done.lines, done.err) == (0, ids, "")
    assert ask("delete", "--yes", *done.lines).code == 0
    assert [each["id"] for each in server.held()] == [other]


def test_what_has_no_id_or_an_odd_one_is_no_line_of_its_own(ask: Run, server: RelayServer) -> None:
    server.deviations["list"] = lambda request: listing('{"name": "X"}', '{"id": "a\\nb"}')
    done = ask("list", "--ids")
    assert (done.code, done.lines) == (0, [r"a\nb"])
    assert done.err == "assistant-tui: 1 without an id is left out\n"


def test_what_takes_long_to_import_is_left_out(home: Path) -> None:
    code = (
        "import sys; sys.argv = ['assistant-tui', '--demo', '3', 'list', '--json']\n"
        "from assistant_tui.__main__ import main\n"
        "assert main() == 0\n"
        "print(*{'click', 'rich', 'textual', 'wcwidth'} & {*sys.modules}, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment(home), capture_output=True, timeout=LIMIT)
    assert (done.stdout.count(b"\n"), done.stderr) == (3, b"\n")
