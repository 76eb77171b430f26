"""How ask ends where it is stopped, nobody reads, or a server refuses, and what it leaves there."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant_tui.server.runs.chat import TextDelta
from tests.cli.conftest import Run
from tests.cli.support import ended, program
from tests.cli.talking import TalkingServer, thread_of, without_streams
from tests.e2e.terminal import CTRL_C, Program, environment
from tests.fakeserver.deviations import refusing
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT
from tests.server.runs.support import Pause, says


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
@pytest.mark.parametrize("words", [[], ["Well"]])
def test_a_signal_ends_the_run_on_the_server_too(
    talking: TalkingServer, home: Path, number: signal.Signals, code: int, words: list[str]
) -> None:
    pause = Pause()
    talking.model.turns = [[*map(TextDelta, words), pause, *says(" done")]]
    who = talking.assistant()
    with program("ask", who, "Hello", "--json", "--base-url", talking.url, home=home) as process:
        awaited = b"thread.message.delta" if words else b"thread.run.in_progress"
        out = b""
        while awaited not in out:
            out += process.stdout.readline()
        process.send_signal(number)
        exit_code, _, err = ended(process)
    (run,) = talking.runs(thread_of(out))
    assert (exit_code, run["status"]) == (code, "cancelled")
    assert "the run was cancelled" in err


def test_a_run_whose_program_was_killed_is_taken_up(
    talk: Run, talking: TalkingServer, home: Path
) -> None:
    pause = Pause()
    talking.model.turns = [[TextDelta("Well"), pause, *says(" done")]]
    who = talking.assistant()
    words = ["--base-url", talking.url]
    with program("ask", who, "Hello", *words, home=home) as process:
        assert process.stdout.read(4) == b"Well"
        process.kill()
    (thread,) = talking.threads()
    with program("ask", who, "--thread", thread, *words, home=home) as process:
        assert process.stdout.read(4) == b"Well"
        talking.release(pause)
        assert ended(process) == (0, b" done\n", "")
    assert talking.said(thread) == [("user", "Hello"), ("assistant", "Well done")]
    assert talk("ask", who, "--thread", thread).code == 1


def test_ctrl_c_on_a_terminal_ends_the_run(talking: TalkingServer, home: Path) -> None:
    talking.model.turns = [[TextDelta("Well then"), Pause()]]
    who = talking.assistant()
    with Program("ask", who, "Hello", "--base-url", talking.url, home=home) as terminal:
        terminal.shows("Well then")
        terminal.press(CTRL_C)
        assert terminal.ends() == 130
        assert "the run was cancelled" in terminal.text


def test_where_nobody_reads_the_answer_the_run_ends(talking: TalkingServer, home: Path) -> None:
    talking.model.turns = [[*[TextDelta("word ") for _ in range(100)], Pause()]]
    who = talking.assistant()
    pause = talking.model.turns[0][-1]
    assert isinstance(pause, Pause)
    with program("ask", who, "Hello", "--json", "--base-url", talking.url, home=home) as process:
        out = process.stdout.readline()
        process.stdout.close()
        code = process.wait(LIMIT)
    (run,) = talking.runs(thread_of(out))
    assert (code, run["status"]) == (0, "cancelled")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_where_the_disk_is_full_the_run_ends(talking: TalkingServer, home: Path) -> None:
    talking.model.turns = [[TextDelta("word"), Pause()]]
    who = talking.assistant()
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "assistant_tui", "ask", who, "Hi", "--base-url", talking.url],
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=LIMIT,
        )
    (thread,) = talking.threads()
    assert done.returncode == 1
    assert b"assistant-tui: standard output: No space left on device\n" in done.stderr
    assert [run["status"] for run in talking.runs(thread)] == ["cancelled"]


def test_a_run_that_the_server_cannot_cancel_goes_on_and_that_is_told(
    talking: TalkingServer, home: Path
) -> None:
    pause = Pause()
    talking.model.turns = [[TextDelta("Well"), pause, *says(" done")]]
    who = talking.assistant()
    with RelayServer(talking.url) as server:
        unable, without_stream = refusing(501), without_streams(server)
        server.deviations["any"] = lambda request: (
            unable(request) if request.url.path.endswith("/cancel") else without_stream(request)
        )
        with program("ask", who, "Hello", "--base-url", server.url, home=home) as process:
            talking.wait(pause.reached)
            process.send_signal(signal.SIGINT)
            code, _, err = ended(process)
    (thread,) = talking.threads()
    assert code == 130 and f"{thread}: the run goes on on the server: " in err
    assert talking.runs(thread)[0]["status"] == "in_progress"


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refused_run_leaves_no_thread_behind(
    run: Run, talking: TalkingServer, status: int
) -> None:
    who, other = talking.assistant(), talking.thread("Hello")
    with RelayServer(talking.url) as server:
        refuse = refusing(status, "No assistant found")
        server.deviations["any"] = lambda request: (
            refuse(request)
            if request.method == "POST" and request.url.path.endswith("/runs")
            else None
        )
        done = run("ask", who, "Hello", "--base-url", server.url)
        (known,) = run("threads", "list", "--json", "--base-url", server.url).lines
        again = run("ask", who, "Hello", "--thread", other, "--base-url", server.url)
    assert done.code == again.code == 1 and json.loads(known)["id"] == other
    assert "No assistant found" in done.err
    assert re.search("assistant-tui: thread_.*, made for this, was deleted\n", done.err)
    assert talking.threads() == [other] and "was deleted" not in again.err


def test_an_unknown_assistant_leaves_no_thread_behind(talk: Run, talking: TalkingServer) -> None:
    done = talk("ask", "asst_nobody", "Hello")
    assert (done.code, talking.threads()) == (1, [])
    assert done.err.count("\n") == 2 and "asst_nobody" in done.err
