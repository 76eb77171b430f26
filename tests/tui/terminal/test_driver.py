"""The driver gives the keyboard up at once, and leaves nothing on it for the shell."""

import asyncio
import os
import pty
import signal
import termios
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver

from assistant_tui.tui.terminal import driver as driver_module
from assistant_tui.tui.terminal.diffing_app import driver_for
from assistant_tui.tui.terminal.driver import NonBlockingDriver
from assistant_tui.tui.terminal.typed_text import TypedText

ENTER_SCREEN = "\x1b[?1049h"
SIGNALS = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH, signal.SIGTTOU, signal.SIGTTIN)


class Listener:
    """As much of an application as a driver needs."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.heard = asyncio.Event()

    async def _post_message(self, message: events.Event) -> bool:
        if isinstance(message, events.Key):
            self.keys += message.text if isinstance(message, TypedText) else [message.key]
            self.heard.set()
        return True


class Line:
    """A driver on a terminal whose other side is the test's."""

    def __init__(self, app: Listener, terminal: int, driver: NonBlockingDriver) -> None:
        self.app = app
        self.terminal = terminal
        self.driver = driver

    def says(self, data: bytes) -> None:
        """Let the terminal send something."""
        os.write(self.terminal, data)

    def answers(self, question: bytes, *answers: bytes) -> None:
        """Let the terminal wait for a question and send something then."""
        seen = b""
        while question not in seen:
            seen += os.read(self.terminal, 4096)
        for answer in answers:
            self.says(answer)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A driver whose reader sleeps until it is woken; all is put back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ours, theirs = pty.openpty()
    app: Any = Listener()
    driver = NonBlockingDriver(app)
    driver.fileno = theirs
    with os.fdopen(os.dup(theirs), "w") as file:
        driver._file = file
        driver.start_application_mode()
        yield Line(app, ours, driver)
        driver.stop_application_mode()
        driver.close()
    for number, handler in before.items():
        signal.signal(number, handler)
    os.close(ours)
    os.close(theirs)


async def test_keys_are_read_and_the_reader_is_woken_at_the_end(line: Line) -> None:
    line.says(b"j\xffk")
    while len(line.app.keys) < 3:
        line.app.heard.clear()
        await line.app.heard.wait()
    assert line.app.keys[0] == "j" and line.app.keys[2] == "k"
    line.driver.disable_input()


async def test_a_terminal_that_answers_has_the_last_word(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_module, "ANSWER_TIMEOUT", 3600.0)
    line.says(b"\x1b[?2026;2$yj")
    await line.app.heard.wait()
    mouse, answer = b"\x1b[<35;7;7M", b"\x1b[?62;22c"
    answering = threading.Thread(target=line.answers, args=(b"\x1b[c", mouse, answer))
    answering.start()
    line.driver.disable_input()
    answering.join()
    os.set_blocking(line.driver.fileno, False)
    with pytest.raises(BlockingIOError):
        os.read(line.driver.fileno, 1)
    assert line.app.keys == ["j"]


async def test_a_terminal_that_answers_nothing_is_asked_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.says(b"j")
    await line.app.heard.wait()
    written: list[str] = []
    monkeypatch.setattr(line.driver, "write", written.append)
    line.driver.disable_input()
    assert written and driver_module._REQUEST_ATTRIBUTES not in written


async def test_it_reads_again_after_an_editor(line: Line) -> None:
    line.driver.suspend_application_mode()
    line.driver.resume_application_mode()
    line.says(b"j")
    await line.app.heard.wait()
    assert line.app.keys == ["j"]


async def test_keys_are_awaited_before_the_terminal_shows_it(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed at the sight of the screen must not be a line for the shell: Enter is Enter."""
    line.driver.suspend_application_mode()
    shell = termios.tcgetattr(line.driver.fileno)
    assert shell[0] & termios.ICRNL and shell[3] & termios.ICANON and shell[3] & termios.ECHO
    seen: list[Any] = []
    write = line.driver.write

    def watched(data: str) -> None:
        if data == ENTER_SCREEN:
            seen.append(termios.tcgetattr(line.driver.fileno))
        write(data)

    monkeypatch.setattr(line.driver, "write", watched)
    line.driver.resume_application_mode()
    assert not seen[0][0] & termios.ICRNL and not seen[0][3] & (termios.ICANON | termios.ECHO)
    line.says(b"\r")
    await line.app.heard.wait()
    assert line.app.keys == ["enter"]
    line.driver.suspend_application_mode()
    assert termios.tcgetattr(line.driver.fileno) == shell
    line.driver.resume_application_mode()


def test_drivers_of_another_kind_are_left_alone() -> None:
    assert driver_for(HeadlessDriver) is HeadlessDriver
    assert driver_for(LinuxDriver) is NonBlockingDriver
