"""The real program on a terminal, before a line that fails."""

from pathlib import Path

from tests.api.support import KEY
from tests.e2e.terminal import ENTER, Program, Terminal
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.proxy import Fault, Proxy
from tests.faults.faults import READS, TROUBLES, redirected

SIZE = (120, 30)
SILENCE: Fault = next(each.act for each in TROUBLES if each.silent)


def program(proxy: Proxy, home: Path, timeout: int = 1) -> Terminal:
    """The program on a profile that waits for so many seconds, and has a key."""
    home.mkdir()
    (home / "config.toml").write_text(
        'default = "work"\n[profiles.work]\napi_key_env = "WORK_KEY"\n'
        f'timeout = {timeout}\nbase_url = "{proxy.url}"\n'
    )
    return Program(home=home, size=SIZE, WORK_KEY=KEY)


def test_a_server_that_says_nothing_is_told_and_can_be_tried_again(
    proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    embedded_server.make("Old")
    proxy.always(SILENCE, *READS)
    with program(proxy, tmp_path / "home") as terminal:
        terminal.shows("Timed out", "within 1 s", "r tries again")
        proxy.mend()
        terminal.press(b"r")
        terminal.shows("> Old", "1–1 of 1 (all)")
        proxy.always(SILENCE, *READS)
        terminal.press(b"r")
        terminal.says("Timed out: no answer from")
        terminal.marks("Old")
        terminal.press(b"q")
        assert terminal.ends() == 0


def test_the_program_ends_though_a_write_is_not_answered(
    proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    embedded_server.make("Old")
    with program(proxy, tmp_path / "home", timeout=600) as terminal:
        terminal.shows("> Old")
        terminal.offers("d Delete")
        proxy.always(SILENCE, "delete")
        terminal.press(b"d")
        terminal.shows("Delete this assistant?")
        terminal.press(b"\t", ENTER)
        terminal.says("Deleting Old…")
        terminal.press(b"q")
        terminal.shows("A request is under way", "Leave anyway")
        terminal.press(b"\t", ENTER)
        assert terminal.ends() == 0
    assert embedded_server.names() == ["Old"]
    assert [*tmp_path.rglob("crash.txt")] == []


def test_the_key_goes_to_no_other_host_and_on_no_screen(
    proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    with Proxy(embedded_server) as elsewhere:
        proxy.always(redirected(307, f"{elsewhere.url}/assistants"), "list")
        with program(proxy, tmp_path / "home") as terminal:
            terminal.shows(f"points to http://127.0.0.1:{elsewhere.port}", "not followed")
            terminal.press(b"q")
            assert terminal.ends() == 0
            assert KEY.encode() not in terminal.raw
        assert elsewhere.connections == 0
    assert proxy.count("list") == 1
