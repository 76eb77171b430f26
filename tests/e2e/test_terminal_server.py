"""The program on a server in another process, and what a hostile server may not do with it."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.terminal import CTRL_S, DOWN, ENTER, ESCAPE, F4, TAB, Program, Terminal

HOSTILE = {
    "clipboard": "\x1b]52;c;RVZJTA==\x07EVIL",
    "clipboard, ended by ST": "\x1b]52;c;RVZJTA==\x1b\\EVIL",
    "title": "\x1b]0;EVIL\x07EVIL",
    "colour": "\x1b[31mEVIL",
    "direction": "\u202eEVIL",
    "C1": "\x9b31mEVIL\x9d52;c;RVZJTA==\x9c",
    "NUL and BEL": "\x00\x07\x08\x0cEVIL",
    "invisible": "\u200b\u2066\ufeff\U000e0041EVIL",
    "breaks": "\r\n\u2028\u2029\x85\x0bEVIL",
    "closing tag": "[/]EVIL",
    "link": "[@click=app.quit]EVIL[/]",
    "style": "[bold red]EVIL[/bold red]\\[",
}
FORBIDDEN = re.compile(
    rb"\x1b\][^;]*;[^\x07\x1b]*(?:RVZJTA|EVIL)|\x1b\[31mEVIL|RVZJTA==\x07"
    rb"|\x00|\x07|\x08|\x0c|\x0b"
    rb"|\xc2[\x80-\x9f]|\xe2\x80[\x8b\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf|\xf3\xa0\x81"
)
"""What would steer a terminal: none of it may ever be written."""
_POINTER = re.compile(rb"\x1b\]22;[a-z]*\x07")
"""The shape of the mouse pointer, which Textual itself sets."""


def steered(terminal: Terminal) -> bytes:
    """What was written of what must not be."""
    found = FORBIDDEN.search(_POINTER.sub(b"", terminal.raw))
    return found[0] if found else b""


def create(url: str, name: str, **members: object) -> str:
    """Create an assistant on the server; its id."""
    answer = httpx.post(f"{url}/assistants", json={"name": name, "model": "gpt-4o", **members})
    answer.raise_for_status()
    identity: str = answer.json()["id"]
    return identity


@pytest.fixture
def url(served: str) -> str:
    """The program's own server in a process of its own."""
    return served


@pytest.fixture
def remote(url: str, home: Path) -> Iterator[Terminal]:
    """The program on a server with two assistants."""
    create(url, "Older")
    create(url, "Newer")
    with Program("--base-url", url, home=home) as terminal:
        terminal.shows("127.0.0.1:", "> Newer", "1–2 of 2 (all)", "n New")
        yield terminal


def names(url: str) -> list[str]:
    """What the server has, newest first."""
    return [each["name"] for each in httpx.get(f"{url}/assistants").json()["data"]]


def test_what_is_edited_arrives_at_the_server(remote: Terminal, url: str) -> None:
    remote.press(ENTER)
    remote.shows("Edit asst_")
    remote.press(b"!", CTRL_S)
    remote.says("Saved Newer!")
    assert names(url) == ["Newer!", "Older"]


def test_what_is_created_arrives_at_the_server(remote: Terminal, url: str) -> None:
    remote.press(b"n")
    remote.shows("New assistant")
    remote.until(lambda: re.search(r"Model +\d+/256 \S", remote.text) is not None, "a model")
    remote.press(b"Made by hand", CTRL_S)
    remote.says("Created Made by hand")
    assert names(url) == ["Made by hand", "Newer", "Older"]


def test_just_the_one_is_deleted_from_the_server(remote: Terminal, url: str) -> None:
    remote.press(DOWN)
    remote.marks("Older")
    remote.press(b"d", TAB, ENTER)
    remote.says("Deleted Older")
    assert names(url) == ["Newer"]


def test_a_refresh_brings_what_others_made(remote: Terminal, url: str) -> None:
    create(url, "By somebody else")
    remote.press(b"r")
    remote.shows("By somebody else", "1–3 of 3 (all)")
    remote.marks("Newer")


def test_a_server_that_is_not_there_is_told_with_the_key_that_helps(home: Path) -> None:
    with Program("--base-url", "http://127.0.0.1:9/v1", home=home) as terminal:
        terminal.shows("Offline", "127.0.0.1:9", "r tries again · P another profile")
        terminal.press(b"q")
        assert terminal.ends() == 0


BY_HAND = """sed -i '1s/^/by hand /'"""
"""An editor that leaves a mark, so that its end is seen."""


def hostile_members(text: str) -> dict[str, object]:
    """Everything that a server may say about an assistant, hostile."""
    return {
        "description": text,
        "instructions": f"{text}\n{text}",
        "metadata": {text[:64]: text},
        "tools": [{"type": "function", "function": {"name": "f", "description": text}}],
    }


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_of_a_server_steers_the_terminal(kind: str, url: str, home: Path) -> None:
    text = HOSTILE[kind]
    create(url, "Harmless")
    identity = create(url, text, **hostile_members(text))
    with Program("--base-url", url, home=home, SSH_TTY="/dev/pts/1", EDITOR=BY_HAND) as terminal:
        terminal.shows("EVIL", "1–2 of 2 (all)", "n New")
        terminal.press(TAB)
        terminal.shows(identity, "Instructions")
        terminal.press(ESCAPE)
        terminal.shows("> ")
        terminal.press(b"v")
        terminal.shows("as the server sent it", '"description"')
        terminal.press(ESCAPE)
        terminal.shows("> ")
        terminal.press(b"d")
        terminal.shows("Delete this assistant?", identity, "EVIL")
        terminal.press(ESCAPE)
        terminal.until(lambda: "Delete this" not in terminal.text, "the list")
        terminal.press(ENTER)
        terminal.shows(f"Edit {identity}")
        # A name with line breaks is locked, and the model comes first.
        terminal.press(b"x", TAB, b"x", TAB)
        terminal.shows("F4 $EDITOR", "*Model")
        terminal.press(F4)
        # What is typed while an editor has the terminal is the editor's.
        terminal.shows("by hand")
        terminal.press(TAB, TAB, TAB, TAB, TAB, TAB)
        terminal.press(CTRL_S)
        terminal.says("Saved ")
        terminal.shows("> ")
        assert steered(terminal) == b""
        terminal.press(b"d", TAB, ENTER)
        terminal.says("Deleted ")
        terminal.press(b"q")
        assert terminal.ends() == 0
        assert steered(terminal) == b""
    assert [*home.rglob("crash.txt")] == []


def test_a_click_on_markup_does_nothing(url: str, home: Path) -> None:
    create(url, HOSTILE["link"])
    with Program("--base-url", url, home=home) as terminal:
        terminal.shows("> [@click=app.quit]EVIL[/]", "n New")
        column = terminal.lines[2].index("EVIL") + 2
        terminal.press(f"\x1b[<0;{column};3M\x1b[<0;{column};3m".encode())
        terminal.press(b"v")
        terminal.shows("as the server sent it", "[@click=app.quit]EVIL[/]")
        terminal.press(ESCAPE)
        terminal.shows("> [@click=app.quit]EVIL[/]")
