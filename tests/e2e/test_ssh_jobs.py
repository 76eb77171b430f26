"""The program as a job of a shell on the other side of SSH: stopped, and taken up again."""

import os
import shlex
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e import main_job
from tests.e2e.drafts import kept
from tests.e2e.main_job import Pair, log_in
from tests.e2e.shell import log_in_to_a_shell
from tests.e2e.sshd import Sshd
from tests.e2e.terminal import CTRL_S, CTRL_Z, ENTER, TAB, Terminal, restored
from tests.fakeserver.relay import RelayServer

SHELLS = {"sh": ("sh",), "bash": ("bash", "--norc")}
ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"


def start_in(shell: Terminal, server: RelayServer, *before: str) -> None:
    """Begin an edit in the program; `before` is what starts it."""
    shell.press(shlex.join([*before, *main_job.command(server)]).encode(), ENTER)
    main_job.is_ready(shell)
    shell.press(ENTER)
    shell.shows("Edit asst_")
    shell.press(b" of mine")
    shell.shows("*Name", "Newer of mine")


def is_stopped(shell: Terminal) -> None:
    """Wait until the shell has its terminal back, as it was."""
    shell.shows("Stopped")
    assert restored(shell.raw[: shell.raw.rindex(b"Stopped")])
    shell.press(b"stty -a; echo 'is sa''ne'", ENTER)
    shell.shows("is sane", " icanon", " echo ", " icrnl")


def come_back(shell: Terminal) -> None:
    """Take the program up again, and wait until all of it is on the screen."""
    before = shell.raw.count(ENTERED)
    shell.press(b"clear; fg", ENTER)
    shell.until(lambda: shell.raw.count(ENTERED) > before, "the program again")
    shell.shows(" url ", "Edit asst_", "Newer of mine", "Instructions", "Ctrl+S Save")


def go_on(shell: Terminal, host: Sshd, server: RelayServer) -> None:
    """Save the edit and quit."""
    shell.press(CTRL_S)
    shell.says("Saved Newer of mine")
    shell.offers("n New")
    number, _ = program_of(host)
    shell.press(b"q")
    shell.until(lambda: number not in host.left, "the shell again")
    shell.press(b"stty -a; echo end''ed with $?", ENTER)
    shell.shows("ended with 0", " icanon", " echo ")
    assert [each["name"] for each in server.held()] == ["Newer of mine", "Older"]


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(
    jump_host: Sshd, server: RelayServer, pair: Pair, shell: Sequence[str]
) -> None:
    with log_in_to_a_shell(jump_host, {}, *shell) as remote:
        start_in(remote, server)
        for _ in range(2):
            remote.press(CTRL_Z)
            is_stopped(remote)
            assert kept(jump_host.kept) == [{"name": "Newer of mine"}]
            come_back(remote)
        go_on(remote, jump_host, server)


def test_what_started_the_program_stops_with_it(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    with log_in_to_a_shell(jump_host, {}, "sh") as remote:
        start_in(remote, server, "sh", "-c", '"$@"; exit $?', "sh")
        remote.press(CTRL_Z)
        is_stopped(remote)
        come_back(remote)
        go_on(remote, jump_host, server)


def test_a_job_sent_to_the_background_waits_there_for_fg(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    with log_in_to_a_shell(jump_host, {}, "sh") as remote:
        start_in(remote, server)
        remote.press(CTRL_Z)
        is_stopped(remote)
        remote.press(b"clear; bg; echo in the ba''ck", ENTER)
        remote.shows("in the back")
        remote.until(lambda: program_of(jump_host)[1] == "T", "a program that is stopped again")
        come_back(remote)
        go_on(remote, jump_host, server)


def test_another_program_can_ask_for_the_same(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    with log_in_to_a_shell(jump_host, {}, "sh") as remote:
        start_in(remote, server)
        os.kill(program_of(jump_host)[0], signal.SIGTSTP)
        is_stopped(remote)
        come_back(remote)
        go_on(remote, jump_host, server)


def test_a_program_that_was_stopped_by_force_goes_on_as_before(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    with log_in(jump_host, server, "sh", "-c", '"$@"; stty -a', "sh") as remote:
        number, _ = program_of(jump_host)
        for _ in range(2):
            os.kill(number, signal.SIGSTOP)
            remote.until(lambda: program_of(jump_host)[1] == "T", "a program that is stopped")
            del remote.raw[:]
            os.kill(number, signal.SIGCONT)
            # What is typed before it has the terminal back is the shell's.
            remote.until(lambda: taken_back(remote.raw), "all drawn anew")
        remote.press(ENTER)
        remote.shows("Edit asst_")
        remote.press(b" of mine")
        remote.shows("*Name     13/256 Newer of mine")
        remote.press(CTRL_S)
        remote.says("Saved Newer of mine")
        remote.offers("n New")
        remote.press(b"q")
        assert remote.ends() == 0
        assert " icanon" in remote.text and " echo " in remote.text


def taken_back(raw: bytes | bytearray) -> bool:
    """Whether the program has left the screen and entered it again."""
    return 0 <= raw.find(LEFT) < raw.rfind(ENTERED)


def program_of(host: Sshd) -> tuple[int, str]:
    """The last process that was started there, and its state."""
    number = max(host.left)
    after = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(") ")[2]
    return number, after[0]


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
def test_a_connection_that_is_cut_meanwhile_leaves_a_draft_and_no_process(
    jump_host: Sshd, server: RelayServer, pair: Pair, shell: Sequence[str]
) -> None:
    with log_in_to_a_shell(jump_host, {}, *shell) as remote:
        start_in(remote, server)
        remote.press(CTRL_Z)
        is_stopped(remote)
        remote.hang_up()
        jump_host.is_left_by_all()
    assert kept(jump_host.kept) == [{"name": "Newer of mine"}]
    assert server.writes == [] and [*jump_host.home.rglob("crash.txt")] == []


def test_ctrl_z_without_a_shell_says_so_instead_of_freezing(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    with log_in(jump_host, server) as remote:
        remote.press(CTRL_Z)
        remote.says("No shell would bring the program back; Ctrl+Q quits")
        remote.press(b"q")
        assert remote.ends() == 0


def test_ctrl_z_in_a_longer_text_takes_back_what_was_typed(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    with log_in_to_a_shell(jump_host, {}, "sh") as remote:
        start_in(remote, server)
        remote.press(TAB, TAB, b"too much")
        remote.shows("too much", "*Description")
        remote.press(CTRL_Z)
        remote.until(lambda: "too much" not in remote.text, "an empty description")
        go_on(remote, jump_host, server)
