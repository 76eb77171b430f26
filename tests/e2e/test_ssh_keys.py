"""Keys over a slow line, and text that is pasted instead of typed."""

import time

from tests.e2e.main_job import Pair, log_in
from tests.e2e.sshd import Sshd
from tests.e2e.terminal import CTRL_C, CTRL_S, DOWN, ENTER, ESCAPE, TAB, Terminal
from tests.fakeserver.relay import RelayServer

ATTEMPTS = 8


def paste(terminal: Terminal, text: bytes) -> None:
    """Paste as a terminal does that tells what is pasted (bracketed paste)."""
    terminal.press(b"\x1b[200~", text, b"\x1b[201~")


def test_lines_pasted_into_a_text_are_text(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    with log_in(jump_host, server) as remote:
        remote.press(ENTER)
        remote.shows("Edit asst_")
        remote.press(TAB, TAB, TAB)
        paste(remote, b"Be brief.\rq\rd\r\x13\x11:\r\tdone")
        remote.shows("Be brief.", "done", "*Instructions")
        remote.press(CTRL_S)
        remote.says("Saved Newer")
        remote.offers("n New")
        remote.press(b"q")
        assert remote.ends() == 0
    assert server.writes == ["modify"]
    assert server.held()[0]["instructions"] == "Be brief.\nq\nd\n\x13\x11:\n\tdone"


def test_what_is_pasted_over_the_list_does_nothing(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    with log_in(jump_host, server) as remote:
        asked = len(server.requests)
        paste(remote, b"d\t\rq\rn\x13jjj\x11")
        remote.press(DOWN)
        remote.marks("Older")
        remote.press(CTRL_C)
        remote.says("Ctrl+Q quits")
        assert server.writes == [] and len(server.requests) == asked
        remote.press(b"q")
        assert remote.ends() == 0


def test_an_arrow_key_torn_apart_by_the_line_moves_the_cursor(
    jump_host: Sshd, server: RelayServer, pair: Pair
) -> None:
    """A machine that is busy may take longer than the line: that attempt says nothing."""
    with log_in(jump_host, server) as remote:
        for _ in range(ATTEMPTS):
            for byte in DOWN:
                remote.press(bytes([byte]))
                time.sleep(0.15)
            remote.press(b"y")
            remote.says("sent to your terminal")
            if pair.older in remote.status:
                break
            remote.press(CTRL_C)
            remote.says("Ctrl+Q quits")
        assert remote.marked.startswith("> Older")


def test_a_lone_escape_is_still_one(jump_host: Sshd, server: RelayServer, pair: Pair) -> None:
    with log_in(jump_host, server) as remote:
        remote.press(ENTER)
        remote.shows("Edit asst_")
        remote.press(ESCAPE)
        remote.marks("Newer")
        remote.offers("n New")
