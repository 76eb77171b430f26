"""Ids that would run something where they are pasted, or that look like others, in a shell."""

import json
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run
from tests.cli.support import listing
from tests.e2e.terminal import Program
from tests.fakeserver.deviations import answer
from tests.fakeserver.relay import RelayServer

TWINS = ("asst_twin", "asst_twin\u3164")


def said(identity: str, name: str = "Twin") -> httpx.Response:
    """What a server says of one."""
    body = {"id": identity, "object": "assistant", "name": name, "model": "m"}
    return answer(json.dumps(body).encode())


@pytest.mark.parametrize("padding", ["", " " * 900, "\u3164" * 900, "x" * 900])
def test_the_question_before_a_deletion_tells_two_apart(
    server: RelayServer, home: Path, padding: str
) -> None:
    answers = iter(said(each, "Twin" + padding) for each in TWINS)
    server.deviations["retrieve"] = lambda request: next(answers)
    with Program("delete", *TWINS, "--base-url", server.url, home=home) as terminal:
        terminal.shows("Type 2 to delete all of these:")
        shown = [line.partition(" · ")[0] for line in terminal.lines]
        assert shown[:2] == ["asst_twin", "asst_twin\\u3164"]
        terminal.press(b"\r")
        assert terminal.ends() == 1
    assert server.writes == []


@pytest.mark.parametrize("identity", ["a\nasst_other", "asst_1\n", "a\rb", "a\u2028b", "\n"])
def test_a_program_that_reads_lines_never_gets_another_id(
    ask: Run, server: RelayServer, identity: str
) -> None:
    server.deviations["create"] = lambda request: said(identity)
    done = ask("create", "--file", "-", stdin=b'{"model": "m", "name": "Twin"}')
    assert done.code == 0
    (line,) = done.lines
    assert line.encode().decode("unicode_escape") == identity


def test_in_a_pipe_every_other_id_is_exact(ask: Run, server: RelayServer) -> None:
    server.deviations["create"] = lambda request: said(TWINS[1])
    done = ask("create", "--file", "-", stdin=b'{"model": "m", "name": "Twin"}')
    assert (done.code, done.out) == (0, f"{TWINS[1]}\n".encode())


def test_no_id_steers_the_terminal_that_it_is_printed_to(server: RelayServer, home: Path) -> None:
    server.deviations["create"] = lambda request: said("asst_\x1b]0;EVIL\x07\u3164")
    home.mkdir(exist_ok=True)
    path = home / "one.json"
    path.write_text('{"model": "m", "name": "Twin"}')
    with Program("create", "--file", str(path), "--base-url", server.url, home=home) as terminal:
        terminal.shows("asst_\\x1b]0;EVIL\\x07\\u3164")
        assert terminal.ends() == 0
    assert b"\x1b]0" not in terminal.raw and b"\x07" not in terminal.raw


@pytest.mark.parametrize(
    "ids", [TWINS, ("a1", "a10", "a100"), ("a" * 500, "a" * 499 + "b", "a" * 400)]
)
@pytest.mark.parametrize("columns", [40, 80])
def test_the_list_cuts_no_two_ids_to_the_same(
    ask: Run,
    server: RelayServer,
    monkeypatch: pytest.MonkeyPatch,
    ids: tuple[str, ...],
    columns: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    texts = [json.dumps({"id": each, "name": "Twin", "model": "m"}) for each in ids]
    server.deviations["list"] = lambda request: listing(*texts)
    _, *rows = ask("list").lines
    assert len({row.split()[0] for row in rows}) == len(ids)
    assert all("Twin" in row and len(row) <= columns for row in rows)
