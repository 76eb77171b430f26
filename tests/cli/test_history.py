"""`undo`, `history` and `trash`: what was done on this machine, listed and taken back."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.e2e.terminal import Program
from tests.fakeserver.deviations import refusal
from tests.fakeserver.relay import RelayServer


def test_what_was_deleted_last_is_created_anew(ask: Run, server: RelayServer) -> None:
    who = server.make("One", instructions="Be brief.", metadata={"team": "a"})
    [before] = server.held()
    assert ask("delete", who, "--yes").code == 0
    done = ask("undo", "--yes")
    [held] = server.held()
    assert (done.code, done.out, done.err) == (0, f"{held['id']}\n".encode(), "")
    assert held["id"] != who
    changing = ("id", "created_at")
    assert {n: v for n, v in held.items() if n not in changing} == {
        n: v for n, v in before.items() if n not in changing
    }


def test_one_after_the_other_is_taken_back(ask: Run, server: RelayServer) -> None:
    who = ask("create", "--set", "model=gpt-4o", "--set", "name=One").lines[0]
    assert ask("update", who, "--set", "name=Two").code == 0
    assert ask("undo", "--yes").lines == [who]
    assert [each["name"] for each in server.held()] == ["One"]
    assert ask("undo", "--yes").lines == [who]
    assert server.held() == []
    done = ask("undo", "--yes")
    assert (done.code, done.out) == (0, b"")
    assert done.err == "assistant-tui: nothing was done here that could be undone\n"


def test_what_was_changed_elsewhere_since_then_is_not_touched(
    ask: Run, server: RelayServer
) -> None:
    who = ask("create", "--set", "model=gpt-4o", "--set", "name=One").lines[0]
    server.change(who, name="Theirs")
    done = ask("undo", "--yes")
    assert (done.code, done.out) == (1, b"")
    assert f"{who} was not undone: " in done.err
    assert [each["name"] for each in server.held()] == ["Theirs"]


def test_without_a_terminal_and_yes_nothing_is_undone(ask: Run, server: RelayServer) -> None:
    who = server.make("One")
    assert ask("delete", who, "--yes").code == 0
    done = ask("undo")
    assert (done.code, server.held()) == (2, [])
    assert done.err == "assistant-tui: undo: there is no terminal to ask on; --yes is needed\n"


@pytest.mark.parametrize(("answer", "code", "count"), [(b"y\r", 0, 1), (b"\r", 1, 0)])
def test_a_person_is_asked(
    ask: Run, server: RelayServer, home: Path, answer: bytes, code: int, count: int
) -> None:
    who = server.make("One")
    assert ask("delete", who, "--yes").code == 0
    with Program("undo", "--base-url", server.url, home=home) as terminal:
        terminal.shows(f"create anew  {who} · One", "Undo this? [y/N]")
        terminal.press(answer)
        assert terminal.ends() == code
    assert len(server.held()) == count


def test_versions_are_listed_and_given_back(ask: Run, server: RelayServer) -> None:
    who = server.make("One", instructions="Be brief.")
    assert ask("update", who, "--set", "name=Two").code == 0
    assert ask("update", who, "--set", "instructions=Be kind.", "--set", "name=Three").code == 0
    second, first, oldest = ask("history", who).lines
    assert second.endswith(f"  changed  {who}  name, instructions")
    assert first.endswith(f"  changed  {who}  name")
    assert oldest.split() == ["0", "before", "all", "of", "these"]
    listed = [json.loads(line) for line in ask("history", who, "--json").lines]
    assert [each["after"]["name"] for each in listed] == ["Three", "Two"]
    assert [each["before"]["name"] for each in listed] == ["Two", "One"]
    number = first.split()[0]
    assert ask("history", who, "--restore", number).lines == [who]
    assert (server.held()[0]["name"], server.held()[0]["instructions"]) == ("Two", "Be brief.")
    assert ask("history", who, "--restore", "0").lines == [who]
    assert server.held()[0]["name"] == "One"
    again = ask("history", who, "--restore", "0")
    assert (again.code, again.lines) == (0, [who]) and "nothing was sent" in again.err


def test_a_version_that_is_none_is_told(ask: Run, server: RelayServer) -> None:
    who = server.make("One")
    done = ask("history", who)
    assert (done.code, done.out) == (0, b"")
    assert done.err == f"assistant-tui: {who} was not changed here yet\n"
    done = ask("history", who, "--restore", "7")
    assert (done.code, server.writes) == (2, [])
    assert "has no version 7; there are: none" in done.err


def test_what_was_deleted_is_listed_and_created_anew_by_its_id(
    ask: Run, server: RelayServer
) -> None:
    one, two = server.make("One"), server.make("T\x1bwo")
    assert ask("trash").err == "assistant-tui: nothing was deleted here\n"
    assert ask("delete", one, two, "--yes").code == 0
    last, first = ask("trash").lines
    assert first.endswith(f"  deleted  {one}  One")
    assert last.endswith(f"  deleted  {two}  T\ufffdwo")
    listed = [json.loads(line) for line in ask("trash", "--json").lines]
    assert [each["before"]["name"] for each in listed] == ["T\x1bwo", "One"]
    done = ask("trash", "--restore", one, "--restore", "asst_nobody")
    [held] = server.held()
    assert (done.code, done.lines, held["name"]) == (1, [held["id"]], "One")
    assert "asst_nobody was not deleted here, or is back already" in done.err
    assert len(ask("trash").lines) == 1


def test_a_deletion_that_did_not_arrive_is_not_created_twice(ask: Run, server: RelayServer) -> None:
    who = server.make("One")
    server.deviations["delete"] = lambda request: refusal(500)
    assert ask("delete", who, "--yes").code == 1
    done = ask("undo", "--yes")
    assert [each["id"] for each in server.held()] == [who]
    assert not done.out


@pytest.mark.parametrize(("status", "created"), [(500, 1), (502, 0), (503, 0)])
def test_a_server_that_is_not_to_be_had_does_not_say_that_it_is_gone(
    ask: Run, server: RelayServer, status: int, created: int
) -> None:
    who = server.make("One")
    assert ask("delete", who, "--yes").code == 0
    server.deviations["retrieve"] = lambda request: refusal(status)
    done = ask("undo", "--yes")
    assert (done.code, len(server.held())) == (1 - created, created)


@pytest.mark.parametrize(
    "words",
    [["undo", "--yes"], ["history", "asst_1", "--restore", "0"], ["trash", "--restore", "x"]],
)
def test_a_read_only_profile_takes_nothing_back(
    ask: Run, server: RelayServer, words: list[str]
) -> None:
    done = ask(*words, "--read-only")
    assert (done.code, server.requests) == (2, []) and "is read-only" in done.err
