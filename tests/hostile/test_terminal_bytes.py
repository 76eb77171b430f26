"""A walk over every surface of the real program on a server that sends nothing but steering."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import CTRL_S, ENTER, ESCAPE, TAB, Program, Terminal
from tests.fakeserver.deviations import answer, answering
from tests.fakeserver.sockets import serving
from tests.fakeserver.standalone import StandaloneServer
from tests.hostile.corpus import STEERING, assistant
from tests.hostile.terminal_bytes import copied, strangers

F3, END, PAGE_DOWN = b"\x1b[13~", b"\x1b[F", b"\x1b[6~"
TEXTS = [text for kind, text in STEERING.items() if kind not in ("wide", "combining")]
"""Those two steer nothing, and the terminal of the tests cannot show them."""
ALL = " ".join(TEXTS)
LINE = re.sub(r"[\r\n]", "", ALL)[:250]
"""What an input of one line can hold; it begins with the clipboard and the title."""
TEXT, ONE = json.dumps(ALL), json.dumps(LINE)


def bomb(identity: str) -> str:
    """An assistant that steers with all it has."""
    function = f'{{"name": {ONE}, "description": {TEXT}, "parameters": {{"title": {TEXT}}}}}'
    return assistant(
        identity,
        name=ONE,
        description=TEXT,
        model=ONE,
        instructions=TEXT,
        tools=f'[{{"type": "function", "function": {function}}}, {{"type": {ONE}, "x": {TEXT}}}]',
        tool_resources=f'{{"code_interpreter": {{"file_ids": [{ONE}, "file_1"]}}}}',
        metadata=f'{{{ONE}: {TEXT}, "key": {TEXT}}}',
        response_format=f'{{"type": {ONE}}}',
        reasoning_effort=ONE,
        **{LINE: TEXT},
    )


@pytest.fixture
def server() -> StandaloneServer:
    """Every steering text as a name, below one assistant that has them all; lists likewise."""
    named = (assistant(f"asst_{place}", name=json.dumps(text)) for place, text in enumerate(TEXTS))
    entry = f'{{"id": {ONE}, "name": {TEXT}, "bytes": 1}}, {{"id": "file_1", "filename": {ONE}}}'
    entries = answering(f'{{"data": [{entry}], "has_more": {ONE}}}')
    return StandaloneServer(
        bomb("asst_bomb"),
        *named,
        models=entries,
        files=entries,
        vector_stores=entries,
    )


@pytest.fixture
def home(server: StandaloneServer, tmp_path: Path) -> Iterator[Path]:
    """A configuration whose profile is named by a steering text, too."""
    home = tmp_path / "home"
    home.mkdir()
    with serving(server) as url:
        name = '"' + "".join(f"\\U{ord(each):08x}" for each in LINE) + '"'
        (home / "config.toml").write_text(
            f"default = {name}\n[profiles.{name}]\nbase_url = {json.dumps(url)}\n"
            f"model = {name}\n[profiles.other]\nbase_url = {json.dumps(url)}\n"
        )
        yield home


def ready(terminal: Terminal) -> None:
    """Wait until the list has the focus."""
    terminal.offers("t Talk")


def shown(terminal: Terminal, key: bytes, text: str, *, close: bytes = b"q") -> None:
    """Open a dialog by its key, look at all of it, and close it."""
    terminal.press(key)
    terminal.shows(text)
    terminal.press(END, PAGE_DOWN, close)
    # A key that comes right behind an escape would be one with it.
    terminal.until(lambda: text not in terminal.text, f"no more {text!r}")
    ready(terminal)


def walk_the_browser(terminal: Terminal) -> None:
    """List, detail, and every dialog that opens over them."""
    ready(terminal)
    terminal.press(b"G", b"g", TAB, END, TAB)
    terminal.marks("]52;c;")
    shown(terminal, b"v", '"object": "assistant"')
    shown(terminal, b"m", "Esc closes")
    shown(terminal, b"Y", "Esc closes")
    shown(terminal, b"?", "Esc closes")
    shown(terminal, b"d", "Delete this assistant?", close=ESCAPE)
    shown(terminal, b"P", "Switch to", close=ESCAPE)
    shown(terminal, b":", "Search for commands", close=ESCAPE)
    terminal.press(b"y")
    terminal.says("asst_bomb sent to your terminal")


def walk_the_form(terminal: Terminal, server: StandaloneServer) -> None:
    """Every field, a refusal, a conflict, and the save."""
    terminal.press(ENTER)
    terminal.shows("Edit asst_bomb")
    terminal.press(b"x", *[TAB] * 40)
    terminal.shows("Metadata")
    terminal.press(F3)
    terminal.shows("What a save would send", "Esc closes")
    terminal.press(b"q")
    terminal.offers("Ctrl+S")
    error = f'{{"error": {{"message": {TEXT}, "param": "name", "code": {TEXT}}}}}'
    steering = LINE.encode("latin-1", "ignore").replace(b"\x00", b"")
    refusal = answer(error, 422, [(b"x-request-id", steering)])
    server.deviations["modify"] = lambda request: refusal
    terminal.press(CTRL_S)
    terminal.says("Not saved")
    del server.deviations["modify"]
    held = server.texts["asst_bomb"]
    server.texts["asst_bomb"] = held.replace(f'"name": {ONE}', f'"name": {json.dumps(LINE + "!")}')
    terminal.press(CTRL_S)
    terminal.shows("mine", "theirs")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["narrow", "wide"])
def test_nothing_steers_the_terminal(
    server: StandaloneServer, home: Path, size: tuple[int, int]
) -> None:
    with Program(home=home, size=size) as terminal:
        walk_the_browser(terminal)
        walk_the_form(terminal, server)
        terminal.signal(signal.SIGHUP)
        terminal.ends()
        assert copied(terminal.raw) == [b"YXNzdF9ib21i"]
        assert strangers(terminal.raw) == set()
