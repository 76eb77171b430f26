"""The program on another machine, over a real SSH connection: the main job, and its end."""

import json
import signal
from collections.abc import Callable

import pytest

from tests.e2e import main_job
from tests.e2e.drafts import kept
from tests.e2e.main_job import Pair, log_in, sent_to_the_clipboard
from tests.e2e.sshd import Sshd
from tests.e2e.terminal import CTRL_S, ENTER, PROGRAM, TAB, Terminal, restored
from tests.fakeserver.relay import RelayServer


def test_the_main_job(jump_host: Sshd, server: RelayServer, pair: Pair) -> None:
    with log_in(jump_host, server) as remote:
        main_job.do(remote, pair, "sent to your terminal (OSC 52) · Y shows it")
        assert remote.ends() == 0
        assert restored(remote.raw)
        assert sent_to_the_clipboard(remote) == [pair.older]
    main_job.is_done(server)


def test_a_copy_too_long_for_a_terminal_is_in_a_private_file_that_is_named(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    said = "0123456789abcde\n" * 4000
    server.change(pair.newer, instructions=said)
    folder = jump_host.home / "temporary"
    folder.mkdir()
    with log_in(jump_host, server, size=(200, 24), environ={"TMPDIR": str(folder)}) as remote:
        main_job.copy_as_json(remote)
        remote.says(": too long to send")
        (path,) = folder.iterdir()
        assert remote.status == f"the JSON written to {path}: too long to send"
        assert path.stat().st_mode & 0o777 == 0o600
        assert json.loads(path.read_text("utf-8"))["instructions"] == said
        assert sent_to_the_clipboard(remote) == []
        remote.press(b"q")
        assert remote.ends() == 0


def kill(terminal: Terminal) -> None:
    terminal.process.kill()


CUTS: dict[str, Callable[[Terminal], None]] = {"window closed": Terminal.hang_up, "killed": kill}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("before", ["nothing", "nohup"])
def test_a_cut_connection_leaves_a_draft_and_no_process(
    jump_host: Sshd, server: RelayServer, pair: Pair, cut: str, before: str
) -> None:
    ignoring = ("sh", "-c", 'trap "" HUP; exec "$@"', "sh") if before == "nohup" else ()
    with log_in(jump_host, server, *ignoring) as remote:
        remote.press(ENTER)
        remote.shows("Edit asst_")
        remote.press(b" of mine")
        remote.shows("*Name", "Newer of mine")
        CUTS[cut](remote)
        jump_host.is_left_by_all()
    assert kept(jump_host.kept) == [{"name": "Newer of mine"}]
    assert server.writes == [] and [*jump_host.home.rglob("crash.txt")] == []
    with log_in(jump_host, server) as again:
        again.says("Left unsaved: Newer of mine · R takes it up")
        again.press(b"R")
        again.shows("Left unsaved", "Enter Choose")
        again.press(ENTER)
        again.shows("Unsaved edit of Newer of mine")
        again.press(TAB, ENTER)
        again.shows("Edit asst_", "Newer of mine")
        again.press(CTRL_S)
        again.says("Saved Newer of mine")
    assert [each["name"] for each in server.held()] == ["Newer of mine", "Older"]


SIGNALS = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_keeps_the_draft_and_gives_the_terminal_back(
    jump_host: Sshd, server: RelayServer, pair: Pair, number: signal.Signals
) -> None:
    with log_in(jump_host, server) as remote:
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
