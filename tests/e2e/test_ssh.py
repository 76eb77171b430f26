"""The program on another machine, over a real SSH connection: the main job, and its end."""

import base64
import re
import signal
from collections.abc import Callable

import pytest

from tests.e2e.bent_server import BentServer
from tests.e2e.drafts import kept
from tests.e2e.sshd import Sshd
from tests.e2e.terminal import CTRL_S, DOWN, ENTER, PROGRAM, TAB, Terminal, restored


def log_in(host: Sshd, bent: BentServer, *before: str) -> Terminal:
    """The program there, on that server, ready for keys; `before` is what starts it."""
    terminal = host.login(*before, *PROGRAM, "--base-url", bent.url, size=(120, 30))
    terminal.shows("> Newer", "1–2 of 2 (all)", "n New")
    return terminal


@pytest.fixture
def two(bent: BentServer) -> tuple[str, str]:
    """The ids of an older and a newer assistant."""
    return bent.make("Older"), bent.make("Newer")


def test_the_main_job(jump_host: Sshd, bent: BentServer, two: tuple[str, str]) -> None:
    older, newer = two
    with log_in(jump_host, bent) as remote:
        remote.press(DOWN)
        remote.marks("Older")
        remote.press(b"y")
        remote.says(f"{older} sent to your terminal (OSC 52) · Y shows it")
        (sent,) = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", remote.raw)
        assert base64.b64decode(sent).decode() == older
        remote.press(ENTER)
        remote.shows("Edit asst_")
        remote.press(b" but new", CTRL_S)
        remote.says("Saved Older but new")
        remote.offers("n New")
        remote.press(b"k")
        remote.marks("Newer")
        remote.press(b"d")
        remote.shows("Delete this assistant?", newer)
        remote.press(TAB, ENTER)
        remote.says("Deleted Newer")
        remote.offers("n New")
        remote.press(b"q")
        assert remote.ends() == 0
        assert restored(remote.raw)
    assert [each["name"] for each in bent.held()] == ["Older but new"]
    assert bent.writes == ["modify", "delete"] and bent.bodies == [{"name": "Older but new"}]


def kill(terminal: Terminal) -> None:
    terminal.process.kill()


CUTS: dict[str, Callable[[Terminal], None]] = {"window closed": Terminal.hang_up, "killed": kill}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("before", ["nothing", "nohup"])
def test_a_cut_connection_leaves_a_draft_and_no_process(
    jump_host: Sshd, bent: BentServer, two: tuple[str, str], cut: str, before: str
) -> None:
    ignoring = ("sh", "-c", 'trap "" HUP; exec "$@"', "sh") if before == "nohup" else ()
    with log_in(jump_host, bent, *ignoring) as remote:
        remote.press(ENTER)
        remote.shows("Edit asst_")
        remote.press(b" of mine")
        remote.shows("*Name", "Newer of mine")
        CUTS[cut](remote)
        jump_host.is_left_by_all()
    assert kept(jump_host.kept) == [{"name": "Newer of mine"}]
    assert bent.writes == [] and [*jump_host.home.rglob("crash.txt")] == []
    with log_in(jump_host, bent) as again:
        again.says("Left unsaved: Newer of mine · R takes it up")
        again.press(b"R")
        again.shows("Left unsaved", "Enter chooses")
        again.press(ENTER)
        again.shows("Unsaved edit of Newer of mine")
        again.press(TAB, ENTER)
        again.shows("Edit asst_", "Newer of mine")
        again.press(CTRL_S)
        again.says("Saved Newer of mine")
    assert [each["name"] for each in bent.held()] == ["Newer of mine", "Older"]


SIGNALS = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_keeps_the_draft_and_gives_the_terminal_back(
    jump_host: Sshd, bent: BentServer, two: tuple[str, str], number: signal.Signals
) -> None:
    with log_in(jump_host, bent) as remote:
        remote.press(ENTER)
        remote.shows("Edit asst_")
        remote.press(b" of mine")
        remote.shows("*Name", "Newer of mine")
        jump_host.signal(number)
        assert remote.ends() == SIGNALS[number]
        assert restored(remote.raw)
    assert kept(jump_host.kept) == [{"name": "Newer of mine"}]
    jump_host.is_left_by_all()


NO_TERMINAL = "assistant-tui: there is no terminal to draw on; over SSH, ssh -t gives one;"


def test_without_a_terminal_it_says_so_and_how_to_get_one(jump_host: Sshd) -> None:
    with jump_host.login(*PROGRAM, "--demo", size=(120, 24), terminal=False) as remote:
        assert remote.ends() == 2
        assert remote.text.startswith(NO_TERMINAL)


def test_nohup_itself_takes_the_terminal_away_and_keeps_what_is_said_of_it(
    jump_host: Sshd,
) -> None:
    with jump_host.login("nohup", *PROGRAM, "--demo") as remote:
        assert remote.ends() == 2
    assert (jump_host.home / "nohup.out").read_text("utf-8").startswith(NO_TERMINAL)
