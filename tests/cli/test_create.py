"""`create`: what the file says is what the server gets."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.e2e.terminal import Program
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


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", '{"model": "gpt-4o", "name": "no", "instructions": "Be brief."}'),
        ("yaml", "model: gpt-4o\nname: no\ninstructions: Be brief.\n"),
        ("markdown", "---\nmodel: gpt-4o\nname: no\n---\n\nBe brief.\n"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_format_may_be_said_for_a_stream_and_for_a_file(
    ask: Run, server: RelayServer, tmp_path: Path, form: str, text: str, stream: bool
) -> None:
    path = tmp_path / "one.txt"
    path.write_text(text)
    name = "-" if stream else str(path)
    assert ask("create", "--file", name, "--format", form, stdin=text.encode()).code == 0
    assert server.sent == [{"model": "gpt-4o", "name": "no", "instructions": "Be brief."}]
    [held] = server.held()
    update = text.replace("brief", "kind").encode()
    done = ask("update", str(held["id"]), "--file", "-", "--format", form, stdin=update)
    assert (done.code, server.sent[1:]) == (0, [{"instructions": "Be kind."}])


@pytest.mark.parametrize(
    "words",
    [
        ["create", "--file", "-"],
        ["update", "asst_1", "--file", "/dev/stdin"],
        ["ask", "asst_1", "-"],
        ["eval", "asst_1", "--cases", "-"],
        ["threads", "import", "-"],
    ],
)
def test_on_a_terminal_it_is_told_that_somebody_has_to_type(
    server: RelayServer, home: Path, words: list[str]
) -> None:
    with Program(*words, "--base-url", server.url, home=home) as terminal:
        terminal.shows("reads standard input; Ctrl+D on a line of its own ends it")
        terminal.press(b"\x04")
        assert terminal.ends() == 2
    assert not server.requests
