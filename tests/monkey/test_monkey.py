"""Presses keys at random; each run is given by its seed, which a failure names.

ASSISTANT_TUI_MONKEY=600 goes on with other seeds for so many seconds.
"""

import asyncio
import os
import secrets
from collections import deque
from pathlib import Path
from random import Random
from time import monotonic

import pytest
from textual.events import Key, Paste
from textual.keys import _character_to_key

from assistant_tui.config.settings import LOCAL, Profile, Settings, Source
from assistant_tui.server.app import create_app
from assistant_tui.tui.app import AssistantApp
from assistant_tui.tui.terminal import job_control
from assistant_tui.tui.terminal.external_editor import EditorFile
from tests.monkey.erratic_server import ErraticServer
from tests.monkey.keys import burst, paste
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

BURSTS = 60
"""Bursts of keys in a run."""
SEEDS = (*range(3), 436405925, 164456974)
"""What every run presses; the last two scroll a question that has no widgets yet, and open a form
while the program ends."""
ALL_ENDS = 120
"""Seconds in which whatever was pressed must come to its end, on however slow a machine."""
SECONDS = float(os.environ.get("ASSISTANT_TUI_MONKEY") or 0)
SIZES = ((80, 24), (120, 36), (40, 12), (20, 5), (200, 60))
OTHER = Profile("other", Source.REMOTE, base_url="http://other.test/v1")


@pytest.fixture(autouse=True)
def _harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written stays in a folder, nothing is stopped, and the editor is not one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(job_control, "can_stop", lambda: False)


class Monkey:
    """One run of random keys, over as many programs as it takes."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.folder = folder
        self.pressed: deque[str] = deque(maxlen=60)
        self.left = BURSTS
        store = SampleStore(self.random.choice((0, 3, 120)))
        self.server = ErraticServer(create_app(store, models=("m", "n")), self.random)

    def edit(self, file: EditorFile) -> None:
        """What the editor does with its file."""
        match self.random.randrange(5):
            case 0:
                file.path.write_text("no JSON {")
            case 1:
                file.path.unlink()
            case 2:
                text = file.path.read_text(errors="surrogateescape")
                file.path.write_text(text.replace('"name"', '"name" '), errors="surrogateescape")
            case 3:
                file.path.write_bytes(b"\xff\xfe")

    async def run(self) -> None:
        """Press until all bursts were; a program that was quit is started again."""
        profiles = {"local": LOCAL, "other": OTHER}
        settings = Settings(LOCAL, profiles=profiles, clipboard_command="true")
        while self.left > 0:
            async with running(
                self.server,
                self.folder,
                size=self.random.choice(SIZES),
                settings=settings,
                settle=False,
                sleep=lambda seconds: asyncio.sleep(0.001),
            ) as program:
                await self._press(program)
                self._look_at(program.app)
                if program.app.is_running:
                    await self._leave(program)

    async def _press(self, program: Driver) -> None:
        while self.left > 0 and program.app.is_running:
            self.left -= 1
            if self.random.random() < 0.04:
                await program.pilot.resize_terminal(*self.random.choice(SIZES))
            if self.random.random() < 0.04:
                self.pressed.append(f"paste {(text := paste(self.random))!r}")
                program.app.post_message(Paste(text))
            for key in burst(self.random):
                self.pressed.append(key)
                single = len(key) == 1
                name = _character_to_key(key) if single else key
                program.app.post_message(Key(name, key if single else None))
            await asyncio.sleep(self.random.choice((0, 0, 0.01, 0.05, 0.2)))

    async def _leave(self, program: Driver) -> None:
        """Nothing is stuck: all ends, and the program can be left."""
        self.server.calm = True
        async with asyncio.timeout(ALL_ENDS):
            while program.app.is_running and not program.app._keys.idle:
                await program.pilot.pause(0.05)
            while program.app.is_running:
                await program.settle()
                program.app.post_message(Key("ctrl+q", None))
                await program.pilot.pause(0.1)
                if program.asked:
                    await program.pilot.press("tab", "enter")
        self.server.calm = False
        self._look_at(program.app)

    def _look_at(self, app: AssistantApp) -> None:
        assert app.fault is None
        if app.crash_report is not None:
            raise AssertionError(app.crash_report.read_text())


async def press_at_random(seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run; where it fails, say how it is repeated."""
    monkey = Monkey(seed, folder)
    monkeypatch.setattr(EditorFile, "run", lambda file, app: monkey.edit(file))
    try:
        await monkey.run()
    except BaseException as fault:
        fault.add_note(f"seed {seed}; the last keys: {' '.join(monkey.pressed)}")
        raise


@pytest.mark.parametrize("seed", SEEDS)
async def test_random_keys(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await press_at_random(seed, tmp_path, monkeypatch)


@pytest.mark.timeout(SECONDS + 600)
@pytest.mark.skipif(not SECONDS, reason="ASSISTANT_TUI_MONKEY=600 presses for so many seconds")
async def test_random_keys_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end, runs = monotonic() + SECONDS, 0
    while monotonic() < end:
        runs += 1
        (folder := tmp_path / str(runs)).mkdir()
        await press_at_random(secrets.randbelow(10**9), folder, monkeypatch)
