"""Random writes through the service under random faults: all that is acknowledged is there."""

import asyncio
import random
from pathlib import Path

import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import EditConflict, NotFound, ServiceError
from assistant_tui.core.raw_json import RawJson
from assistant_tui.journal.entries import ChangeKind
from assistant_tui.services.assistants import AssistantService
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.proxy import Proxy
from tests.faults.clients import service
from tests.faults.random_faults import LONGER, SEEDS, RandomFaults, naming, seeds
from tests.faults.write_log import KnownAssistant, WriteLog

STEPS = 60
HANGS = 120.0
"""Seconds after which a soak counts as hanging; none is faster or slower for it."""


class Walker:
    """Somebody who uses a service at random, and tries again what failed, or gives it up."""

    def __init__(self, service: AssistantService, write_log: WriteLog, seed: int) -> None:
        self._service = service
        self._ledger = write_log
        self._random = random.Random(seed)
        self._seed = seed
        self._count = 0
        self._mine: list[KnownAssistant] = []

    async def walk(self, steps: int) -> None:
        """Do so many things."""
        actions = [self.create, self.save, self.delete, self.look]
        for _ in range(steps):
            (action,) = self._random.choices(actions, [4, 4, 1, 1])
            await action()

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind} {self._seed}-{self._count}"

    def _one(self) -> KnownAssistant | None:
        living = [each for each in self._mine if True in each.there]
        return self._random.choice(living) if living else None

    async def create(self) -> None:
        """Create one, now and then one that is just like others, of others, too."""
        name = "twin" if self._random.random() < 0.4 else self._fresh("name")
        draft = Draft().edited("name", name).edited("model", "gpt-4o")
        while True:
            try:
                saved = await self._service.create(draft)
            except ServiceError as error:
                if self._random.random() < 0.3:
                    self._ledger.not_created(name, error)
                    return
                self._ledger.said.append(error)
            else:
                self._mine.append(self._ledger.created(saved.row))
                return

    async def save(self) -> None:
        """Describe one anew, from what was last seen of it."""
        if (known := self._one()) is None:
            return
        description = self._fresh("description")
        draft = Draft(RawJson(known.row.text)).edited("description", description)
        try:
            saved = await self._service.save(draft)
        except EditConflict as error:
            assert len(known.descriptions) > 1, "nobody else changes anything"
            known.row = error.newer
        except NotFound:
            assert False in known.there, "it is there"
            known.there = {False}
        except ServiceError as error:
            self._ledger.not_saved(known, description, error)
        else:
            self._ledger.saved(known, saved.row, description)

    async def delete(self) -> None:
        """Delete one."""
        if (known := self._one()) is None:
            return
        try:
            await self._service.delete(known.row.id)
        except ServiceError as error:
            self._ledger.not_deleted(known, error)
        else:
            self._ledger.deleted(known)

    async def look(self) -> None:
        """Load the whole list: all that is certainly there is in it."""
        certain = {each.row.id for each in self._mine if each.there == {True}}
        try:
            listing = await self._service.reload(10_000)
        except ServiceError as error:
            self._ledger.said.append(error)
            return
        assert certain <= {each.id for each in listing.rows}


async def soak(
    proxy: Proxy, embedded_server: EmbeddedServer, journal: Path, seed: int, walkers: int = 1
) -> None:
    """Walk under faults, then look without them."""
    write_log = WriteLog()
    proxy.choose = RandomFaults(seed, 0.3)
    with naming(seed):
        async with asyncio.timeout(HANGS), service(proxy.url, journal) as opened:
            walks = [Walker(opened, write_log, seed * 100 + each) for each in range(walkers)]
            await asyncio.gather(*(walk.walk(STEPS // walkers) for walk in walks))
            proxy.mend()
            write_log.check(embedded_server.held())
            listing = await opened.reload(10_000)
            assert [row.id for row in listing.rows] == [
                each["id"] for each in embedded_server.held()
            ]
            assert len(write_log.said) > STEPS / 20, "there were faults to be said"
            await check_journal(opened, write_log)


async def check_journal(opened: AssistantService, write_log: WriteLog) -> None:
    """What was acknowledged can be undone."""
    assert opened.journal.trouble == ""
    trash = {entry.object_id for entry in await opened.journal.trash()}
    for name, known in write_log.known.items():
        kinds = [entry.kind for entry in await opened.journal.history(name)]
        assert kinds[-1] is ChangeKind.CREATED
        assert known.there != {False} or name in trash or ChangeKind.DELETED not in kinds


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_acknowledged_is_there_and_nothing_twice(
    seed: int, proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    await soak(proxy, embedded_server, tmp_path / "journal.db", seed)


@pytest.mark.parametrize("seed", SEEDS)
async def test_so_it_is_where_several_write_at_once(
    seed: int, proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    await soak(proxy, embedded_server, tmp_path / "journal.db", seed, walkers=4)


@pytest.mark.timeout(LONGER + 600)
@pytest.mark.skipif(not LONGER, reason="ASSISTANT_TUI_SOAK names the seconds of a longer soak")
async def test_so_it_is_for_as_long_as_one_likes(
    proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    for seed in seeds():
        embedded_server.wipe()
        await soak(proxy, embedded_server, tmp_path / f"{seed}.db", seed, walkers=1 + seed % 3)
