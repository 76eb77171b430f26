"""Whatever the program waits for or is broken by, it ends, and gives the terminal back."""

import os
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.drafts import kept
from tests.e2e.injected_faults import BLOCKED, ON_CTRL_C, command, faulty_terminal
from tests.e2e.processes import has_ended, none_is_left, running_in
from tests.e2e.terminal import CTRL_C, CTRL_Z, ENTER, PROGRAM, Terminal, environment, restored
from tests.limits import LIMIT

IN_A_THREAD = "threading.Thread(target={action}).start()"
FAULTS = {
    "the reader": """
from assistant_tui.tui.terminal.input_decoder import InputDecoder
read = InputDecoder.read
InputDecoder.read = lambda keyboard, data: fail() if bytes([3]) in data else read(keyboard, data)
""",
    "any other": ON_CTRL_C.format(action=IN_A_THREAD.format(action="fail")),
    "any other, and the screen hangs": ON_CTRL_C.format(
        action=f"({IN_A_THREAD.format(action='fail')}, block())"
    ),
}
"""Threads that end by a fault when Ctrl+C is pressed."""
HANGS = {
    "outside Python": BLOCKED,
    "in a lock": ON_CTRL_C.format(action="wait()"),
    "in a loop": ON_CTRL_C.format(action="[None for _ in iter(int, 1)]"),
    "with a thread": ON_CTRL_C.format(action=IN_A_THREAD.format(action="wait")),
    "with an executor": ON_CTRL_C.format(
        action="asyncio.get_running_loop().run_in_executor(None, wait) and None"
    ),
}
"""What the program waits for, for ever, when Ctrl+C was pressed."""


def opened(terminal: Terminal) -> None:
    """Wait until the list is there."""
    terminal.shows("n New")
    assert not terminal.is_sane


@pytest.mark.parametrize("thread", FAULTS)
def test_a_fault_in_a_thread_is_reported_and_ends_the_program(thread: str, home: Path) -> None:
    with faulty_terminal(FAULTS[thread], home, "--demo") as terminal:
        opened(terminal)
        terminal.press(CTRL_C)
        assert terminal.ends() == 1
        assert restored(terminal.raw) and terminal.is_sane
        told = f"assistant-tui: stopped by a fault; report: {home}/crash.txt"
        assert told.encode() in terminal.raw
        assert b"Traceback" not in terminal.raw
    assert "RuntimeError: of this test" in (home / "crash.txt").read_text("utf-8")


@pytest.mark.parametrize("wait", HANGS)
def test_a_signal_ends_a_program_that_hangs(wait: str, home: Path) -> None:
    with faulty_terminal(HANGS[wait], home, "--demo") as terminal:
        opened(terminal)
        terminal.press(CTRL_C)
        terminal.idle(0.5)
        terminal.signal(signal.SIGTERM)
        assert terminal.ends() == 143
        assert restored(terminal.raw) and terminal.is_sane


@pytest.mark.parametrize("wait", ["with a thread", "with an executor"])
def test_so_does_a_person_who_quits(wait: str, home: Path) -> None:
    with faulty_terminal(HANGS[wait], home, "--demo") as terminal:
        opened(terminal)
        terminal.press(CTRL_C, b"q")
        assert terminal.ends() == 0
        assert restored(terminal.raw) and terminal.is_sane


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_program_that_hangs_while_it_starts_ends(number: signal.Signals, home: Path) -> None:
    fault = (
        "from assistant_tui.cli import composition\n"
        "composition._create_app = lambda *_: (print('here'), block())"
    )
    with faulty_terminal(fault, home, "--demo") as terminal:
        terminal.shows("here")
        terminal.signal(number)
        assert terminal.ends() == 128 + number


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_so_does_a_command(number: signal.Signals, home: Path) -> None:
    fault = """
from assistant_tui.cli import session
async def hang(*_):
    print("here", flush=True)
    await asyncio.to_thread(wait)
session.open_service = hang
"""
    with subprocess.Popen(
        command(fault, "list", "--demo"), env=environment(home), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.send_signal(number)
        assert process.wait(LIMIT) == 128 + number


@pytest.mark.parametrize("by", ["Ctrl+Z", "force"])
def test_a_job_that_is_stopped_ends_in_the_background(by: str, home: Path) -> None:
    with Terminal(["bash", "--norc"], environment(home), (120, 30)) as shell:
        shell.press(shlex.join([*PROGRAM, "--demo"]).encode(), ENTER)
        shell.shows("n New")
        program = max(running_in(home))
        if by == "Ctrl+Z":
            shell.press(CTRL_Z)
        else:
            os.kill(program, signal.SIGSTOP)
        shell.shows("Stopped")
        shell.press(b"kill %1", ENTER)
        shell.until(lambda: has_ended(program), "its end")
        shell.press(b"stty -a; echo 'is sa''ne'", ENTER)
        shell.shows("Exit 143", "is sane", " icanon", " echo ")


def test_a_typed_text_outlives_it(home: Path) -> None:
    with faulty_terminal(BLOCKED, home) as terminal:
        opened(terminal)
        terminal.press(b"n")
        terminal.shows("New assistant")
        terminal.press(b"Mine")
        terminal.until(lambda: "Mine" in str(kept(home)), "a draft on disk")
        terminal.press(CTRL_C)
        terminal.signal(signal.SIGTERM)
        assert terminal.ends() == 143
    assert [each["name"] for each in kept(home)] == ["Mine"]


def test_a_terminal_that_takes_nothing_holds_up_no_end(home: Path) -> None:
    with faulty_terminal(BLOCKED, home, "--demo") as terminal:
        opened(terminal)
        terminal.stop_output()
        terminal.press(CTRL_C)
        terminal.signal(signal.SIGTERM)
        assert terminal.process.wait(LIMIT) == 143


def test_a_command_for_the_key_does_not_outlive_it(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text(f"""default = "p"
[profiles.p]
base_url = "http://127.0.0.1:9/v1"
api_key_command = "sh -c 'touch {home}/ready; exec sleep 1000'"
""")
    with faulty_terminal(BLOCKED, home) as terminal:
        terminal.until(lambda: (home / "ready").exists(), "the command")
        terminal.press(CTRL_C)
        terminal.idle(0.5)
        terminal.signal(signal.SIGTERM)
        assert terminal.ends() == 143
        none_is_left(home)
