"""The ladder to the clipboard: the surest way first, each with an honest answer."""

import base64
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant_tui.tui.terminal import clipboard
from assistant_tui.tui.terminal.clipboard import MAX_OSC_52, Clipboard, ClipboardError

SENT = "sent to your terminal (OSC 52)"


class Place:
    """A clipboard in surroundings, and what it wrote to the terminal."""

    def __init__(self, environ: Mapping[str, str], command: str = "") -> None:
        self.written: list[str] = []
        self.clipboard = Clipboard(command, environ, self.written.append)

    @property
    def in_terminal(self) -> str:
        """What a terminal would have taken from the sequence."""
        (sequence,) = self.written
        assert sequence.startswith("\x1b]52;c;") and sequence.endswith("\a")
        return base64.b64decode(sequence[7:-1]).decode("utf-8", "surrogatepass")


def program(folder: Path, name: str, script: str) -> Path:
    """An executable script."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o700)
    return path


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tmux that notes its arguments and input; returns the note."""
    note = tmp_path / "note"
    program(tmp_path / "bin", "tmux", f'echo "$@" > {note}; cat >> {note}')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return note


@pytest.fixture
def no_pyperclip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pyperclip that finds no clipboard, and says so loudly."""
    _fake_pyperclip(tmp_path, monkeypatch, "raise SystemExit('no clipboard')")


def _fake_pyperclip(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    (folder / "pyperclip.py").write_text(body, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))


async def test_a_command_of_the_users_own_comes_first(tmp_path: Path, tmux: Path) -> None:
    note = tmp_path / "own note"
    place = Place({"TMUX": "x", "SSH_TTY": "y"}, f"sh -c 'cat > \"{note}\"'")
    assert await place.clipboard.copy("äöü 日本 \udc80") == "copied by clipboard_command"
    assert note.read_text("utf-8", "surrogatepass") == "äöü 日本 \udc80"
    assert not tmux.exists() and place.written == []


async def test_inside_tmux_its_own_buffer_is_loaded_and_passed_on(tmux: Path) -> None:
    place = Place({"TMUX": "/tmp/tmux-0/default,1,0", "SSH_CONNECTION": "here there"})
    assert await place.clipboard.copy("asst_1") == "sent to the clipboard through tmux"
    assert tmux.read_text() == "load-buffer -w -\nasst_1"
    assert place.written == []


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"])
async def test_over_ssh_the_terminal_is_asked_and_the_other_machine_is_left_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = tmp_path / "used"
    _fake_pyperclip(tmp_path, monkeypatch, f"open({str(used)!r}, 'w').close()")
    place = Place({name: "x"})
    assert await place.clipboard.copy("asst_ä\udc80") == SENT
    assert place.in_terminal == "asst_ä\udc80"
    assert not used.exists()


@pytest.mark.parametrize("environ", [{"STY": "1.pts"}, {"STY": "1.pts", "SSH_TTY": "x"}])
async def test_inside_screen_the_sequence_goes_through_in_small_pieces(
    environ: dict[str, str],
) -> None:
    place = Place(environ)
    assert await place.clipboard.copy("x" * 1000) == SENT
    (sequence,) = place.written
    pieces = sequence.split("\x1b\\")
    assert pieces.pop() == "" and len(pieces) > 4
    assert all(piece.startswith("\x1bP") and len(piece) <= 2 + 256 for piece in pieces)
    whole = "".join(piece[2:] for piece in pieces)
    assert whole == f"\x1b]52;c;{base64.b64encode(b'x' * 1000).decode()}\a"


async def test_on_this_machine_its_clipboard_is_used_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_pyperclip(
        tmp_path,
        monkeypatch,
        "held = []\ndef copy(text):\n    held[:] = [text]\ndef paste():\n    return held[0]",
    )
    place = Place({})
    assert await place.clipboard.copy("asst_ä") == "copied"
    assert place.in_terminal == "asst_ä"


async def test_a_clipboard_that_only_pretends_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_pyperclip(
        tmp_path, monkeypatch, "def copy(text):\n    pass\ndef paste():\n    return 'older'"
    )
    place = Place({})
    assert await place.clipboard.copy("asst_1") == SENT
    assert place.in_terminal == "asst_1"


@pytest.mark.usefixtures("no_pyperclip")
async def test_without_a_clipboard_nothing_but_the_terminal_is_named(
    capfd: pytest.CaptureFixture[str],
) -> None:
    place = Place({})
    assert await place.clipboard.copy("asst_1") == SENT
    assert capfd.readouterr() == ("", "")


async def test_what_programs_say_never_reaches_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    loud = program(tmp_path, "loud", "echo out; echo err >&2; cat > /dev/null")
    await Place({}, str(loud)).clipboard.copy("x")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("/nowhere/xclip -i", "/nowhere/xclip: No such file or directory"),
        ("sh -c 'exit 3'", "sh ended with exit code 3"),
        ("sh -c 'unfinished", "clipboard_command: No closing quotation"),
        ("  ", "clipboard_command: nothing to run"),
    ],
)
async def test_a_command_that_fails_is_an_error_with_its_reason(command: str, reason: str) -> None:
    place = Place({}, command)
    with pytest.raises(ClipboardError) as raised:
        await place.clipboard.copy("x")
    assert str(raised.value) == reason
    assert place.written == []


def plain_and_wrapped(text: str) -> str:
    """What reaches the terminal whether tmux is there or not, where tmux lets it pass."""
    encoded = base64.b64encode(text.encode()).decode()
    return f"\x1b]52;c;{encoded}\a\x1bPtmux;\x1b\x1b]52;c;{encoded}\a\x1b\\"


async def test_an_old_tmux_keeps_it_and_the_terminal_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note"
    program(tmp_path / "bin", "tmux", f'[ "$2" = - ] || exit 1; cat > {note}')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    place = Place({"TMUX": "x", "STY": "around tmux"})
    assert await place.clipboard.copy("asst_1") == "in tmux's buffer; sent on (OSC 52)"
    assert note.read_text() == "asst_1"
    assert place.written == [plain_and_wrapped("asst_1")]


@pytest.mark.parametrize("script", ["exit 1", "exec sleep 600", None])
async def test_without_a_tmux_that_answers_the_terminal_is_asked_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None
) -> None:
    monkeypatch.setattr(clipboard, "TIMEOUT", 0.01 if script == "exec sleep 600" else 60)
    if script is not None:
        program(tmp_path / "bin", "tmux", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")
    place = Place({"TMUX": "x"})
    assert await place.clipboard.copy("asst_1") == "sent (OSC 52); tmux did not take it"
    assert place.written == [plain_and_wrapped("asst_1")]


async def test_inside_screen_a_tmux_that_has_gone_is_not_spoken_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    place = Place({"TMUX": "x", "STY": "y"})
    assert await place.clipboard.copy("asst_1") == "sent (OSC 52); tmux did not take it"
    (sequence,) = place.written
    assert "tmux" not in sequence and sequence.startswith("\x1bP\x1b]52;c;")


async def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "TIMEOUT", 0.01)
    with pytest.raises(ClipboardError, match=r"sleep did not end within 0\.01 s"):
        await Place({}, "sleep 600").clipboard.copy("x")


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


async def test_a_text_too_long_for_a_terminal_goes_to_a_private_file(own_folder: Path) -> None:
    text = "ä" * MAX_OSC_52
    place = Place({"SSH_TTY": "x"})
    how = await place.clipboard.copy(text)
    (path,) = own_folder.iterdir()
    assert how == f"written to {path}: too long to send"
    assert path.read_text("utf-8") == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert place.written == []


async def test_the_longest_text_that_goes_to_the_terminal(own_folder: Path) -> None:
    place = Place({"SSH_TTY": "x"})
    assert await place.clipboard.copy("x" * (MAX_OSC_52 // 4 * 3)) == SENT
    assert [*own_folder.iterdir()] == []


async def test_a_file_that_cannot_be_written_is_an_error(own_folder: Path) -> None:
    own_folder.rmdir()
    with pytest.raises(ClipboardError, match="no file could be written: No such file"):
        await Place({"SSH_TTY": "x"}).clipboard.copy("x" * MAX_OSC_52)
