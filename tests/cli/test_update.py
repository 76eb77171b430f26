"""`update`: what the file names and differs is sent, and nothing else."""

import json
from pathlib import Path

import httpx

from tests.cli.conftest import Run
from tests.fakeserver.relay import RelayServer
from tests.fakeserver.requests import part_of


def test_only_what_differs_is_sent(ask: Run, server: RelayServer) -> None:
    who = server.make("One", instructions="Be brief.", metadata={"team": "a"})
    text = b'{"name": "Two", "instructions": "Be brief.", "temperature": 0.50, "tools": []}'
    done = ask("update", who, "--file", "-", stdin=text)
    assert (done.code, done.out, done.err) == (0, f"{who}\n".encode(), "")
    [request] = [request for request in server.requests if part_of(request) == "modify"]
    assert request.content == b'{"name": "Two", "temperature": 0.50}'
    [held] = server.held()
    assert held["metadata"] == {"team": "a"} and held["name"] == "Two"


def test_null_clears(ask: Run, server: RelayServer) -> None:
    who = server.make("One", instructions="Be brief.")
    assert ask("update", who, "--file", "-", stdin=b'{"instructions": null}').code == 0
    assert server.sent == [{"instructions": None}]
    assert server.held()[0]["instructions"] is None


def test_what_is_there_already_is_not_sent(ask: Run, server: RelayServer) -> None:
    who = server.make("One")
    whole = json.dumps({**server.held()[0], "unknown": None}).encode()
    done = ask("update", who, "--file", "-", stdin=whole)
    assert (done.code, done.out, server.writes) == (0, f"{who}\n".encode(), [])
    assert done.err == f"assistant-tui: {who} has all of it already; nothing was sent\n"


def test_what_a_server_sets_is_left_out_as_in_an_import(ask: Run, server: RelayServer) -> None:
    other = server.make("Two", instructions="Be kind.")
    who = server.make("One")
    text = ask("get", other, "--json").out.replace(b"{", b'{"updated_at": 6, ', 1)
    done = ask("update", who, "--file", "-", stdin=text)
    assert (done.code, done.out) == (0, f"{who}\n".encode())
    assert done.err == f"assistant-tui: --file -: its id, {other}, is left out\n"
    assert server.sent == [{"name": "Two", "instructions": "Be kind."}]
    assert [each["name"] for each in server.held()] == ["Two", "Two"]


def test_an_id_that_is_not_there_is_told(ask: Run, server: RelayServer) -> None:
    done = ask("update", "asst_nobody", "--file", "-", stdin=b'{"name": "Two"}')
    assert (done.code, done.out, server.writes) == (1, b"", [])
    assert done.err.startswith("assistant-tui: Not found: ")


def test_somebody_elses_change_of_the_same_field_is_not_overwritten(
    ask: Run, server: RelayServer
) -> None:
    who = server.make("One")
    looks: list[httpx.Request] = []

    def change_after_the_first_look(request: httpx.Request) -> httpx.Response:
        answer = server.pass_on(request)
        if not looks:
            server.change(who, name="Theirs")
        looks.append(request)
        return answer

    server.deviations["retrieve"] = change_after_the_first_look
    done = ask("update", who, "--file", "-", stdin=b'{"name": "Mine"}')
    assert (done.code, server.writes) == (1, [])
    assert "name: changed here and elsewhere; nothing was saved" in done.err
    assert server.held()[0]["name"] == "Theirs"


def test_what_was_exported_and_edited_is_taken_back(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    who = server.make("One", instructions="Be brief.")
    text = ask("export", who, "--format", "markdown", "--output", "-").out
    path = tmp_path / "one.md"
    path.write_bytes(text.replace(b"Be brief.", b"Be kind."))
    assert ask("update", who, "--file", str(path)).code == 0
    assert server.sent == [{"instructions": "Be kind."}]


def test_one_field_is_changed_without_a_file(ask: Run, server: RelayServer) -> None:
    who = server.make("One", instructions="Be brief.", metadata={"team": "a", "old": "x"})
    words = ["--set", "temperature=0.3", "--set", "instructions=null"]
    words += ["--set", "metadata.team=b", "--set", "metadata.old=null"]
    done = ask("update", who, *words)
    assert (done.code, done.out, done.err) == (0, f"{who}\n".encode(), "")
    [request] = [request for request in server.requests if part_of(request) == "modify"]
    assert json.loads(request.content) == {
        "temperature": 0.3,
        "instructions": None,
        "metadata": {"team": "b"},
    }
    assert b'"temperature": 0.3' in request.content


def test_neither_a_file_nor_a_field_is_told(ask: Run, server: RelayServer) -> None:
    done = ask("update", "asst_1")
    assert (done.code, server.requests) == (2, [])
    assert done.err == "assistant-tui: update: required: --file F or --set NAME=VALUE, or both\n"


def test_what_is_no_object_holds_no_field(ask: Run, server: RelayServer) -> None:
    who = server.make("One")
    done = ask("update", who, "--set", "name.first=x")
    assert (done.code, server.writes) == (2, [])
    assert done.err == "assistant-tui: --set name.first: name is no object\n"


def test_no_field_is_put_into_a_list_in_its_place(ask: Run, server: RelayServer) -> None:
    given = {"code_interpreter": {"file_ids": ["file-1"]}}
    who = server.make("One", tool_resources=given)
    for value in ("file-2", "null"):
        done = ask("update", who, "--set", f"tool_resources.code_interpreter.file_ids.0={value}")
        assert (done.code, server.writes) == (2, []) and "file_ids is no object" in done.err
