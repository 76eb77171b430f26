"""The person's own editor: gets a private file, gives back what is left in it, or says why not."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.app import App

from assistant_tui.tui.terminal.external_editor import EditorError, EditorFile, UnreadableFile

Use = Callable[[str], Path]


class Giving(App[object]):
    """An app that can give its terminal away, and counts how often it did."""

    given = 0

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Count."""
        self.given += 1
        yield


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the file for the editor is made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Use:
    """Makes a shell script the editor; its file is `$1`. Returns the script's path."""

    def make(script: str) -> Path:
        path = tmp_path / "my editor"
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o700)
        monkeypatch.setenv("EDITOR", f"'{path}'")
        return path

    return make


def edit(app: App[object], text: str, suffix: str) -> str:
    """Visit the editor once, and leave nothing behind."""
    file = EditorFile.make(None, text, suffix)
    try:
        file.write(text)
        file.run(app)
        return file.read()
    finally:
        file.remove()


def test_it_gives_back_what_was_left_in_the_file(use: Use, folder: Path) -> None:
    use('printf "%s, edited" "$(cat "$1")" > "$1"')
    app = Giving()
    assert edit(app, "naïve 日本", ".md") == "naïve 日本, edited"
    assert app.given == 1
    assert [*folder.iterdir()] == []


@pytest.mark.parametrize("text", ["", "a\r\nb\rc\n", "no end", "\udc80\ud800 lone", "tab\t\x00"])
def test_what_nobody_edited_comes_back_to_the_letter(use: Use, text: str) -> None:
    use("exit 0")
    assert edit(Giving(), text, ".md") == text


def test_the_file_is_private_and_named_by_its_kind(use: Use, tmp_path: Path) -> None:
    note = tmp_path / "note"
    use(f'stat -c %a "$1" > {note}; echo "$1" >> {note}')
    edit(Giving(), "x", ".json")
    mode, name = note.read_text().split()
    assert mode == "600" and name.endswith(".json")


def test_the_visual_editor_comes_before_the_other(
    use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", str(use('echo visual > "$1"')).replace(" ", "\\ "))
    monkeypatch.setenv("EDITOR", "/nowhere/ed")
    assert edit(Giving(), "x", ".md") == "visual"
    monkeypatch.setenv("VISUAL", " ")
    with pytest.raises(EditorError, match=r"^ed could not be started"):
        edit(Giving(), "x", ".md")


def test_an_editor_may_have_arguments(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    path = use('printf "%s|%s" "$1" "$2" > "$3"')
    monkeypatch.setenv("EDITOR", f"'{path}' --wait 'two words'")
    assert edit(Giving(), "x", ".md") == "--wait|two words"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("~/ed", "~"),
        ("FOO=1 ~/ed", "~1"),
        ("$HOME/ed", "~"),
        ("true && ~/ed", "~"),
        ("~/ed 'two words'", "~"),
    ],
)
def test_a_shell_reads_it_as_for_git(
    line: str, left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ed"
    path.write_text('#!/bin/sh\nfor file; do :; done\nprintf "~$FOO" > "$file"\n')
    path.chmod(0o700)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EDITOR", line)
    assert edit(Giving(), "x", ".md") == left


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "FOO=1 nowhere-ed -w",
            "nowhere-ed could not be started: No such file or directory; set $EDITOR",
        ),
        ("~/nowhere/ed", "ed could not be started: No such file or directory; set $EDITOR"),
        ("/etc/passwd -w", "passwd could not be started: Permission denied; set $EDITOR"),
    ],
)
def test_one_that_a_shell_cannot_start_is_named(
    line: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", line)
    with pytest.raises(EditorError) as raised:
        edit(Giving(), "x", ".md")
    assert str(raised.value) == told


def test_without_an_editor_it_is_vi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EditorError, match=r"^vi could not be started: .*; set \$EDITOR$"):
        edit(Giving(), "x", ".md")


def test_an_editor_that_fails_changes_nothing(use: Use, folder: Path) -> None:
    use('echo changed > "$1"; exit 3')
    with pytest.raises(EditorError, match="ended with exit code 3: nothing was changed"):
        edit(Giving(), "x", ".md")
    assert [*folder.iterdir()] == []


def test_an_editor_that_takes_the_file_away_is_an_error(use: Use) -> None:
    use('rm "$1"')
    with pytest.raises(EditorError, match="the editor took the file away: nothing was changed"):
        edit(Giving(), "x", ".md")


def test_an_editor_that_replaces_the_file_is_understood(use: Use, folder: Path) -> None:
    use('echo new > "$1.tmp"; mv "$1.tmp" "$1"')
    assert edit(Giving(), "x", ".md") == "new"
    assert [*folder.iterdir()] == []


def test_an_editor_that_cannot_be_read_as_a_command_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EDITOR", "vi 'unfinished")
    with pytest.raises(EditorError, match=r"\$EDITOR: No closing quotation"):
        edit(Giving(), "x", ".md")


def test_no_room_for_a_file_is_an_error(use: Use, folder: Path) -> None:
    use("exit 0")
    folder.rmdir()
    with pytest.raises(EditorError, match="no file for the editor: No such file"):
        edit(Giving(), "x", ".md")


def test_bytes_that_are_no_text_are_not_lost(use: Use) -> None:
    use("printf 'caf\\351' > \"$1\"")
    file = EditorFile.make(None, "x", ".md")
    file.write("x")
    file.run(Giving())
    with pytest.raises(UnreadableFile, match=r"^line 1, column 4: not UTF-8 \(byte E9\)"):
        file.read()
    file.reopen()
    assert file.path.read_bytes() == b"caf\xe9"


async def test_a_terminal_that_cannot_be_given_away_is_an_error(use: Use, folder: Path) -> None:
    use("exit 0")
    app: App[object] = App()
    async with app.run_test():
        with pytest.raises(EditorError, match="cannot be opened here"):
            edit(app, "x", ".md")
    assert [*folder.iterdir()] == []
