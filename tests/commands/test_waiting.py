"""While a server wants to be left alone it is said why and for how long, and one signal ends it."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.commands.test_hostile_answers import saying
from tests.e2e.terminal import CTRL_C, CTRL_Q, LIMIT, PROGRAM, Terminal, environment

SLOW_DOWN = b"""HTTP/1.1 429 Too Many Requests\r
Retry-After: 120\r
Content-Type: application/json\r
Content-Length: 36\r
Connection: close\r
\r
{"error": {"message": "slow down "}}"""
VERBS = {
    "create": ["create", "--file", "fields.json"],
    "update": ["update", "asst_1", "--file", "fields.json"],
    "delete": ["delete", "asst_1", "asst_2", "--yes"],
    "list": ["list"],
}


@pytest.fixture
def fields(tmp_path: Path) -> Path:
    (tmp_path / "fields.json").write_text('{"model": "m"}')
    return tmp_path


@pytest.mark.parametrize("verb", VERBS)
def test_the_first_signal_ends_a_wait_that_was_told(verb: str, fields: Path) -> None:
    with (
        saying(SLOW_DOWN) as url,
        subprocess.Popen(
            [*PROGRAM, "--base-url", url, *VERBS[verb]],
            cwd=fields,
            env=environment(fields / "home"),
            stderr=subprocess.PIPE,
            text=True,
        ) as program,
    ):
        assert program.stderr is not None
        assert re.fullmatch(
            r"assistant-tui: Rate limited: slow down .*tried again in 1\d\d s\n",
            program.stderr.readline(),
        )
        program.send_signal(signal.SIGINT)
        assert program.wait(LIMIT) == 130
        assert "Traceback" not in program.stderr.read()


def test_the_seconds_are_counted_down_where_somebody_watches(fields: Path) -> None:
    file = str(fields / "fields.json")
    with saying(SLOW_DOWN) as url:
        command = [*PROGRAM, "--base-url", url, "create", "--file", file]
        with Terminal(command, environment(fields / "home")) as terminal:
            terminal.shows("tried again in 119 s")
            terminal.press(CTRL_C)
            assert terminal.ends() == 130


def test_the_screen_counts_down_and_can_be_left(fields: Path) -> None:
    with (
        saying(SLOW_DOWN) as url,
        Terminal([*PROGRAM, "--base-url", url], environment(fields / "home")) as terminal,
    ):
        terminal.says("tried again in 119 s")
        terminal.press(CTRL_Q)
        assert terminal.ends() == 0
