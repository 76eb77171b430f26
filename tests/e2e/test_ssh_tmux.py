"""The program inside tmux with tmux's own defaults, on the other side of an SSH connection."""

import os
from pathlib import Path

import pytest

from tests.e2e import main_job
from tests.e2e.drafts import kept
from tests.e2e.main_job import Pair, log_in, sent_to_the_clipboard
from tests.e2e.multiplexers import Tmux
from tests.e2e.shell import has_ended, log_in_to_a_shell, run
from tests.e2e.sshd import Sshd, missing
from tests.e2e.terminal import CTRL_S, ENTER, Terminal
from tests.fakeserver.relay import RelayServer

pytestmark = pytest.mark.skipif(bool(missing("tmux")), reason="this machine lacks Debian's tmux")


@pytest.fixture
def tmux(jump_host: Sshd) -> Tmux:
    """A tmux on the host, not yet started."""
    return Tmux(jump_host)


def open_in(tmux: Tmux, host: Sshd, server: RelayServer, *before: str) -> Terminal:
    """The program, started by the shell of a new tmux."""
    terminal = log_in_to_a_shell(host, tmux.environ, *tmux.START, size=(80, 24))
    terminal.below = tmux.LINES
    run(terminal, *before, *main_job.command(server))
    main_job.is_ready(terminal)
    return terminal


def test_the_main_job(jump_host: Sshd, tmux: Tmux, server: RelayServer, pair: Pair) -> None:
    with open_in(tmux, jump_host, server) as remote:
        main_job.do(remote, pair, "sent to the clipboard through tmux")
        has_ended(remote, 0)
        assert tmux.ask("show-buffer") == pair.older
        assert sent_to_the_clipboard(remote) == [pair.older]
        assert tmux.pane == tmux.SANE
    main_job.is_done(server)


def type_an_edit(remote: Terminal) -> None:
    """Begin to rename the newer one."""
    remote.press(ENTER)
    remote.shows("Edit asst_")
    remote.press(b" of mine")
    remote.shows("*Name", "Newer of mine")


def test_an_edit_goes_on_when_the_connection_is_cut_and_tmux_is_attached_again(
    jump_host: Sshd, tmux: Tmux, server: RelayServer, pair: Pair
) -> None:
    with open_in(tmux, jump_host, server) as remote:
        type_an_edit(remote)
        remote.hang_up()
    with jump_host.login(*tmux.AGAIN, size=(90, 28), environ=tmux.environ) as again:
        again.below = tmux.LINES
        again.shows("Edit asst_", "*Name", "Newer of mine")
        again.press(b" again", CTRL_S)
        again.says("Saved Newer of mine again")
        again.offers("n New")
        again.press(b"q")
        has_ended(again, 0)
    assert [each["name"] for each in server.held()] == ["Newer of mine again", "Older"]


def test_a_killed_tmux_leaves_a_draft_and_no_process(
    jump_host: Sshd, tmux: Tmux, server: RelayServer, pair: Pair
) -> None:
    with open_in(tmux, jump_host, server) as remote:
        type_an_edit(remote)
        tmux.ask("kill-server")
        jump_host.is_left_by_all()
    assert kept(jump_host.kept) == [{"name": "Newer of mine"}]
    assert server.writes == [] and [*jump_host.home.rglob("crash.txt")] == []


OLD_TMUX = """#!/bin/sh
case "$*" in *-w*) echo "load-buffer: unknown option -- w" >&2; exit 1; esac
PATH=$OUTSIDE exec tmux "$@"
"""


def test_a_tmux_too_old_to_send_a_copy_on_has_it_in_its_buffer(
    jump_host: Sshd, tmux: Tmux, server: RelayServer, pair: Pair, tmp_path: Path
) -> None:
    (tmp_path / "tmux").write_text(OLD_TMUX, "utf-8")
    (tmp_path / "tmux").chmod(0o700)
    path = os.environ["PATH"]
    before = ("env", f"PATH={tmp_path}:{path}", f"OUTSIDE={path}")
    with open_in(tmux, jump_host, server, *before) as remote:
        remote.press(b"y")
        remote.says(f"{pair.newer} in tmux's buffer; sent on (OSC 52) · Y shows it")
        assert tmux.ask("show-buffer") == pair.newer
        remote.press(b"q")
        has_ended(remote, 0)


def test_where_tmux_is_only_a_name_the_terminal_is_asked(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    gone = {"TMUX": f"{jump_host.home}/gone,1,0"}
    with log_in(jump_host, server, size=(80, 24), environ=gone) as remote:
        remote.press(b"y")
        remote.says(f"{pair.newer} sent (OSC 52); tmux did not take it · Y shows it")
        assert sent_to_the_clipboard(remote)[0] == pair.newer
        remote.press(b"q")
        assert remote.ends() == 0
