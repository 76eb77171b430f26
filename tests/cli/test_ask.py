"""`ask`: the answer as it comes, and calls answered by commands."""

import json
import re
from pathlib import Path

import httpx
import pytest

from assistant_tui.server.runs.chat import ChatError, ChatResult, TextDelta
from tests.cli.conftest import Run
from tests.cli.talking import TalkingServer, events, function, python, thread_of, without_streams
from tests.e2e.terminal import Program
from tests.e2e.test_terminal_server import FORBIDDEN
from tests.fakeserver.deviations import answer, refusing
from tests.fakeserver.relay import RelayServer
from tests.server.runs.support import Pause, calls, says


def test_the_answer_is_printed_and_the_server_holds_both(talk: Run, talking: TalkingServer) -> None:
    talking.model.turns = [says("Good", " day", "\x1b[1m!"), says("Again")]
    who = talking.assistant()
    done = talk("ask", who, "Hello")
    assert (done.code, done.out, done.err) == (0, b"Good day\x1b[1m!\n", "")
    listed = talk("threads", "list", "--json")
    thread = json.loads(listed.out)["id"]
    assert talking.said(thread) == [("user", "Hello"), ("assistant", "Good day\x1b[1m!")]
    assert talk("ask", who, "Once more", "--thread", thread).out == b"Again\n"
    assert [text for _, text in talking.said(thread)][2:] == ["Once more", "Again"]


@pytest.mark.parametrize("words", [["-"], []])
def test_a_message_comes_from_standard_input(
    talk: Run, talking: TalkingServer, words: list[str]
) -> None:
    talking.model.turns = [says("Yes")]
    done = talk("ask", talking.assistant(), *words, "--json", stdin="Über\n\u2028\n".encode())
    assert done.code == 0
    assert talking.said(thread_of(done.out))[0] == ("user", "Über\n\u2028\n")


def test_events_are_literal_json_one_a_line(talk: Run, talking: TalkingServer) -> None:
    talking.model.turns = [says("\u202eGood", " day\x9b")]
    done = talk("ask", talking.assistant(), "Hello", "--json")
    found = events(done.out)
    assert done.code == 0 and found[0][0] == "thread.run.created"
    deltas = [data["delta"] for name, data in found if name == "thread.message.delta"]
    texts = [each["content"][0]["text"]["value"] for each in deltas]
    assert "".join(texts) == "\u202eGood day\x9b"
    assert found[-1][0] == "thread.run.completed"
    assert found[-1][1] == talking.runs(thread_of(done.out))[0]
    assert "\u202eGood".encode() in done.out


def test_a_run_is_told_what_is_otherwise(talk: Run, talking: TalkingServer, tmp_path: Path) -> None:
    (tmp_path / "new.md").write_text("Be rude.\n")
    talking.model.turns = [says("No")]
    words = ["--model", "o3-mini", "--instructions-file", str(tmp_path / "new.md"), "--json"]
    done = talk("ask", talking.assistant(instructions="Be kind."), "Hello", *words)
    (run,) = talking.runs(thread_of(done.out))
    assert (run["model"], run["instructions"]) == ("o3-mini", "Be rude.\n")


def test_a_file_is_attached(talk: Run, talking: TalkingServer, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Something")
    talking.model.turns = [says("Read")]
    done = talk(
        "ask", talking.assistant(), "Look", "--attach", str(tmp_path / "notes.txt"), "--json"
    )
    assert done.code == 0, done.err
    listed = talking.get(f"/threads/{thread_of(done.out)}/messages?order=asc")["data"]
    (attached,) = listed[0]["attachments"]
    assert talking.get(f"/files/{attached['file_id']}")["filename"] == "notes.txt"


def test_calls_are_answered_by_commands(talk: Run, talking: TalkingServer) -> None:
    talking.model.turns = [calls("get_order", "log", arguments='{"id": 7.0}'), says("Sent")]
    who = talking.assistant(tools=[function("get_order"), function("log")])
    echo = python("import sys; print('got', sys.stdin.read())")
    words = ["--function", f"get_order={echo}", "--function", f"log={python('pass')}"]
    done = talk("ask", who, "Where is it?", *words, "--json")
    assert done.code == 0, done.err
    assert talking.outputs(thread_of(done.out)) == ['got {"id": 7.0}', ""]
    names = [name for name, _ in events(done.out)]
    assert names.count("thread.run.requires_action") == 1 and names[-1] == "thread.run.completed"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "nobody answers get_order({}); --function get_order=COMMAND does"),
        (["get_order=/no/such"], "nobody answers get_order({}): its command could not be started"),
        (
            [f"get_order={python('import sys; sys.exit(3)')}"],
            "nobody answers get_order({}): its command ended with exit code 3",
        ),
        (["get_orders=true"], "nobody answers get_order({}); --function get_order=COMMAND does"),
    ],
)
def test_a_call_that_nobody_answers_waits_on_the_server(
    talk: Run, talking: TalkingServer, given: list[str], told: str
) -> None:
    talking.model.turns = [calls("get_order"), says("Sent")]
    who = talking.assistant(tools=[function("get_order")])
    words = [word for each in given for word in ("--function", each)]
    done = talk("ask", who, "Where is it?", "--json", *words)
    thread = thread_of(done.out)
    assert done.code == 1 and f"{thread}: the run waits: {told}" in done.err
    assert [run["status"] for run in talking.runs(thread)] == ["requires_action"]
    done = talk("ask", who, "--thread", thread, "--function", f"get_order={python('print(5)')}")
    assert (done.code, done.out) == (0, b"Sent\n")
    assert talking.outputs(thread) == ["5"]


def profile(url: str, home: Path, *lines: str) -> None:
    """Let the default profile be this server, with a function get_order."""
    home.mkdir()
    table = "\n".join(["[profiles.p.functions.get_order]", *lines])
    text = f'default = "p"\n[profiles.p]\nbase_url = "{url}"\n{table}\n'
    (home / "config.toml").write_text(text)


@pytest.mark.parametrize("auto", [True, False])
def test_commands_of_the_profile_are_run_without_asking_only_where_it_says_so(
    run: Run, talking: TalkingServer, home: Path, auto: bool
) -> None:
    talking.model.turns = [calls("get_order"), says("Sent")]
    who = talking.assistant(tools=[function("get_order")])
    ran = home / "ran"
    command = json.dumps(python(f"open({str(ran)!r}, 'w')"))
    profile(talking.url, home, f"command = {command}", f"auto = {str(auto).lower()}")
    done = run("ask", who, "Where is it?")
    assert (done.code, ran.exists()) == ((0, True) if auto else (1, False))
    assert auto or "its command is not run without asking" in done.err


@pytest.mark.parametrize(("key", "code"), [(b"y\r", 0), (b"n\r", 1)])
def test_on_a_terminal_it_is_asked(
    talking: TalkingServer, home: Path, key: bytes, code: int
) -> None:
    talking.model.turns = [calls("get_order", arguments='{"x": "\x1b[31m"}'), says("Sent")]
    who = talking.assistant(tools=[function("get_order")])
    profile(talking.url, home, f"command = {json.dumps(python('print(5)'))}")
    with Program("ask", who, "Where is it?", home=home) as terminal:
        terminal.shows("get_order(", "runs: ", "Run it? [y/N]")
        terminal.press(key)
        assert terminal.ends() == code
    assert (b"Sent" in terminal.raw) == (code == 0)
    assert not FORBIDDEN.search(terminal.raw)


@pytest.mark.parametrize(
    ("turn", "status", "told"),
    [
        ([TextDelta("Well"), ChatError("The model is\ngone.")], "failed", "gone."),
        (
            [TextDelta("Well"), ChatResult("Well", "", "", (), "length", None)],
            "incomplete",
            "incomplete: max_completion_tokens",
        ),
    ],
)
def test_a_run_that_does_not_complete_is_told(
    talk: Run, talking: TalkingServer, turn: list[ChatError | TextDelta], status: str, told: str
) -> None:
    talking.model.turns = [turn]
    done = talk("ask", talking.assistant(), "Hello")
    assert (done.code, done.out) == (1, b"Well\n")
    assert told in done.err and done.err.count("\n") == 1
    thread = json.loads(talk("threads", "list", "--json").out)
    assert thread["status"] == status


def test_a_key_that_a_failed_run_quotes_is_not_printed(
    talk: Run, talking: TalkingServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = "sk-very-secret-0123456789"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    talking.model.answer = lambda request: [ChatError(f"Incorrect API key: {key}")]
    who = talking.assistant()
    done = talk("ask", who, "Hello")
    assert done.code == 1 and "Incorrect API key: [key]" in done.err
    (tmp_path / "cases.jsonl").write_text('{"prompt": "a"}')
    done = talk("eval", who, "--cases", str(tmp_path / "cases.jsonl"))
    assert done.code == 1 and b"Incorrect API key: [key]" in done.out


def test_a_terminal_is_not_steered(talking: TalkingServer, home: Path) -> None:
    one, other = Pause(), Pause()
    last = says("c\x1b", "[31mEVIL", "\u202e\x9b\x00end")
    talking.model.turns = [[TextDelta("at once\r"), one, TextDelta("\nb\r"), other, *last]]
    who = talking.assistant()
    with Program("ask", who, "Hello", "--base-url", talking.url, home=home) as terminal:
        terminal.shows("at once")
        talking.release(one)
        terminal.shows("\nb")
        talking.release(other)
        assert terminal.ends() == 0
        assert terminal.lines[:2] == ["at once", "b\ufffdc\ufffd[31mEVIL\ufffd\ufffd\ufffdend"]
        assert "thread_" in terminal.text and "done (10 tokens" in terminal.text
    assert not FORBIDDEN.search(terminal.raw)


def test_a_server_without_streams_is_asked_until_the_run_ends(
    run: Run, talking: TalkingServer
) -> None:
    talking.model.turns = [says("Good day"), says("Good day")]
    who = talking.assistant()
    with RelayServer(talking.url) as server:
        server.deviations["any"] = without_streams(server)
        done = run("ask", who, "Hello", "--base-url", server.url)
        assert (done.code, done.out) == (0, b"Good day\n")
        done = run("ask", who, "Hello", "--json", "--base-url", server.url)
    found = events(done.out)
    assert [name for name, _ in found][-2:] == ["thread.message.completed", "thread.run.completed"]
    assert found[-2][1]["content"][0]["text"]["value"] == "Good day"


def test_that_an_answer_could_not_be_checked_is_told(run: Run, talking: TalkingServer) -> None:
    talking.model.turns = [says("Good day")]
    who = talking.assistant()
    with RelayServer(talking.url) as server:
        refuse = refusing(403)
        server.deviations["any"] = lambda request: (
            refuse(request) if request.method == "GET" and "/messages" in request.url.path else None
        )
        done = run("ask", who, "Hello", "--base-url", server.url)
    assert (done.code, done.out) == (0, b"Good day\n")
    assert "what the run has written was not checked: said 403" in done.err
    assert done.err.count("\n") == 1


def test_events_have_the_names_of_the_api_whatever_a_server_calls_them(
    run: Run, talking: TalkingServer
) -> None:
    talking.model.turns = [says("Good day"), says("Good day")]
    who = talking.assistant()
    with RelayServer(talking.url) as server:

        def inside_of_the_data(request: httpx.Request) -> httpx.Response | None:
            if b'"stream"' not in request.content:
                return None
            blocks = server.pass_on(request).text.split("\n\n")
            named = (re.search(r"event: (\S+)\ndata: (.*)", block) for block in blocks)
            lines = [
                f'data: {{"event": "{each[1]}", "data": {each[2]}}}\n\n'
                for each in named
                if each is not None and each[1] != "done"
            ]
            return answer("".join(lines), 200, [(b"content-type", b"text/plain")])

        server.deviations["any"] = inside_of_the_data
        done = run("ask", who, "Hello", "--base-url", server.url)
        assert (done.code, done.out) == (0, b"Good day\n")
        done = run("ask", who, "Hello", "--json", "--base-url", server.url)
    names = [name for name, _ in events(done.out)]
    assert "thread.message.delta" in names and names[-1] == "thread.run.completed"


@pytest.mark.parametrize(
    ("words", "stdin", "told"),
    [
        (["asst_1", " "], b"", "ask: the message is empty"),
        (["asst_1"], b" \n", "ask: the message is empty"),
        (["asst_1", "-"], b"\xff", "standard input: line 1: not UTF-8"),
        (["asst_1", "Hi", "--function", "get_order"], b"", "NAME=COMMAND is allowed"),
        (["asst_1", "Hi", "--function", "a='"], b"", "--function a=': No closing quotation"),
        (["asst_1", "Hi", "--attach", "/no/such"], b"", "--attach /no/such: there is no such file"),
        (["asst_1", "Hi", "--instructions-file", "/no/such"], b"", "--instructions-file /no/such"),
        (["asst_1", "Hi", "--read-only"], b"", "ask: profile url is read-only"),
    ],
)
def test_wrong_usage_is_one_line(
    ask: Run, server: RelayServer, words: list[str], stdin: bytes, told: str
) -> None:
    done = ask("ask", *words, stdin=stdin)
    assert (done.code, done.out, server.requests) == (2, b"", [])
    assert told in done.err and done.err.count("\n") == 1


def test_an_assistant_or_a_thread_that_is_not_there_is_told(
    talk: Run, talking: TalkingServer
) -> None:
    done = talk("ask", "asst_no\x1bbody", "Hello")
    assert done.code == 1 and "asst_no" in done.err and "\x1b" not in done.err
    done = talk("ask", talking.assistant(), "Hello", "--thread", "thread_nobody")
    assert done.code == 1 and "Not found" in done.err
    done = talk("ask", talking.assistant(), "--thread", talking.thread("Hello"))
    assert done.code == 1 and "no run is under way in this thread" in done.err


def test_an_integer_may_be_written_with_a_point(talk: Run, talking: TalkingServer) -> None:
    tools = '[{"type": "file_search", "file_search": {"max_num_results": 5.0}}]'
    who = talk("create", "--set", "model=gpt-4o", "--set", f"tools={tools}").lines[0]
    thread = talking.thread("One", "Two")
    talking.model.turns = [says("Three")]
    body = {"max_prompt_tokens": 5000.0, "max_completion_tokens": 900.0}
    strategy = {"type": "last_messages", "last_messages": 1.0}
    talking.post(
        f"/threads/{thread}/runs", {"assistant_id": who, "truncation_strategy": strategy, **body}
    )
    done = talk("ask", who, "--thread", thread, "--json")
    assert done.code == 0 or "no run is under way" in done.err
    (run,) = talking.runs(thread)
    assert (run["status"], run["max_completion_tokens"]) == ("completed", 900)
    assert run["truncation_strategy"]["last_messages"] == 1
    [request] = talking.model.requests
    assert "One" not in str(request.messages) and "Two" in str(request.messages)
