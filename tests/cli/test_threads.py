"""`threads`: what is known, shown, exported, made anew and deleted, to the last letter."""

import json
import stat
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run
from tests.cli.talking import TalkingServer, function, python
from tests.e2e.terminal import Program
from tests.e2e.test_terminal_server import FORBIDDEN
from tests.fakeserver.deviations import answer, refusing
from tests.fakeserver.relay import RelayServer
from tests.server.runs.support import calls, says


@pytest.fixture
def talked(talk: Run, talking: TalkingServer) -> str:
    """A thread in which an order was asked for, and what the function said told."""
    talking.model.turns = [calls("get_order", arguments='{"id": 7}'), says("It is on its way.")]
    who = talking.assistant(tools=[function("get_order")], instructions="Be brief.")
    answers = f"get_order={python('print(5)')}"
    assert talk("ask", who, "Where is order 7?", "--function", answers).code == 0
    return str(known(talk)[0]["id"])


def known(talk: Run, *words: str) -> list[dict[str, object]]:
    """The threads that are listed."""
    done = talk("threads", "list", "--json", *words)
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def test_threads_are_listed_with_their_first_words(
    talk: Run, talking: TalkingServer, talked: str
) -> None:
    (thread,) = known(talk)
    assert (thread["title"], thread["status"]) == ("Where is order 7?", "completed")
    assert known(talk, "--filter", "ORDER where") == [thread]
    assert known(talk, "--filter", "invoice") == []
    assert known(talk, "--assistant", str(thread["assistant_id"])) == [thread]
    assert known(talk, "--assistant", "asst_other") == []
    titles, row = talk("threads", "list").lines
    assert row.startswith(f"{talked}  2") and row.endswith("  completed  Where is order 7?")
    assert titles.index("State") == row.index("completed")
    assert titles.index("Title") == row.index("Where")


def test_threads_of_an_unknown_assistant_are_not_taken_for_those_of_another(
    talk: Run, talking: TalkingServer, talked: str, tmp_path: Path
) -> None:
    path = tmp_path / "one.thread.json"
    path.write_bytes(talk("threads", "get", talked, "--json").out)
    assert talk("threads", "import", str(path)).code == 0
    assert len(known(talk)) == 2
    done = talk("threads", "list", "--assistant", "nope")
    assert (done.code, done.out) == (0, b"")
    left_out = "1 more, whose assistant is not known here, are left out"
    assert done.err == f"assistant-tui: {left_out}\n"


def test_a_thread_is_shown_whole(talk: Run, talking: TalkingServer, talked: str) -> None:
    done = talk("threads", "get", talked)
    assert (done.code, done.err) == (0, "")
    for text in ("> Where is order 7?", "### Call of get\\_order", "> It is on its way."):
        assert text in done.out.decode()
    done = talk("threads", "get", talked, "--json")
    (line,) = done.out.splitlines()
    found = json.loads(line)
    assert found["thread"] == talking.get(f"/threads/{talked}")
    assert found["messages"] == talking.get(f"/threads/{talked}/messages?order=asc")["data"]
    assert found["runs"] == talking.runs(talked)
    assert [step["type"] for step in found["steps"]] == ["tool_calls", "message_creation"]


def test_numbers_are_as_the_server_sent_them(run: Run, talking: TalkingServer) -> None:
    exact = '{"id": "thread_1", "created_at": 1, "x": 1.0, "y": 12345678901234567890123}'
    with RelayServer(talking.url) as server:
        nothing = b'{"data": [], "has_more": false}'
        server.deviations["any"] = lambda request: answer(
            exact.encode() if request.url.path.endswith("thread_1") else nothing
        )
        done = run("threads", "get", "thread_1", "--json", "--base-url", server.url)
    assert (done.code, done.err) == (0, "")
    assert b'"x": 1.0' in done.out and b'"y": 12345678901234567890123' in done.out


def test_titles_are_not_cut_in_a_pipe(
    talk: Run, talking: TalkingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    text = "a word, " * 20
    talking.model.turns = [says("Yes")]
    assert talk("ask", talking.assistant(), text).code == 0
    (known_title,) = (str(each["title"]) for each in known(talk))
    assert len(known_title) > 50 and talk("threads", "list").lines[1].endswith(known_title)


FORMATS = {
    "json": ".thread.json",
    "markdown": ".md",
    "tuning": ".tuning.jsonl",
    "conversation": ".conversation.jsonl",
    "promptfoo": ".promptfoo.yaml",
}


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_a_file_that_only_its_owner_reads(
    talk: Run, talked: str, tmp_path: Path, form: str
) -> None:
    folder = tmp_path / "out"
    words = ["threads", "export", talked, "--format", form, "--output", str(folder)]
    done = talk(*words)
    path = folder / f"{talked}{FORMATS[form]}"
    assert (done.code, done.lines) == (0, [str(path)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "order 7" in path.read_text()
    assert ("assistant_tui_key" in path.read_text()) == (form == "json")
    assert "metadata" not in done.err
    assert ("not carried over: the settings of runs; usage" in done.err) == (
        form in ("tuning", "conversation", "promptfoo")
    )
    path.write_text("mine")
    done = talk(*words)
    assert done.code == 1 and "is there already; --yes replaces it" in done.err
    assert talk(*words, "--yes").code == 0 and path.read_text() != "mine"


def test_on_stdout_lines_stay_lines(talk: Run, talked: str) -> None:
    words = ["threads", "export", talked, talked, "--output", "-"]
    for form in ("tuning", "conversation", "json"):
        done = talk(*words, "--format", form)
        assert done.code == 0 and len([json.loads(line) for line in done.lines]) == 1
    done = talk("threads", "export", talked, "thread_2", "--format", "promptfoo", "--output", "-")
    assert done.code == 2 and "only one ID with --format promptfoo" in done.err


def test_one_that_is_not_there_is_told_and_the_others_are_written(talk: Run, talked: str) -> None:
    words = ["threads", "export", "thread_no\x1bbody", talked, "--format", "json", "--output", "-"]
    done = talk(*words)
    assert done.code == 1 and len(done.lines) == 1
    assert "thread_no\\x1bbody was not exported: Not found" in done.err
    assert "1 of 2 exported" in done.err


def test_a_thread_that_cannot_be_expressed_is_told(talk: Run, talking: TalkingServer) -> None:
    empty = talking.thread()
    for form in ("tuning", "promptfoo"):
        done = talk("threads", "export", empty, "--format", form, "--output", "-")
        assert done.code == 1 and f"{empty} was not exported: " in done.err


def test_a_thread_is_made_anew_from_its_file(
    talk: Run, talking: TalkingServer, talked: str, tmp_path: Path
) -> None:
    talk("threads", "export", talked, "--format", "json", "--output", str(tmp_path))
    path = tmp_path / f"{talked}.thread.json"
    done = talk("threads", "import", str(path))
    assert done.code == 0, done.err
    (made,) = done.lines
    assert made != talked and talking.said(made) == talking.said(talked)
    assert talking.get(f"/threads/{made}")["metadata"]["imported_from"] == talked
    assert f"{path}: not carried over: runs, steps and calls: a new thread begins" in done.err
    assert known(talk)[0]["id"] == made and known(talk)[0]["origin"] == talked
    assert known(talk)[0]["title"] == "Where is order 7?"
    assert "not carried over: the metadata of messages" not in done.err


def test_threads_of_a_stream_are_imported_one_after_the_other(
    talk: Run, talking: TalkingServer, talked: str
) -> None:
    ids = [talked, talking.thread("Another"), talking.thread("A third")]
    stream = talk("threads", "export", *ids, "--format", "json", "--output", "-").out
    done = talk("threads", "import", "-", stdin=stream)
    assert done.code == 0 and "3 of 3 imported" in done.err
    assert [*map(talking.said, done.lines)] == [*map(talking.said, ids)]


def test_a_long_thread_is_imported_in_its_order(
    talk: Run, talking: TalkingServer, tmp_path: Path
) -> None:
    long = talking.thread(*(f"No. {n}" for n in range(32)))
    for n in range(32, 40):
        talking.post(f"/threads/{long}/messages", {"role": "user", "content": f"No. {n}"})
    talk("threads", "export", long, "--format", "json", "--output", str(tmp_path))
    (made,) = talk("threads", "import", str(tmp_path / f"{long}.thread.json")).lines
    assert [text for _, text in talking.said(made)] == [f"No. {n}" for n in range(40)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["threads"], "required: ACTION"),
        (["threads", "export", "thread_1", "--format", "xml", "--output", "-"], "'json'"),
        (["threads", "import", "/no/such"], "import /no/such: No such file or directory"),
        (["threads", "import", "{file}"], '"format" is not "assistant-tui thread"'),
        (["threads", "delete", "thread_1"], "there is no terminal to ask on; --yes is needed"),
        (["threads", "delete", "thread_1", "--yes", "--read-only"], "is read-only"),
        (["threads", "import", "{file}", "--read-only"], "is read-only"),
    ],
)
def test_wrong_usage_is_one_line(
    run: Run, server: RelayServer, tmp_path: Path, words: list[str], told: str
) -> None:
    (tmp_path / "file").write_text('{"id": "asst_1"}')
    given = [word.replace("{file}", str(tmp_path / "file")) for word in words]
    where = ["--base-url", server.url] if len(words) > 1 else []
    done = run(*given, *where)
    assert (done.code, done.out, server.requests) == (2, b"", [])
    assert told in done.err and done.err.count("\n") == 1


def test_a_thread_is_deleted_for_good(talk: Run, talking: TalkingServer, talked: str) -> None:
    other = talking.thread("Another")
    done = talk("threads", "delete", talked, "--yes")
    assert (done.code, done.lines, done.err) == (0, [talked], "")
    assert not talking.is_there(talked) and talking.is_there(other)
    assert talked not in [thread["id"] for thread in known(talk)]
    done = talk("threads", "get", talked)
    assert done.code == 1 and "Not found" in done.err
    done = talk("threads", "delete", talked, other, "--yes")
    assert (done.code, done.lines) == (1, [other])
    assert f"{talked} was not deleted: Not found: " in done.err


def test_a_copy_can_be_kept_and_read(
    talk: Run, talking: TalkingServer, talked: str, tmp_path: Path
) -> None:
    before = json.loads(talk("threads", "get", talked, "--json").out)
    assert talk("threads", "delete", talked, "--yes", "--keep-copy").code == 0
    assert not talking.is_there(talked)
    (thread,) = [thread for thread in known(talk) if thread["id"] == talked]
    assert (thread["has_copy"], thread["status"]) == (True, "deleted")
    done = talk("threads", "get", talked, "--json")
    assert json.loads(done.out) == before
    assert f"{talked} is gone from the server; this is the copy kept here" in done.err
    done = talk("threads", "export", talked, "--format", "json", "--output", str(tmp_path))
    (made,) = talk("threads", "import", *done.lines).lines
    assert talking.said(made)[0] == ("user", "Where is order 7?")


def test_one_that_cannot_be_copied_is_not_deleted(
    run: Run, talking: TalkingServer, talked: str
) -> None:
    with RelayServer(talking.url) as server:

        def without_messages(request: httpx.Request) -> httpx.Response | None:
            return refusing(500)(request) if "/messages" in request.url.path else None

        server.deviations["any"] = without_messages
        where = ["--base-url", server.url]
        done = run("threads", "delete", talked, "--yes", "--keep-copy", *where)
    assert done.code == 1 and f"{talked} was not deleted: " in done.err
    assert talking.is_there(talked)


@pytest.mark.parametrize(("key", "code"), [(b"y\r", 0), (b"\r", 1)])
def test_on_a_terminal_it_is_asked_and_said_that_nothing_brings_it_back(
    talking: TalkingServer, home: Path, key: bytes, code: int
) -> None:
    thread = talking.thread("Keep \x1b[31mme")
    words = ["threads", "delete", thread, "--base-url", talking.url]
    with Program(*words, home=home) as terminal:
        terminal.shows(thread, "Nothing brings a thread back; --keep-copy keeps a copy here.")
        terminal.shows("Delete it for good? [y/N]")
        terminal.press(key)
        assert terminal.ends() == code
    assert talking.is_there(thread) == (code == 1)


def test_of_many_the_count_is_typed(talking: TalkingServer, home: Path) -> None:
    ids = [talking.thread("One"), talking.thread("Two")]
    words = ["threads", "delete", *ids, "--base-url", talking.url]
    with Program(*words, home=home) as terminal:
        terminal.shows("Type 2 to delete all of these for good:")
        terminal.press(b"2\r")
        assert terminal.ends() == 0
    assert [talking.is_there(each) for each in ids] == [False, False]


@pytest.mark.parametrize(
    "words",
    [
        ["get"],
        ["get", "--json"],
        *(["export", "--output", "-", "--format", form] for form in FORMATS),
    ],
)
def test_a_terminal_is_not_steered(
    talk: Run, talking: TalkingServer, home: Path, words: list[str]
) -> None:
    talking.model.turns = [says("a\x1b[31mEVIL\u202e\x9b\r\u2028end")]
    assert talk("ask", talking.assistant(), "Hi\x1b]0;x\x07").code == 0
    thread = str(known(talk)[0]["id"])
    action, *options = words
    arguments = ["threads", action, thread, *options, "--base-url", talking.url]
    with Program(*arguments, home=home) as terminal:
        assert terminal.ends() == 0
    assert b"EVIL" in terminal.raw
    assert not FORBIDDEN.search(terminal.raw)
    with Program("threads", "list", "--base-url", talking.url, home=home) as terminal:
        assert terminal.ends() == 0
    assert not FORBIDDEN.search(terminal.raw)
