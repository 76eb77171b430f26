"""Standard input and streams: in any format, and told where somebody has to type."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.e2e.terminal import Program
from tests.fakeserver.relay import RelayServer

FORMS = {
    "json": '{"model": "gpt-4o", "name": "A"}\n{"model": "gpt-4o", "name": "B"}',
    "yaml": "model: gpt-4o\nname: A\n---\nmodel: gpt-4o\nname: B\n",
    "markdown": "---\nmodel: gpt-4o\nname: A\n---\n\nBe brief.\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_standard_input_is_imported_in_any_format(ask: Run, server: RelayServer, form: str) -> None:
    words = ["import", "-", "--yes", *([] if form == "json" else ["--format", form])]
    done = ask(*words, stdin=FORMS[form].encode())
    names = [str(each["name"]) for each in server.held()]
    assert (done.code, sorted(names)) == (0, ["A"] if form == "markdown" else ["A", "B"])
    assert done.lines[0].startswith("create      A · -")
    assert ask(*words, stdin=FORMS[form].encode()).code == 0
    assert len(server.held()) == len(names)  # what was imported already is not made again


def test_files_without_a_name_that_tells_are_read_as_is_said(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(FORMS["yaml"])
    assert ask("import", str(path), "--yes").code == 2
    assert ask("import", str(path), "--yes", "--format", "yaml").code == 0
    assert len(server.held()) == 2


def test_a_stream_that_will_not_do_is_told(ask: Run, server: RelayServer) -> None:
    done = ask("import", "-", "--yes", stdin=b'{"model":\n"\xff"}')
    assert (done.code, done.err) == (2, "assistant-tui: import -: line 2: not UTF-8\n")
    done = ask("import", "-", "--yes", stdin=b"model: gpt-4o")
    assert done.code == 1 and done.lines[0].startswith("unreadable  line 1, column 1: ")
    assert not server.writes


def test_who_has_to_type_is_told(server: RelayServer, home: Path) -> None:
    with Program("import", "-", "--base-url", server.url, home=home) as terminal:
        terminal.shows("reads standard input; Ctrl+D on a line of its own ends it")
        terminal.press(b'{"model": "gpt-4o", "name": "Typed"}\r\x04')
        terminal.shows("create      Typed", "Create 1? [y/N]")
        terminal.press(b"y\r")
        assert terminal.ends() == 0
    assert [each["name"] for each in server.held()] == ["Typed"]


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
