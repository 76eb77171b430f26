"""The person's own editor over SSH: it gets a sane terminal, and the screen comes back whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import main_job
from tests.e2e.main_job import Pair, log_in
from tests.e2e.shell import log_in_to_a_shell
from tests.e2e.sshd import Sshd
from tests.e2e.terminal import DOWN, ENTER, Terminal
from tests.fakeserver.relay import RelayServer

Editor = Callable[[str], str]
WIPE = "printf '\\033[2J\\033[Hover the whole screen'"


def is_whole(remote: Terminal, name: str) -> None:
    """Wait until the list, the detail and the lines around them are there again."""
    remote.shows(" url ", f"> {name}", "  Older", f"│ {name}", "Instructions", "Enter Edit")
    assert "over the whole" not in remote.text


def test_it_gets_a_sane_terminal_and_what_it_wrote_is_saved(
    jump_host: Sshd, server: RelayServer, pair: Pair, editor: Editor, tmp_path: Path
) -> None:
    script = editor(f"{WIPE}; stty -a > $HERE/modes; sed -i 's/Newer/Renamed/' \"$1\"")
    with log_in(jump_host, server, environ={"EDITOR": script}) as remote:
        remote.press(b"e")
        remote.says("Saved Renamed")
        is_whole(remote, "Renamed")
        remote.press(DOWN)
        remote.marks("Older")
        remote.press(b"q")
        assert remote.ends() == 0
    modes = (tmp_path / "modes").read_text().split()
    assert {"icanon", "echo", "isig", "icrnl", "opost"} <= {*modes}
    assert "columns 120;" in " ".join(modes)
    assert [each["name"] for each in server.held()] == ["Renamed", "Older"]


FAULTS = {
    "exit 1": "editor ended with exit code 1: nothing was changed",
    "kill -KILL $$": "editor was ended by SIGKILL: nothing was changed",
    "kill -TERM $$": "editor was ended by SIGTERM: nothing was changed",
    "": "editor could not be started: No such file or directory; set $EDITOR",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_that_fails_changes_nothing_and_says_why(
    jump_host: Sshd, server: RelayServer, pair: Pair, editor: Editor, fault: str
) -> None:
    script = editor(f"{WIPE}; sed -i 's/Newer/Renamed/' \"$1\"; {fault}")
    if not fault:
        Path(script).unlink()
    with log_in(jump_host, server, environ={"EDITOR": script}) as remote:
        remote.press(b"e")
        remote.says(FAULTS[fault])
        is_whole(remote, "Newer")
        remote.press(DOWN)
        remote.marks("Older")
        remote.press(b"q")
        assert remote.ends() == 0
    assert server.writes == []


def test_one_that_is_stopped_gives_the_shell_back_and_goes_on_after_it(
    jump_host: Sshd, server: RelayServer, pair: Pair, editor: Editor
) -> None:
    script = editor(f"{WIPE}; kill -TSTP 0; sed -i 's/Newer/Renamed/' \"$1\"")
    with log_in_to_a_shell(jump_host, {"EDITOR": script}, "sh") as remote:
        remote.press(" ".join(main_job.command(server)).encode(), ENTER)
        main_job.is_ready(remote)
        remote.press(b"e")
        remote.shows("Stopped")
        remote.press(b"fg", ENTER)
        remote.says("Saved Renamed")
        is_whole(remote, "Renamed")
    assert [each["name"] for each in server.held()] == ["Renamed", "Older"]
