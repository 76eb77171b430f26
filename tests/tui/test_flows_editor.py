"""What an editor of the person's wrote is a draft before anything else happens."""

import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from assistant_tui.config.settings import LOCAL
from assistant_tui.journal.drafts import load_draft
from assistant_tui.journal.journal import Journal
from assistant_tui.tui.app import AssistantApp
from assistant_tui.tui.terminal import external_editor
from tests.fakeserver.in_process import InProcessServer
from tests.tui.driver import Driver, running
from tests.tui.test_every_field import server_of

Use = Callable[[str], None]


class Giving(AssistantApp):
    """The program with a terminal that it can give away."""

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Give it away."""
        yield


@asynccontextmanager
async def opened(server: InProcessServer, folder: Path) -> AsyncIterator[Driver]:
    """The program, wide enough for whole sentences."""
    async with running(server, folder, size=(120, 40)) as program:
        yield program


@pytest.fixture(autouse=True)
def _giving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AssistantApp, "suspend", Giving.suspend)


@pytest.fixture
def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Use:
    """Makes a shell script the editor; its file is `$1`, `$HERE` a folder."""

    def make(script: str) -> None:
        path = tmp_path / "editor"
        path.write_text(f"#!/bin/sh\nHERE={tmp_path}\n{script}\n", "utf-8")
        path.chmod(0o700)
        monkeypatch.setenv("EDITOR", str(path))

    return make


RENAME = 'sed -i \'s/"name":.*/"name": "M",/\' "$1"'


def left(folder: Path) -> list[str]:
    """What is in the folder of the texts that are open in an editor."""
    place = folder / "edits"
    return sorted(str(each.relative_to(place)) for each in place.rglob("*"))


def drafts(folder: Path) -> int:
    """How many drafts are on disk."""
    with Journal(folder / "journal.db") as journal:
        return len(journal.drafts.all(LOCAL.name))


async def test_the_edit_is_on_disk_before_it_is_sent_and_gone_when_it_was_saved(
    use: Use, tmp_path: Path
) -> None:
    use(RENAME)
    server = server_of({})
    async with opened(server, tmp_path) as program:
        server.hold = lambda method, path: method == "POST"
        await program.pilot.press("e")
        await program.until(server.arrived.is_set)
        with Journal(tmp_path / "journal.db") as journal:
            [kept] = journal.drafts.all(LOCAL.name)
        assert load_draft(kept.text).patch() == {"name": '"M"'}
        server.opened.set()
        await program.settle()
        assert program.status.startswith("Saved M")
        assert (drafts(tmp_path), left(tmp_path)) == (0, [])
    assert server.bodies == ['{"name": "M"}']


async def test_the_file_and_its_folders_are_private(
    use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external_editor, "_AT_ONCE", 0)
    use('stat -c %a "$1" "$(dirname "$1")" "$(dirname "$(dirname "$1")")" > $HERE/modes')
    async with opened(server_of({}), tmp_path) as program:
        await program.press("e")
        assert program.status == "Nothing was changed"
    assert (tmp_path / "modes").read_text().split() == ["600", "700", "700"]
    assert (drafts(tmp_path), left(tmp_path)) == (0, [])


async def test_an_editor_that_only_opens_a_window_is_told_and_its_file_kept(
    use: Use, tmp_path: Path
) -> None:
    use('echo "$1" > $HERE/name')
    server = server_of({"name": "A"})
    async with opened(server, tmp_path) as program:
        await program.press("e")
        told = "editor ended at once, unchanged; it may need --wait · R takes up what it saves"
        assert program.status == f"✗ {told}"
        await program.press("R")
        assert program.status == "No edit was left behind"
        path = Path((tmp_path / "name").read_text().strip())
        path.write_text(path.read_text().replace('"A"', '"Saved in the window"'))
        await program.press("R", "enter")
        assert "Changed: name" in program.text
    assert server.bodies == []


async def test_an_edit_that_was_refused_is_offered_again_until_it_is_discarded(
    use: Use, tmp_path: Path
) -> None:
    use(RENAME)
    server = server_of({})
    server.refuse = lambda method, path: (400, b"{}") if method == "POST" else None
    async with opened(server, tmp_path) as program:
        await program.press("e")
        assert "The edit was not saved" in program.text
        assert drafts(tmp_path) == 1
    async with opened(server, tmp_path) as program:
        assert "Left unsaved: M · R takes it up" in program.status
        await program.press("R", "enter")
        assert "Changed: name" in program.text
        await program.press("tab", "tab", "enter")
        assert program.status == "Discarded"
        assert (drafts(tmp_path), left(tmp_path)) == (0, [])


async def test_an_editor_that_fails_changes_nothing_and_what_it_wrote_is_kept(
    use: Use, tmp_path: Path
) -> None:
    use(f"{RENAME}; exit 3")
    server = server_of({})
    async with opened(server, tmp_path) as program:
        await program.press("e")
        assert "ended with exit code 3: nothing was changed" in program.status
        assert "R takes up what it wrote" in program.status
        await program.press("R", "enter", "tab", "enter")
        assert "*Name" in program.text
        await program.press("ctrl+s")
        assert program.status.startswith("Saved M")
        assert (drafts(tmp_path), left(tmp_path)) == (0, [])
    assert server.bodies == ['{"name": "M"}']


async def test_an_editor_that_fails_and_wrote_nothing_leaves_nothing(
    use: Use, tmp_path: Path
) -> None:
    use("exit 3")
    async with opened(server_of({}), tmp_path) as program:
        await program.press("e")
        assert program.status.endswith("ended with exit code 3: nothing was changed")
        assert (drafts(tmp_path), left(tmp_path)) == (0, [])


ODD = {
    'rm "$1"; mkdir "$1"; echo x > "$1/kept"': "a folder in place of the file",
    'mv "$1" "$1.1"; ln -s "$1.1" "$1"': "a symbolic link in place of the file",
    'rm "$1"; mkfifo "$1"': "a FIFO in place of the file",
    'truncate -s 100000000 "$1"': "100,000,000 bytes, 64,000,000 and less are read",
    'printf \'{"id": 1,\\n "name": "\\351"}\' > "$1"': "line 2, column 11: not UTF-8",
    'printf \'{"name": "a\\0b"}\' > "$1"': "line 1, column 12: a NUL character",
    'iconv -t UTF-16 "$1" > "$1.1"; mv "$1.1" "$1"': "line 1, column 1: not UTF-8",
}


@pytest.mark.parametrize(("script", "told"), ODD.items(), ids=range(len(ODD)))
async def test_whatever_an_editor_leaves_is_told_in_a_sentence_and_goes_back_there(
    use: Use, tmp_path: Path, script: str, told: str
) -> None:
    use(f'if [ ! -e $HERE/once ]; then touch $HERE/once; {script}\nelse cp "$1" $HERE/second; fi')
    server = server_of({})
    async with opened(server, tmp_path) as program:
        await program.press("e")
        assert told in " ".join(program.text.replace("│", " ").split()), program.text
        assert drafts(tmp_path) == 1 and left(tmp_path)
        await program.press("enter")
        assert stat.S_ISREG(os.lstat(tmp_path / "second").st_mode)
        if program.asked:
            await program.press("tab", "enter")
        assert (drafts(tmp_path), left(tmp_path)) == (0, [])
    assert server.bodies == []


async def test_an_editor_that_takes_the_file_away_changes_nothing(use: Use, tmp_path: Path) -> None:
    use('rm "$1"')
    async with opened(server_of({}), tmp_path) as program:
        await program.press("e")
        assert "the editor took the file away: nothing was changed" in program.status
        assert (drafts(tmp_path), left(tmp_path)) == (0, [])


async def test_a_text_that_cannot_be_read_goes_back_to_the_editor_as_it_was_left(
    use: Use, tmp_path: Path
) -> None:
    use(
        "if [ ! -e $HERE/once ]; then touch $HERE/once; printf 'caf\\351' > \"$1\"\n"
        'else cp "$1" $HERE/second; printf \'caf\\303\\251\' > "$1"; fi'
    )
    server = server_of({})
    async with opened(server, tmp_path) as program:
        await program.press("enter", "tab", "tab", "f4")
        assert "line 1, column 4: not UTF-8" in program.text
        await program.press("enter")
        assert (tmp_path / "second").read_bytes() == b"caf\xe9"
        assert "café" in program.text
        assert left(tmp_path) == []
        await program.press("ctrl+s")
    assert server.bodies == ['{"description": "café"}']


async def test_a_text_with_a_byte_order_mark_comes_without_it(use: Use, tmp_path: Path) -> None:
    use("printf '\\357\\273\\277new' > \"$1\"")
    server = server_of({})
    async with opened(server, tmp_path) as program:
        await program.press("enter", "tab", "tab", "f4", "ctrl+s")
    assert server.bodies == ['{"description": "new"}']


async def test_a_failing_editor_of_one_text_leaves_the_form_and_a_draft(
    use: Use, tmp_path: Path
) -> None:
    use('printf new > "$1"; exit 1')
    server = server_of({})
    async with opened(server, tmp_path) as program:
        await program.press("enter", "tab", "tab", "f4")
        assert "exit code 1: nothing was changed · R takes up what it wrote" in program.status
        await program.press("escape")
        assert not program.asked
        await program.press("R", "enter", "tab", "enter", "ctrl+s")
        assert (drafts(tmp_path), left(tmp_path)) == (0, [])
    assert server.bodies == ['{"description": "new"}']
