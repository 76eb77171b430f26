"""`create`: what the file says is what the server gets."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.support import paged
from tests.fakeserver.deviations import after_carrying_out, altering, answer, lost, refusal
from tests.fakeserver.relay import RelayServer
from tests.fakeserver.requests import part_of

BODY = (
    b'{"model":"gpt-4o", "temperature":1.0,\n "top_p":0.10, "metadata":{"a":"\\ud83d\\ude00"},'
    b'"tools":[{"type":"function","function":{"name":"f","parameters":{"maximum":1e400,"z":1,"a":2}}}]}'
)


def test_it_prints_the_new_id(ask: Run, server: RelayServer, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(b'\xef\xbb\xbf{"model": "gpt-4o", "name": "One"}\r\n')
    done = ask("create", "--file", str(path))
    [held] = server.held()
    assert (done.code, done.out, done.err) == (0, f"{held['id']}\n".encode(), "")
    assert held["name"] == "One"


def test_every_value_leaves_as_it_stands_in_the_file(ask: Run, server: RelayServer) -> None:
    server.deviations["create"] = lambda request: answer(b'{"id":"asst_1",' + request.content[1:])
    done = ask("create", "--file", "-", stdin=BODY)
    assert (done.code, done.out, done.err) == (0, b"asst_1\n", "")
    [body] = [request.content for request in server.requests if part_of(request) == "create"]
    assert [body.count(each) for each in (b"1.0", b"0.10", b"1e400", b"\\ud83d\\ude00")] == [1] * 4
    assert body.index(b'"z"') < body.index(b'"a":2')


def test_what_a_server_sets_is_not_sent(ask: Run, server: RelayServer) -> None:
    text = b'{"id":"asst_1","object":"assistant","created_at":5,"model":"gpt-4o","name":null}'
    assert ask("create", "--file", "-", stdin=text).code == 0
    assert server.sent == [{"model": "gpt-4o"}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "one assistant is allowed, there are 0"),
        (b'{"model": "m",\n "name": }', "line 2, column 10: expecting value"),
        (b'{"model": "m"}\n{"model": "m"}', "one assistant is allowed, there are 2"),
        (b'"model"', "line 1, column 1: an object is allowed, one for each assistant"),
        (b'{"model": NaN}', "line 1, column 11: NaN is no JSON, a number or null is allowed"),
        (b'{"name": "\x1b[2J"}', "line 1, column 11: invalid control character at"),
        (b'{"name": "No model"}', "Model is needed"),
        (b'{"model": "m",\n"name": "\xff"}', "line 2: not UTF-8"),
        (b"[" * 100_000, "line 1, column 201: nested too deeply, 200 levels are allowed"),
    ],
)
def test_a_file_that_will_not_do_is_told_with_its_place(
    ask: Run, server: RelayServer, text: bytes, told: str
) -> None:
    done = ask("create", "--file", "-", stdin=text)
    assert (done.code, done.out) == (2, b"")
    assert done.err == f"assistant-tui: --file -: {told}\n"
    assert not server.requests


def test_a_file_that_is_not_there(ask: Run, server: RelayServer) -> None:
    done = ask("create", "--file", "/no/such\x1b[2J")
    assert (done.code, server.requests) == (2, [])
    assert done.err == "assistant-tui: --file /no/such\ufffd[2J: No such file or directory\n"


def test_without_a_file(ask: Run) -> None:
    done = ask("create")
    assert done.code == 2 and "required: --file" in done.err


def test_a_refusal_is_told_with_the_field(ask: Run, server: RelayServer) -> None:
    done = ask("create", "--file", "-", stdin=b'{"model": "gpt-4o", "temperature": 9}')
    assert (done.code, done.out) == (1, b"")
    assert "temperature" in done.err and "status 400" in done.err
    assert not server.held()


def test_what_the_server_ignored_is_told(ask: Run, server: RelayServer) -> None:
    server.deviations["create"] = altering(lambda body: {**body, "name": None}, server.pass_on)
    done = ask("create", "--file", "-", stdin=b'{"model": "gpt-4o", "name": "One"}')
    who = done.out.decode().strip()
    assert done.code == 0
    assert done.err == f"assistant-tui: {who}: the server ignored or altered name\n"


def test_a_create_without_an_answer_is_looked_for_and_not_repeated(
    ask: Run, server: RelayServer
) -> None:
    server.deviations["create"] = after_carrying_out(server.pass_on, lost)
    done = ask("create", "--file", "-", stdin=b'{"model": "gpt-4o", "name": "One"}')
    [held] = server.held()
    assert (done.code, done.out) == (0, f"{held['id']}\n".encode())
    assert "the answer was lost, but the server had done it" in done.err
    assert server.writes == ["create"]


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_a_read_only_profile_changes_nothing(ask: Run, server: RelayServer, verb: str) -> None:
    who = server.make("One")
    arguments = {
        "create": ["--file", "-"],
        "update": [who, "--file", "-"],
        "delete": [who, "--yes"],
    }
    done = ask(verb, *arguments[verb], "--read-only", stdin=b'{"model": "m", "name": "Two"}')
    assert (done.code, done.out, server.requests) == (2, b"", [])
    assert done.err == f"assistant-tui: {verb}: profile url is read-only; list and get work\n"


def test_a_server_that_cannot_create_is_told(ask: Run, server: RelayServer) -> None:
    server.deviations["create"] = lambda request: refusal(405)
    done = ask("create", "--file", "-", stdin=b'{"model": "gpt-4o"}')
    assert done.code == 1 and "405" in done.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.yaml", "model: gpt-4o\nname: no\ninstructions: Be brief.\n"),
        ("one.md", "---\nmodel: gpt-4o\nname: no\n---\n\nBe brief.\n"),
        ("one", '{"model": "gpt-4o", "name": "no", "instructions": "Be brief."}'),
    ],
)
def test_a_file_is_read_by_its_name(
    ask: Run, server: RelayServer, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    assert ask("create", "--file", str(tmp_path / name)).code == 0
    assert server.sent == [{"model": "gpt-4o", "name": "no", "instructions": "Be brief."}]


def test_a_fault_in_such_a_file_is_told_with_its_line(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("model: m\ntop_p: .5\n")
    done = ask("create", "--file", str(path))
    told = "line 2, column 8: .5 is no number of JSON: write it as JSON does, or in quotes"
    assert (done.code, done.err) == (2, f"assistant-tui: --file {path}: {told}\n")


def test_fields_are_set_without_a_file(ask: Run, server: RelayServer) -> None:
    words = [
        "model=gpt-4o",
        "name=5",
        "temperature=0.3",
        "instructions=a=b",
        'tools=[{"type": "code_interpreter"}]',
        "metadata.team=a",
        "metadata.a.b=7",
        "response_format=json_object",
    ]
    done = ask("create", *(word for each in words for word in ("--set", each)))
    [held] = server.held()
    assert (done.code, done.out, done.err) == (0, f"{held['id']}\n".encode(), "")
    assert server.sent == [
        {
            "model": "gpt-4o",
            "name": "5",
            "temperature": 0.3,
            "instructions": "a=b",
            "tools": [{"type": "code_interpreter"}],
            "metadata": {"team": "a", "a.b": "7"},
            "response_format": {"type": "json_object"},
        }
    ]


def test_a_field_that_is_set_stands_over_the_file(ask: Run, server: RelayServer) -> None:
    text = b'{"model": "gpt-4o", "name": "One", "metadata": {"a": "1"}}'
    done = ask("create", "--file", "-", "--set", "name=Two", "--set", "metadata.b=2", stdin=text)
    assert done.code == 0
    [sent] = server.sent
    assert sent == {"model": "gpt-4o", "name": "Two", "metadata": {"a": "1", "b": "2"}}


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("temperature=warm", "Temperature: a number from 0 to 2, or empty"),
        ("tools=code", "tools: JSON is allowed: line 1, column 1: "),
        ("name", "name: NAME=VALUE is allowed"),
        ("=x", "=x: NAME=VALUE is allowed"),
        ("id=asst_1", "id cannot be set: the server does that"),
        ("model=", "Model is needed"),
        ("name=x", "Model is needed"),
        ("model.x=1", "model.x: model is no object"),
        ("name=" + "x" * 300, "Name: at most 256 characters, this has 300"),
    ],
)
def test_a_field_that_cannot_be_set_is_told(
    ask: Run, server: RelayServer, word: str, told: str
) -> None:
    done = ask("create", "--set", word)
    assert (done.code, done.out, server.requests) == (2, b"", [])
    assert done.err.startswith("assistant-tui: --set") and done.err.count("\n") == 1
    assert told in done.err


def test_the_new_assistant_is_printed_where_that_is_asked_for(
    ask: Run, server: RelayServer
) -> None:
    done = ask("create", "--set", "model=gpt-4o", "--set", "name=One", "--json")
    [held] = server.held()
    assert (done.code, json.loads(done.out)) == (0, held)
    assert done.out.count(b"\n") == 1
    done = ask("update", str(held["id"]), "--set", "name=Two", "--json")
    assert json.loads(done.out) == server.held()[0] == {**held, "name": "Two"}
    done = ask("update", str(held["id"]), "--set", "name=Two", "--json")
    assert json.loads(done.out) == server.held()[0] and "nothing was sent" in done.err


def test_the_model_of_the_profile_is_used_where_none_is_named(
    run: Run, server: RelayServer, home: Path
) -> None:
    paged(server.url, home)
    with (home / "config.toml").open("a") as config:
        config.write('model = "gpt-4o-mini"\n')
    assert run("create", "--set", "name=One").code == 0
    assert run("create", "--file", "-", stdin=b'{"model": null, "name": "Two"}').code == 0
    assert run("create", "--set", "model=gpt-4o").code == 0
    models = [each["model"] for each in server.sent]
    assert models == ["gpt-4o-mini", "gpt-4o-mini", "gpt-4o"]
