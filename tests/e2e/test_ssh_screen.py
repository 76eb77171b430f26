"""The program inside GNU screen without any configuration, on the other side of SSH."""

import json

import pytest

from tests.e2e import main_job
from tests.e2e.main_job import Pair, sent_to_the_clipboard
from tests.e2e.multiplexers import Screen
from tests.e2e.shell import has_ended, log_in_to_a_shell, run
from tests.e2e.sshd import Sshd, missing
from tests.e2e.terminal import CTRL_S, ENTER, Terminal
from tests.fakeserver.relay import RelayServer

pytestmark = pytest.mark.skipif(
    bool(missing("screen")), reason="this machine lacks Debian's screen"
)


@pytest.fixture
def screen(jump_host: Sshd) -> Screen:
    """A screen on the host, not yet started."""
    return Screen(jump_host)


def open_in(screen: Screen, host: Sshd, server: RelayServer) -> Terminal:
    """The program, started by the shell of a new screen."""
    terminal = log_in_to_a_shell(host, screen.environ, *screen.START)
    run(terminal, *main_job.command(server))
    main_job.is_ready(terminal)
    return terminal


def test_the_main_job(jump_host: Sshd, screen: Screen, server: RelayServer, pair: Pair) -> None:
    with open_in(screen, jump_host, server) as remote:
        main_job.do(remote, pair, "sent to your terminal (OSC 52) · Y shows it")
        has_ended(remote, 0)
        assert sent_to_the_clipboard(remote) == [pair.older]
    main_job.is_done(server)


def test_a_copy_longer_than_screen_takes_at_once_arrives_whole(
    jump_host: Sshd, screen: Screen, server: RelayServer
) -> None:
    said = "äöü " * 500
    main_job.make_pair(server)
    server.change(server.held()[0]["id"], instructions=said)
    with open_in(screen, jump_host, server) as remote:
        main_job.copy_as_json(remote)
        remote.says("the JSON sent to your terminal (OSC 52)")
        (sent,) = sent_to_the_clipboard(remote)
        assert json.loads(sent)["instructions"] == said
        remote.press(b"q")
        has_ended(remote, 0)


def test_an_edit_goes_on_when_the_connection_is_cut_and_screen_is_attached_again(
    jump_host: Sshd, screen: Screen, server: RelayServer, pair: Pair
) -> None:
    with open_in(screen, jump_host, server) as remote:
        remote.press(ENTER)
        remote.shows("Edit asst_")
        remote.press(b" of mine")
        remote.shows("*Name", "Newer of mine")
        remote.hang_up()
    with jump_host.login(*screen.AGAIN, size=(90, 28), environ=screen.environ) as again:
        again.shows("Edit asst_", "*Name", "Newer of mine")
        again.press(b" again", CTRL_S)
        again.says("Saved Newer of mine again")
        again.offers("n New")
        again.press(b"q")
        has_ended(again, 0)
    assert [each["name"] for each in server.held()] == ["Newer of mine again", "Older"]
