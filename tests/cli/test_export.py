"""`export`: files that are their owner's, exact, and never over what was there."""

import ast
import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.support import behind, listing
from tests.e2e.terminal import Program
from tests.e2e.test_terminal_server import FORBIDDEN
from tests.fakeserver.deviations import refusal
from tests.fakeserver.relay import RelayServer

EXACT = '{"id":"asst_1","model":"m","name":"One","top_p":1.0,"x":12345678901234567890123}'
FORMATS = ["json", "yaml", "markdown", "responses", "agents-sdk"]


def files(folder: Path) -> dict[str, str]:
    """What stands in a folder."""
    return {each.name: each.read_text() for each in sorted(folder.iterdir())}


def test_each_assistant_gets_a_file_that_only_its_owner_reads(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    one, two = server.make("One"), server.make("../Two")
    folder = tmp_path / "out" / "deep"
    done = ask("export", "--all", "--format", "json", "--output", str(folder))
    names = [f"Two-{two}.json", f"One-{one}.json"]
    assert (done.code, done.lines) == (0, [str(folder / name) for name in names])
    assert done.err == "assistant-tui: 2 of 2 exported\n"
    assert sorted(files(folder)) == sorted(names)
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_file_is_written_over_by_another_of_the_same_export(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    ids = ["A", "a", "a-" + hashlib.sha256(b"a").hexdigest()[:8]]
    server.deviations["list"] = lambda request: listing(*(json.dumps({"id": each}) for each in ids))
    folder = str(tmp_path / "out")
    assert ask("export", "--all", "--format", "json", "--output", folder, "--yes").code == 0
    written = [json.loads(text)["id"] for text in files(tmp_path / "out").values()]
    assert sorted(written) == ids


@pytest.mark.parametrize(
    ("form", "name", "text"),
    [
        (
            "json",
            "One-asst_1.json",
            '{\n  "id": "asst_1",\n  "model": "m",\n  "name": "One",\n  "top_p": 1.0,\n'
            '  "x": 12345678901234567890123\n}\n',
        ),
        (
            "yaml",
            "One-asst_1.yaml",
            "id: asst_1\nmodel: m\nname: One\ntop_p: 1.0\nx: 12345678901234567890123\n",
        ),
        (
            "markdown",
            "One-asst_1.md",
            "---\nid: asst_1\nmodel: m\nname: One\ntop_p: 1.0\nx: 12345678901234567890123\n---\n",
        ),
        ("responses", "One-asst_1.responses.json", '{\n  "model": "m",\n  "top_p": 1.0\n}\n'),
    ],
)
def test_numbers_are_as_the_server_sent_them(
    ask: Run, server: RelayServer, tmp_path: Path, form: str, name: str, text: str
) -> None:
    server.deviations["list"] = lambda request: listing(EXACT)
    assert ask("export", "--all", "--format", form, "--output", str(tmp_path / "out")).code == 0
    assert files(tmp_path / "out") == {name: text}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", EXACT + '\n{"id":"asst_2"}\n'),
        ("yaml", "---\nid: asst_1\nmodel: m\nname: One\ntop_p: 1.0\n"
         "x: 12345678901234567890123\n---\nid: asst_2\n"),
        ("responses", '{"model": "m", "top_p": 1.0}\n{}\n'),
    ],
)  # fmt: skip
def test_one_comes_after_the_other_on_stdout(
    ask: Run, server: RelayServer, form: str, text: str
) -> None:
    server.deviations["list"] = lambda request: listing(EXACT, '{"id":"asst_2"}')
    done = ask("export", "--all", "--format", form, "--output", "-")
    assert (done.code, done.out.decode()) == (0, text)


def test_agents_of_one_stream_are_one_python_text(ask: Run, server: RelayServer) -> None:
    server.make("One"), server.make("Two")
    done = ask("export", "--all", "--format", "agents-sdk", "--output", "-")
    assert done.code == 0 and done.out.count(b"agent = Agent(") == 2
    ast.parse(done.out)


def test_markdown_on_stdout_is_one(ask: Run, server: RelayServer) -> None:
    who = server.make("One", instructions="Be brief.")
    done = ask("export", who, "--format", "markdown", "--output", "-")
    assert done.code == 0 and done.out.endswith(b"---\n\nBe brief.\n")
    before = len(server.requests)
    for more in (["--all"], [who, "asst_2"]):
        done = ask("export", *more, "--format", "markdown", "--output", "-")
        assert (done.code, done.out, len(server.requests)) == (2, b"", before)
        assert "only one ID with --format markdown; a folder takes more" in done.err


def test_a_filter_chooses(ask: Run, server: RelayServer) -> None:
    server.make("Billing"), server.make("Fleet")
    done = ask("export", "--filter", "name:bill", "--format", "json", "--output", "-")
    assert [json.loads(line)["name"] for line in done.lines] == ["Billing"]


def test_what_a_format_cannot_express_is_told(ask: Run, server: RelayServer) -> None:
    who = server.make("One", description="About one")
    done = ask("export", who, "--format", "responses", "--output", "-")
    lost = "name: a request has none; description: a request has none"
    assert done.err == f"assistant-tui: {who}: not carried over: {lost}\n"
    assert done.code == 0


def test_an_id_that_is_not_there_is_told_and_the_others_are_written(
    ask: Run, server: RelayServer
) -> None:
    who = server.make("One")
    done = ask("export", "asst_nobody", who, "--format", "json", "--output", "-")
    assert (done.code, len(done.lines)) == (1, 1)
    assert "asst_nobody was not exported: Not found: " in done.err
    assert done.err.endswith("assistant-tui: 1 of 2 exported\n")


def test_a_failure_in_the_middle_of_the_list_is_told(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    server.make("Older"), server.make("Newer")
    server.deviations["list"] = behind(server, refusal(403))
    done = ask("export", "--all", "--format", "yaml", "--output", str(tmp_path / "out"))
    assert (done.code, len(files(tmp_path / "out"))) == (1, 1)
    assert "Forbidden: said 403 (status 403)" in done.err


def test_an_object_that_is_none_is_told_and_the_others_are_written(
    ask: Run, server: RelayServer
) -> None:
    server.deviations["list"] = lambda request: listing("17", EXACT)
    done = ask("export", "--all", "--format", "yaml", "--output", "-")
    assert done.code == 1 and done.out.startswith(b"---\nid: asst_1\n")
    assert "was not exported: expected '{'" in done.err


def test_a_file_that_is_there_is_replaced_only_with_yes(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    one, two = server.make("One"), server.make("Two")
    folder = tmp_path / "out"
    words = ["export", "--all", "--format", "json", "--output", str(folder)]
    ask(*words)
    first, second = folder / f"One-{one}.json", folder / f"Two-{two}.json"
    first.write_text("mine")
    done = ask(*words)
    assert (done.code, first.read_text(), done.lines) == (1, "mine", [str(second)])
    assert f"{one} was not exported: {first} is there already; --yes replaces it" in done.err
    assert ask(*words, "--yes").code == 0
    assert json.loads(first.read_text())["name"] == "One"
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert sorted(folder.iterdir()) == [first, second]


@pytest.mark.parametrize("yes", [[], ["--yes"]])
def test_a_link_is_not_followed(
    ask: Run, server: RelayServer, tmp_path: Path, yes: list[str]
) -> None:
    who = server.make("One")
    target, folder = tmp_path / "target", tmp_path / "out"
    folder.mkdir()
    os.symlink(target, folder / f"One-{who}.json")
    done = ask("export", who, "--format", "json", "--output", str(folder), *yes)
    assert done.code == (0 if yes else 1)
    assert not target.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--all"], "required: --format, --output"),
        (["--format", "json", "--output", "-"], "one of --all, --filter EXPR and ids is needed"),
        (["asst_1", "--all", "--format", "json", "--output", "-"], "one of --all, --filter"),
        (["--all", "--format", "xml", "--output", "-"], "'json', 'yaml', 'markdown', 'responses'"),
        (["--filter", "created:x", "--format", "json", "--output", "-"], "--filter: "),
        (
            ["--all", "--format", "json", "--output", "/dev/null"],
            "--output /dev/null: it is no folder; a folder is allowed",
        ),
    ],
)
def test_wrong_usage_is_one_line(
    ask: Run, server: RelayServer, words: list[str], told: str
) -> None:
    done = ask("export", *words)
    assert (done.code, done.out, server.requests) == (2, b"", [])
    assert told in done.err and done.err.count("\n") == 1


@pytest.mark.parametrize("form", ["json", "yaml", "responses", "agents-sdk"])
def test_a_terminal_is_not_steered(server: RelayServer, home: Path, form: str) -> None:
    server.deviations["list"] = lambda request: listing(
        '{"id":"asst_1","model":"m","name":"a\u202e\x9b31mEVIL","description":"\u2028\u200bEVIL"}'
    )
    words = ["export", "--all", "--format", form, "--output", "-", "--base-url", server.url]
    with Program(*words, home=home) as terminal:
        assert terminal.ends() == 0
    assert b"EVIL" in terminal.raw or form == "responses"
    assert not FORBIDDEN.search(terminal.raw)


def test_a_file_in_the_place_of_the_folder_is_told(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = tmp_path / "out"
    path.write_text("mine")
    done = ask("export", "--all", "--format", "json", "--output", str(path), "--yes")
    assert done.code == 2 and f"--output {path}: it is no folder; a folder is allowed" in done.err
    done = ask("export", "--all", "--format", "json", "--output", str(path / "deep"))
    assert done.code == 2 and path.read_text() == "mine" and server.requests == []


def test_a_pipe_in_the_place_of_a_file_is_in_the_way(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    who = server.make("One")
    os.mkfifo(tmp_path / f"One-{who}.json")
    done = ask("export", who, "--format", "json", "--output", str(tmp_path))
    assert done.code == 1 and "is there already; --yes replaces it" in done.err
