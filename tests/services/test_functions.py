"""What a command makes of the call of a function, and what is said where it makes nothing of it."""

import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from assistant_tui.config.settings import FunctionCommand
from assistant_tui.services import functions
from assistant_tui.services.functions import FunctionError, run_function
from tests.limits import LIMIT


def python(code: str, *arguments: str) -> str:
    """A command that runs Python code."""
    return shlex.join([sys.executable, "-c", code, *arguments])


async def refusal_of(code: str, *, timeout: float = LIMIT) -> str:
    """What is said of a command that gives no output."""
    with pytest.raises(FunctionError) as caught:
        await run_function(FunctionCommand(python(code), timeout), "{}")
    return str(caught.value)


async def test_arguments_come_in_as_they_were_written_and_the_output_goes_back() -> None:
    command = FunctionCommand(python("import sys; print(sys.stdin.read() + '!')"))
    assert await run_function(command, '{"a": 1.0,  "b": "ü"}\n') == '{"a": 1.0,  "b": "ü"}\n!'


async def test_a_large_call_that_nobody_reads_is_no_fault() -> None:
    assert await run_function(FunctionCommand(python("print('done')")), "x" * 1_000_000) == "done"


async def test_no_shell_reads_the_words() -> None:
    command = FunctionCommand(python("import sys; print(sys.argv[1:])", "$HOME; a", "`b`"))
    assert await run_function(command, "{}") == "['$HOME; a', '`b`']"


async def test_what_it_printed_before_it_failed_is_no_output() -> None:
    said = await refusal_of("import sys; print('half'); sys.exit('first\\nno such order')")
    assert said == "its command ended with exit code 1: no such order"


@pytest.mark.parametrize("command", ["/no/such/program", "'", "a\0b"])
async def test_a_command_that_cannot_be_started(command: str) -> None:
    with pytest.raises(FunctionError, match=r"^its command could not be started: "):
        await run_function(FunctionCommand(command), "{}")


async def test_a_flood_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "MOST_OUTPUT", 10_000)
    said = await refusal_of("while True: print('x' * 1000)")
    assert said == "its command printed more than 10,000 bytes"


async def test_of_a_flood_of_complaints_the_last_one_counts() -> None:
    code = "import sys; sys.stderr.write('x' * 300_000 + '\\nthe reason'); sys.exit(2)"
    assert await refusal_of(code) == "its command ended with exit code 2: the reason"


async def test_what_is_no_text_is_told() -> None:
    said = await refusal_of("import sys; sys.stdout.buffer.write(b'\\xff')")
    assert said == "its command printed what is not UTF-8"


async def test_one_that_takes_too_long_is_killed_with_what_it_started(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    code = (
        f"import os, signal; end = os.open({str(pipe)!r}, os.O_WRONLY); os.write(end, b'x')\n"
        "os.fork()\nwhile True: signal.pause()"
    )
    try:
        assert await refusal_of(code, timeout=1.0) == "its command did not end within 1 s"
        os.set_blocking(reading, True)
        signal.alarm(int(LIMIT))
        while os.read(reading, 100):
            pass
    finally:
        signal.alarm(0)
        os.close(reading)
