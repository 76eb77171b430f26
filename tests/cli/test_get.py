"""`get`: one assistant in words, or as the server sent it."""

import json

import pytest

from tests.cli.conftest import Run
from tests.e2e.test_terminal_server import FORBIDDEN, HOSTILE
from tests.fakeserver.deviations import answer
from tests.fakeserver.relay import RelayServer


def test_it_is_told_in_words(ask: Run, server: RelayServer) -> None:
    who = server.make("One", instructions="Be brief.\nBe kind.", metadata={"team": "a"})
    done = ask("get", who)
    assert (done.code, done.err) == (0, "")
    assert done.lines[:2] == ["One", who]
    assert "  team  a" in done.lines and done.lines[-2:] == ["Be brief.", "Be kind."]


def test_json_is_what_the_server_sent(ask: Run, server: RelayServer) -> None:
    text = b'{"id":"asst_1",\n "temperature": 1.0, "top_p":1e400, "x":"\xc2\x9b"}'
    server.deviations["retrieve"] = lambda request: answer(text)
    done = ask("get", "asst_1", "--json")
    assert (done.code, done.out) == (0, text.replace(b"\n", b"") + b"\n")


def test_an_id_that_is_not_there_is_told(ask: Run, server: RelayServer) -> None:
    server.make("One")
    done = ask("get", "asst_nobody")
    assert (done.code, done.out) == (1, b"")
    assert done.err == "assistant-tui: Not found: there is no assistant asst_nobody\n"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_word_of_it_can_steer_a_terminal(ask: Run, server: RelayServer, text: str) -> None:
    words = {"name": text, "description": text, "instructions": text, "metadata": {text: text}}
    body = json.dumps({"id": "asst_1", "model": text, **words, text: text}).encode()
    server.deviations["retrieve"] = lambda request: answer(body)
    done = ask("get", "asst_1")
    assert done.out.count(b"EVIL") >= 6
    assert not FORBIDDEN.search(done.out) and b"\x1b" not in done.out


def test_an_object_that_does_not_fit_is_told_with_the_option_that_shows_it(
    ask: Run, server: RelayServer
) -> None:
    server.deviations["retrieve"] = lambda request: answer(b'{"id":"asst_1","tools":5}')
    done = ask("get", "asst_1")
    assert done.lines[0] == "! This object does not fit the API"
    assert done.lines[-1] == "--json shows it as the server sent it."


def test_several_are_shown_one_after_the_other(ask: Run, server: RelayServer) -> None:
    one, two = server.make("One"), server.make("Two")
    done = ask("get", two, one, two, "--json")
    assert (done.code, [json.loads(line)["id"] for line in done.lines]) == (0, [two, one])
    words = ask("get", one, two).out.decode()
    assert words.index("One") < words.index("\n\n") < words.index("Two")


def test_one_of_several_that_is_not_there_keeps_none_from_being_shown(
    ask: Run, server: RelayServer
) -> None:
    one, two = server.make("One"), server.make("Two")
    done = ask("get", one, "asst_nobody", two, "--json")
    assert (done.code, [json.loads(line)["id"] for line in done.lines]) == (1, [one, two])
    assert "asst_nobody was not shown: Not found: " in done.err
    assert done.err.endswith("assistant-tui: 2 of 3 shown\n")
