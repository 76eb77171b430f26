"""A server that answers about another assistant than it was asked for: nothing is done to that."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.fakeserver.relay import Asked, Bend, BentServer
from tests.fakeserver.sockets import Answer


def answering(bent: BentServer, other: str) -> Bend:
    """Whatever is asked for, the answer is the assistant `other`."""

    def bend(asked: Asked) -> Answer:
        return bent.pass_on(Asked("GET", f"/v1/assistants/{other}", b""))

    return bend


@pytest.fixture
def pair(bent: BentServer) -> tuple[str, str]:
    """Two assistants; a server that retrieves the second where the first is asked for."""
    one, other = bent.make("One"), bent.make("Other")
    bent.bent["retrieve"] = answering(bent, other)
    return one, other


@pytest.mark.parametrize("verb", ["get", "clone", "delete", "update", "export", "import"])
def test_no_command_takes_another_assistant_for_the_one_it_names(
    verb: str, ask: Run, bent: BentServer, pair: tuple[str, str], tmp_path: Path
) -> None:
    one, other = pair
    before = bent.held()
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
    assert bent.writes == []
    assert bent.held() == before


def test_of_many_the_sound_ones_are_deleted_and_no_other(
    ask: Run, bent: BentServer, pair: tuple[str, str]
) -> None:
    one, _ = pair
    third = bent.make("Third")
    wrong = bent.bent["retrieve"]
    bent.bent["retrieve"] = lambda asked: wrong(asked) if one in asked.path else bent.pass_on(asked)
    done = ask("delete", one, third, "--yes")
    assert (done.code, done.lines) == (1, [third])
    assert [each["name"] for each in bent.held()] == ["Other", "One"]
    assert f"{one} was not deleted: Wrong answer" in done.err


def test_a_deletion_that_is_answered_for_another_is_looked_after(
    ask: Run, bent: BentServer
) -> None:
    one, other = bent.make("One"), bent.make("Other")
    said = Answer(200, json.dumps({"id": other, "deleted": True}).encode())
    bent.bent["delete"] = lambda asked: said
    done = ask("delete", one, "--yes")
    assert (done.code, done.out) == (1, b"")
    assert "it is still there" in done.err
    bent.bent["delete"] = lambda asked: (bent.pass_on(asked), said)[1]
    done = ask("delete", one, "--yes")
    assert (done.code, done.lines) == (0, [one])
    assert [each["name"] for each in bent.held()] == ["Other"]


def test_a_change_that_is_answered_with_another_is_looked_after(
    ask: Run, bent: BentServer, tmp_path: Path
) -> None:
    one, other = bent.make("One"), bent.make("Other")
    change = tmp_path / "change.json"
    change.write_text(json.dumps({"name": "Changed"}))
    bent.bent["modify"] = answering(bent, other)
    done = ask("update", one, "--file", str(change))
    assert (done.code, done.out) == (1, b"")
    assert "the change is not there" in done.err
    bent.bent["modify"] = lambda asked: (
        bent.pass_on(asked),
        answering(bent, other)(asked),
    )[1]
    done = ask("update", one, "--file", str(change))
    assert (done.code, done.lines) == (0, [one])
    assert [each["name"] for each in bent.held()] == ["Other", "Changed"]


def test_a_creation_that_is_answered_with_an_older_one_is_looked_for(
    ask: Run, bent: BentServer, tmp_path: Path
) -> None:
    old = bent.make("Old")
    new = tmp_path / "new.json"
    new.write_text(json.dumps({"name": "New", "model": "gpt-4o"}))
    bent.bent["create"] = answering(bent, old)
    done = ask("create", "--file", str(new))
    assert (done.code, done.out) == (1, b"")
    assert "it is not there" in done.err and old in done.err
    bent.bent["create"] = lambda asked: (bent.pass_on(asked), answering(bent, old)(asked))[1]
    done = ask("create", "--file", str(new))
    assert done.code == 0
    assert [each["id"] for each in bent.held()] == [*done.lines, old]
