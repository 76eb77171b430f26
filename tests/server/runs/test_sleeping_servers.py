"""Two servers on one store whose machine was asleep for longer than a lease lasts."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant_tui.server.http.routing import Backing
from assistant_tui.server.runs.chat import TextDelta
from assistant_tui.server.runs.executor import LEASE_SECONDS, RunExecutor
from assistant_tui.server.runs.lease_watch import LeaseWatch
from assistant_tui.server.store.sqlite_store import SQLiteStore
from tests.limits import LIMIT
from tests.server.runs.support import Api, Json, Pause, ScriptedModel, names, says, server, text_of

ASLEEP = 2 * LEASE_SECONDS
GRACE = 11.0


@dataclass
class Clock:
    """A time that a test sets."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        """The time, in Unix seconds."""
        return self.now


@dataclass
class Servers:
    """A server that executes a run, and the watch of another one, which looks when it is told."""

    api: Api
    store: SQLiteStore
    watch: LeaseWatch
    clock: Clock
    """Of the server that executes the run."""
    watching_clock: Clock
    pause: Pause = field(default_factory=Pause)
    run: Json = field(default_factory=dict)

    async def begin(self, model: ScriptedModel) -> None:
        """Have a run say a part of its answer, and pause."""
        model.turns = [[TextDelta("so far"), self.pause, *says(", and on")]]
        self.run = await self.api.run(await self.api.thread("hi"), await self.api.assistant())
        async with asyncio.timeout(LIMIT):
            await self.pause.reached.wait()
            while len(await self.api.messages(self.run["thread_id"])) < 2:
                await asyncio.sleep(0)
        await self.watch.look()

    async def status(self) -> str:
        """What the store says of the run."""
        path = f"/threads/{self.run['thread_id']}/runs/{self.run['id']}"
        return str((await self.api.get(path))["status"])

    async def lease_renewed(self) -> None:
        """Wait until the server that executes the run has renewed its lease."""
        async with asyncio.timeout(LIMIT):
            while True:
                lease = self.store.read(lambda objects: objects.lease(self.run["thread_id"]))
                assert lease is not None
                if lease.until > self.clock():
                    return
                await asyncio.sleep(0.02)

    async def told(self) -> list[str]:
        """The names of all events of the run."""
        path = f"/threads/{self.run['thread_id']}/runs/{self.run['id']}"
        return names([event async for event in self.api.follow(path)])


@pytest.fixture
async def servers(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Servers]:
    """Both on one file."""
    path, clock, watching_clock = tmp_path / "store.db", Clock(), Clock()
    async with server(path, model, clock=clock) as api:
        with SQLiteStore(path) as store:
            backing = Backing(store)
            runs = RunExecutor(backing, ScriptedModel(), watching_clock)
            watch = LeaseWatch(backing, runs, watching_clock)
            yield Servers(api, store, watch, clock, watching_clock)
            await runs.close()


async def test_who_wakes_first_lets_the_other_go_on(servers: Servers, model: ScriptedModel) -> None:
    await servers.begin(model)
    servers.watching_clock.now += ASLEEP
    await servers.watch.look()
    assert await servers.status() == "in_progress"
    servers.clock.now += ASLEEP
    await servers.lease_renewed()
    servers.watching_clock.now += GRACE
    await servers.watch.look()
    assert await servers.status() == "in_progress"
    servers.pause.go_on.set()
    run = await servers.api.wait(servers.run, "completed", "failed", "cancelled")
    assert run["status"] == "completed"
    assert text_of((await servers.api.messages(run["thread_id"]))[1]) == "so far, and on"


async def test_who_has_lost_a_run_asleep_lets_the_end_stand(
    servers: Servers, model: ScriptedModel
) -> None:
    await servers.begin(model)
    servers.watching_clock.now += ASLEEP
    await servers.watch.look()
    servers.watching_clock.now += GRACE
    await servers.watch.look()
    assert await servers.status() == "failed"
    ended = await servers.told()
    servers.clock.now += ASLEEP + GRACE
    servers.pause.go_on.set()
    async with asyncio.timeout(LIMIT):
        while model.turns or servers.watch._runs.running:
            await asyncio.sleep(0.02)
    body = {"assistant_id": servers.run["assistant_id"]}
    model.turns = [says("the next one")]
    again = await servers.api.post(f"/threads/{servers.run['thread_id']}/runs", body)
    await servers.api.wait(again, "completed")
    assert await servers.status() == "failed"
    assert await servers.told() == ended and ended.count("thread.run.failed") == 1
    _, answer, _ = await servers.api.messages(servers.run["thread_id"])
    assert (answer["status"], text_of(answer)) == ("incomplete", "so far")


async def test_an_awake_server_ends_what_another_has_left_without_a_wait(
    servers: Servers, model: ScriptedModel
) -> None:
    await servers.begin(model)
    for _ in range(4):
        servers.watching_clock.now += LEASE_SECONDS / 3
        await servers.watch.look()
    assert await servers.status() == "failed"
    error = json.dumps(await servers.api.wait(servers.run, "failed"))
    assert "stopped before its end" in error
