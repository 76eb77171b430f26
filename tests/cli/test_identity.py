"""A server that answers about another assistant than it was asked for: nothing is done to that."""

import json
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run
from tests.fakeserver.deviations import SyncHandler, answer
from tests.fakeserver.relay import RelayServer


def answering(server: RelayServer, other: str) -> SyncHandler:
    """Whatever is asked for, the answer is the assistant `other`."""

    def handler(request: httpx.Request) -> httpx.Response:
        return server.pass_on(
            httpx.Request("GET", request.url.copy_with(path=f"/v1/assistants/{other}"))
        )

    return handler


@pytest.fixture
def pair(server: RelayServer) -> tuple[str, str]:
    """Two assistants; a server that retrieves the second where the first is asked for."""
    one, other = server.make("One"), server.make("Other")
    server.deviations["retrieve"] = answering(server, other)
    return one, other


@pytest.mark.parametrize("verb", ["get", "clone", "delete", "update", "export", "import"])
def test_no_command_takes_another_assistant_for_the_one_it_names(
    verb: str, ask: Run, server: RelayServer, pair: tuple[str, str], tmp_path: Path
) -> None:
    one, other = pair
    before = server.held()
    change = tmp_path / "change.json"
    change.write_text(json.dumps({"name": "Changed"}))
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"id": one, "model": "gpt-4o", "name": "Changed"}))
    arguments = {
        "delete": [one, "--yes"],
        "update": [one, "--file", str(change)],
        "export": [one, "--format", "json", "--output", "-"],
        "import": [str(given), "--yes"],
    }
    done = ask(verb, *arguments.get(verb, [one]))
    assert (done.code, done.out) == (1, b"")
    assert "Wrong answer" in done.err and one in done.err and other in done.err
    assert server.writes == []
    assert server.held() == before


def test_of_many_the_sound_ones_are_deleted_and_no_other(
    ask: Run, server: RelayServer, pair: tuple[str, str]
) -> None:
    one, _ = pair
    third = server.make("Third")
    wrong = server.deviations["retrieve"]
    server.deviations["retrieve"] = lambda request: (
        wrong(request) if one in str(request.url) else server.pass_on(request)
    )
    done = ask("delete", one, third, "--yes")
    assert (done.code, done.lines) == (1, [third])
    assert [each["name"] for each in server.held()] == ["Other", "One"]
    assert f"{one} was not deleted: Wrong answer" in done.err


def test_a_deletion_that_is_answered_for_another_is_looked_after(
    ask: Run, server: RelayServer
) -> None:
    one, other = server.make("One"), server.make("Other")
    said = answer(json.dumps({"id": other, "deleted": True}).encode())
    server.deviations["delete"] = lambda request: said
    done = ask("delete", one, "--yes")
    assert (done.code, done.out) == (1, b"")
    assert "it is still there" in done.err
    server.deviations["delete"] = lambda request: (server.pass_on(request), said)[1]
    done = ask("delete", one, "--yes")
    assert (done.code, done.lines) == (0, [one])
    assert [each["name"] for each in server.held()] == ["Other"]


def test_a_change_that_is_answered_with_another_is_looked_after(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    one, other = server.make("One"), server.make("Other")
    change = tmp_path / "change.json"
    change.write_text(json.dumps({"name": "Changed"}))
    server.deviations["modify"] = answering(server, other)
    done = ask("update", one, "--file", str(change))
    assert (done.code, done.out) == (1, b"")
    assert "the change is not there" in done.err
    server.deviations["modify"] = lambda request: (
        server.pass_on(request),
        answering(server, other)(request),
    )[1]
    done = ask("update", one, "--file", str(change))
    assert (done.code, done.lines) == (0, [one])
    assert [each["name"] for each in server.held()] == ["Other", "Changed"]


def test_a_creation_that_is_answered_with_an_older_one_is_looked_for(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    old = server.make("Old")
    new = tmp_path / "new.json"
    new.write_text(json.dumps({"name": "New", "model": "gpt-4o"}))
    server.deviations["create"] = answering(server, old)
    done = ask("create", "--file", str(new))
    assert (done.code, done.out) == (1, b"")
    assert "it is not there" in done.err and old in done.err
    server.deviations["create"] = lambda request: (
        server.pass_on(request),
        answering(server, old)(request),
    )[1]
    done = ask("create", "--file", str(new))
    assert done.code == 0
    assert [each["id"] for each in server.held()] == [*done.lines, old]
