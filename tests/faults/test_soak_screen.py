"""A person at the keys under random faults: the program lives, says all, and loses nothing."""

import asyncio
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from assistant_tui.config.settings import LOCAL
from assistant_tui.core.errors import Offline, ServiceError
from assistant_tui.transport.endpoint import Endpoint
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.proxy import Proxy
from tests.faults.clients import PATIENT, Waits
from tests.faults.random_faults import LONGER, SEEDS, RandomFaults, naming, seeds
from tests.faults.write_log import KnownAssistant, WriteLog
from tests.tui.driver import Driver, running

STEPS = 12
HANGS = 240.0
"""Seconds after which a soak counts as hanging; none is faster or slower for it."""
SIZE = (200, 30)
"""Room for whole sentences on the status line."""
PERHAPS = re.compile("all the same: |may still arrive: ")


class Person:
    """Presses keys at random, reads what is said of it, and writes that down."""

    def __init__(self, program: Driver, write_log: WriteLog, seed: int) -> None:
        self._program = program
        self._ledger = write_log
        self._random = random.Random(seed)
        self._said: list[str] = []
        """What the status line has said since the last action began."""
        self._count = 0
        self._typed: dict[str, set[str | None]] = {}
        """All descriptions that the assistants of a name were ever given."""
        status = program.main.status_line
        program.main.watch(status, "sentence", self._hear, init=False)

    def _hear(self, sentence: str) -> None:
        self._said.append(sentence)

    async def work(self, steps: int) -> None:
        """Do so many things, each from the list."""
        actions = [self.create, self.describe, self.delete, self.undo, self.look_around]
        for _ in range(steps):
            (action,) = self._random.choices(actions, [5, 5, 3, 3, 2])
            self._said.clear()
            await action()
            await self._back_to_the_list()

    async def create(self) -> None:
        """Create one, and try again what fails, or give it up."""
        self._count += 1
        name = f"n{self._count}"
        await self._press("n", *name, "ctrl+s")
        while not (told := self._told(f"Created {name} · .*(asst_\\w+)")):
            failed = self._failure("Not saved")
            if self._random.random() < 0.3:
                self._ledger.not_created(name, failed)
                return
            self._ledger.said.append(failed)
            await self._press("ctrl+s")
        self._created(told)

    async def describe(self) -> None:
        """Type a description of the highlighted one, and save it."""
        if (known := self._highlighted()) is None:
            return
        self._count += 1
        typed = f"d{self._count}"
        await self._press("enter", "tab", "tab", "ctrl+u", "ctrl+k", *typed, "ctrl+s")
        self._typed[known.row.name].add(typed)
        if self._told(f"(?:Saved|Nothing was left to save:) {known.row.name} · .*{known.row.id}"):
            self._ledger.saved(known, known.row, typed)
        elif self._program.asked:
            assert len(known.descriptions) > 1 or False in known.there, "nobody else is here"
        else:
            self._ledger.not_saved(known, typed, self._failure("Not saved"))

    async def delete(self) -> None:
        """Delete the highlighted one."""
        if (known := self._highlighted()) is None:
            return
        await self._press("d", "tab", "enter")
        if self._told(f"Deleted {known.row.name} · .*{known.row.id}"):
            self._ledger.deleted(known)
        else:
            failed = self._failure(f"{known.row.name} was not deleted")
            self._ledger.not_deleted(known, failed)

    async def undo(self) -> None:
        """Take the last thing back."""
        await self._press("u")
        if not self._program.asked:
            assert self._program.status, "nothing was said"
            return
        name = re.search(r"Undo this change of (\w+)|Bring back (\w+)", self._program.text)
        assert name is not None
        await self._press("tab", "enter")
        if told := self._told(r"Created \w+ · .*(asst_\w+)"):
            self._created(told)
        elif told := self._told(r"(?:Saved|Nothing was left to save:) \w+ · .*(asst_\w+)"):
            known = self._ledger.known[told]
            known.descriptions = {*self._typed[known.row.name]}
        elif not self._program.asked:
            failed = self._failure("Not saved")
            if name[2]:
                self._ledger.not_created(name[2], failed)
            else:
                self._doubt(name[1])

    async def look_around(self) -> None:
        """Move, refresh, page, and look at things."""
        keys = ["j", "k", "g", "G", "r", "right_square_bracket", "left_square_bracket"]
        keys += ["v", "escape", "tab", "H", "escape", "question_mark", "escape", "pagedown"]
        await self._press(*self._random.choices(keys, k=5))

    async def _press(self, *keys: str) -> None:
        await self._program.press(*keys)

    async def _back_to_the_list(self) -> None:
        """Leave dialogs and the form, and discard what was typed."""
        while self._program.asked:
            await self._press("escape")
        await self._press("escape")
        if self._program.asked:
            await self._press("tab", "enter")
        await self._press("escape")
        assert not self._program.asked
        assert self._program.main.browser.list_pane.has_focus

    def _highlighted(self) -> KnownAssistant | None:
        row = self._program.main.list_model.highlighted
        known = None if row is None else self._ledger.known.get(row.id)
        if row is not None and known is not None:
            known.row = row
        return known

    def _told(self, sentence: str) -> str:
        """What was said of the action, or the id in it; empty if it was not said."""
        found = [match for said in self._said if (match := re.search(sentence, said))]
        return found[-1][found[-1].re.groups] if found else ""

    def _failure(self, beginning: str) -> ServiceError:
        """What was said of an action that failed: something must have been."""
        said = [each for each in self._said if each.startswith(beginning)]
        assert said, f"no word of a failure: {self._said}"
        arrived = any(PERHAPS.search(each) for each in said)
        return Offline(said[-1], may_have_arrived=arrived)

    def _created(self, identity: str) -> None:
        row = self._program.main.list_model.listing.row(identity)
        assert row is not None, "what was created is not shown"
        known = self._ledger.created(row)
        known.descriptions = {*self._typed.setdefault(row.name, {None})}

    def _doubt(self, name: str) -> None:
        """A change that may have been taken back."""
        for known in self._ledger.known.values():
            if known.row.name == name:
                known.descriptions = {*self._typed[name]}


async def soak(proxy: Proxy, embedded_server: EmbeddedServer, folder: Path, seed: int) -> None:
    """Work under faults, then look without them, and leave."""
    write_log = WriteLog()
    profile = replace(LOCAL, model="gpt-4o")
    endpoint = Endpoint(proxy.url, timeout=PATIENT)
    with naming(seed):
        async with (
            asyncio.timeout(HANGS),
            running(endpoint, folder, size=SIZE, profile=profile, sleep=Waits()) as program,
        ):
            proxy.choose = random_faults = RandomFaults(seed, 0.3)
            await Person(program, write_log, seed).work(STEPS)
            proxy.mend()
            held = embedded_server.held()
            write_log.check(held)
            assert random_faults.count > STEPS / 4, "there were faults"
            await program.press("r")
            assert f"of {len(held)} (all)" in program.header or not held
            assert [row.id for row in program.main.list_model.listing.rows] == [
                each["id"] for each in held
            ]
            await program.press("n", *"last", "ctrl+s")
            assert program.status.startswith("Created last · ")
            await program.press("q")
            assert program.app._exit
            assert program.app.crash_report is None


@pytest.mark.parametrize("seed", SEEDS[:1])
async def test_what_is_said_to_be_done_is_done_once(
    seed: int, proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    await soak(proxy, embedded_server, tmp_path, seed)


@pytest.mark.timeout(LONGER + 600)
@pytest.mark.skipif(not LONGER, reason="ASSISTANT_TUI_SOAK names the seconds of a longer soak")
async def test_so_it_is_for_as_long_as_one_likes(
    proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    for seed in seeds():
        embedded_server.wipe()
        await soak(proxy, embedded_server, tmp_path / str(seed), seed)
