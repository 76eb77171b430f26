"""Runs that several processes see: followed, cancelled and answered elsewhere, left by the dead."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.server.http.routing import Backing
from assistant_tui.server.runs import lease_watch
from assistant_tui.server.runs.chat import CallDelta, TextDelta
from assistant_tui.server.runs.event_log import EventLog
from assistant_tui.server.runs.objects import RUN
from assistant_tui.server.runs.recorder import RunRecorder
from assistant_tui.server.sample_store import SampleStore
from assistant_tui.server.store.interface import Collection, Lease, ObjectReader, ObjectWriter
from assistant_tui.server.store.sqlite_store import SQLiteStore
from tests.limits import LIMIT
from tests.server.runs.support import (
    FUNCTION,
    POLL_SECONDS,
    Api,
    Pause,
    ScriptedModel,
    application,
    calls,
    names,
    says,
    server,
    text_of,
    told_text,
)


class Pair:
    """Two servers on one file, each with a model of its own."""

    def __init__(self, one: Api, other: Api, models: tuple[ScriptedModel, ScriptedModel]) -> None:
        self.one, self.other = one, other
        self.models = models


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    """Both use the same store."""
    models = ScriptedModel(), ScriptedModel()
    async with AsyncExitStack() as stack:
        apis = [
            await stack.enter_async_context(server(tmp_path / "store.db", model))
            for model in models
        ]
        yield Pair(apis[0], apis[1], models)


async def test_both_servers_tell_the_same_of_a_run(pair: Pair) -> None:
    pause = Pause()
    pair.models[0].turns = [[TextDelta("One, "), pause, *says("two")]]
    thread = await pair.one.thread("hi")
    run = await pair.one.run(thread, await pair.one.assistant())
    path = f"/threads/{thread}/runs/{run['id']}"
    async with asyncio.timeout(LIMIT):
        followed = pair.other.follow(path)
        elsewhere = [await anext(followed)]
        while elsewhere[-1].event != "thread.message.delta":
            elsewhere.append(await anext(followed))
        pause.go_on.set()
        elsewhere += [event async for event in followed]
    here = [event async for event in pair.one.follow(path)]
    assert here == elsewhere and told_text(here) == "One, two"
    assert names(here)[-2:] == ["thread.run.completed", "done"]


async def test_a_stream_is_resumed_where_it_was_left(pair: Pair) -> None:
    pair.models[0].turns = [says("One, ", "two, ", "three")]
    thread = await pair.one.thread("hi")
    run = await pair.one.wait(await pair.one.run(thread, await pair.one.assistant()), "completed")
    path = f"/threads/{thread}/runs/{run['id']}"
    events = [event async for event in pair.one.follow(path)]
    assert [event.id for event in events] == [str(number + 1) for number in range(len(events))]
    for api in (pair.one, pair.other):
        assert [event async for event in api.follow(path, last=7)] == events[7:]
    wrong = await pair.one.http.get(f"{path}?stream=true", headers={"last-event-id": "x"})
    assert wrong.status_code == 400


async def test_a_client_that_leaves_stops_nothing(pair: Pair) -> None:
    pause = Pause()
    pair.models[0].turns = [[TextDelta("One, "), pause, *says("two")]]
    thread = await pair.one.thread("hi")
    body = {"assistant_id": await pair.one.assistant(), "stream": True}
    async with asyncio.timeout(LIMIT):
        async with pair.one.http.stream("POST", f"/threads/{thread}/runs", json=body):
            await pause.reached.wait()
        pause.go_on.set()
        while (await pair.one.get(f"/threads/{thread}/runs"))["data"][0]["status"] != "completed":
            await asyncio.sleep(0.02)
    assert text_of((await pair.one.messages(thread))[1]) == "One, two"


async def test_a_run_is_cancelled_from_the_other_server(pair: Pair) -> None:
    pause = Pause()
    pair.models[0].turns = [[TextDelta("so far"), pause]]
    thread = await pair.one.thread("hi")
    run = await pair.one.run(thread, await pair.one.assistant())
    async with asyncio.timeout(LIMIT):
        await pause.reached.wait()
        asked = await pair.other.post(f"/threads/{thread}/runs/{run['id']}/cancel")
        assert asked["status"] == "cancelling"
        await pause.closed.wait()
    await pair.other.wait(run, "cancelled")
    assert text_of((await pair.other.messages(thread))[1]) == "so far"


async def test_a_call_is_answered_at_the_other_server_which_goes_on(pair: Pair) -> None:
    pair.models[0].turns = [calls("look_up")]
    pair.models[1].turns = [says("found")]
    thread = await pair.one.thread("hi")
    run = await pair.one.run(thread, await pair.one.assistant(tools=[FUNCTION]))
    await pair.one.wait(run, "requires_action")
    path = f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs"
    output = [{"tool_call_id": "call_look_up", "output": "42"}]
    events = await pair.other.stream(path, {"tool_outputs": output})
    assert told_text(events) == "found"
    assert pair.models[1].requests[0].messages[-1]["content"] == "42"
    assert (await pair.one.wait(run, "completed"))["usage"]


async def test_both_servers_see_that_a_thread_is_busy(pair: Pair) -> None:
    pause = Pause()
    pair.models[0].turns = [[pause, *says("done")]]
    thread, assistant = await pair.one.thread("hi"), await pair.one.assistant()
    run = await pair.one.run(thread, assistant)
    body = {"assistant_id": assistant}
    refused = await pair.other.post(f"/threads/{thread}/runs", body, status=400)
    assert run["id"] in refused["error"]["message"]
    pause.go_on.set()
    await pair.other.wait(run, "completed")


async def left_run(path: Path, *, begun: bool, waits_for_cancel: bool = False) -> dict[str, str]:
    """A run as a process leaves it that is killed; the lease has run out."""
    async with server(path, ScriptedModel([calls("look_up")])) as api:
        thread = await api.thread("hi")
        run = await api.run(thread, await api.assistant(tools=[FUNCTION]))
        await api.wait(run, "requires_action")
    with SQLiteStore(path) as store:
        backing = Backing(store)
        log = EventLog(store, backing.executor)
        recorder = RunRecorder(log, thread, run["id"], "", time.time, "")
        await recorder.change(lambda change: change.move("queued"))
        if begun:
            await recorder.change(lambda change: change.move("in_progress"))
            recorder.begin_turn()
            recorder.add(TextDelta("so "))
            await recorder.change(lambda change: None)
            recorder.add(TextDelta("far"))
            recorder.add(CallDelta(0, "call_1", "look_up", "{"))
            await recorder.change(lambda change: None)
        if waits_for_cancel:
            await recorder.change(lambda change: change.move("cancelling"))
        lease = Lease(thread, run["id"], "a dead process", time.time() - 1)
        store.write(lambda objects: objects.put_lease(lease))
    return dict(run)


async def test_a_run_whose_server_was_killed_fails_and_keeps_its_text(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    run = await left_run(path, begun=True)
    model = ScriptedModel([says("again")])
    async with server(path, model) as api:
        # Any request about runs makes a server look; `serve` looks when it starts.
        await api.run(await api.thread("other"), await api.assistant())
        ended = await api.wait(run, "failed")
        assert ended["last_error"]["code"] == "server_error"
        assert "stopped before its end" in ended["last_error"]["message"]
        message = (await api.messages(run["thread_id"]))[-1]
        assert text_of(message) == "so far"
        assert message["incomplete_details"] == {"reason": "run_failed"}
        assert {step["status"] for step in await api.steps(run)} == {"failed"}
        await api.post(f"/threads/{run['thread_id']}/messages", {"role": "user", "content": "x"})


async def test_a_run_that_had_not_begun_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    run = await left_run(path, begun=False)
    model = ScriptedModel([says("from here"), says("from here")])
    async with server(path, model) as api:
        await api.run(await api.thread("other"), await api.assistant())
        await api.wait(run, "completed")
        assert text_of((await api.messages(run["thread_id"]))[-1]) == "from here"


async def test_a_cancelled_run_whose_server_was_killed_is_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    run = await left_run(path, begun=True, waits_for_cancel=True)
    async with server(path, ScriptedModel([says("again")])) as api:
        await api.run(await api.thread("other"), await api.assistant())
        assert (await api.wait(run, "cancelled"))["cancelled_at"]
        message = (await api.messages(run["thread_id"]))[-1]
        assert message["incomplete_details"] == {"reason": "run_cancelled"}


async def test_a_server_that_stops_fails_what_runs_and_leaves_the_rest_to_others(
    tmp_path: Path,
) -> None:
    path, pause = tmp_path / "store.db", Pause()
    model = ScriptedModel([[TextDelta("so far"), pause]], concurrency=1)
    async with server(path, model) as api:
        assistant = await api.assistant()
        running = await api.run(await api.thread("hi"), assistant)
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
        queued = await api.run(await api.thread("hi"), assistant)
    assert pause.closed.is_set()
    with SQLiteStore(path) as store:
        run = Collection(store, RUN, running["thread_id"]).get(running["id"])
        assert run is not None and run["status"] == "failed"
        assert "server was stopped" in run["last_error"]["message"]
    async with server(path, ScriptedModel([says("one"), says("two")])) as api:
        await api.run(await api.thread("other"), assistant)
        await api.wait(queued, "completed")


class CountingStore(SampleStore):
    """Counts the transactions."""

    reads = writes = 0

    def read(self, look: Callable[[ObjectReader], Any]) -> Any:
        """As the store does."""
        self.reads += 1
        return super().read(look)

    def write(self, change: Callable[[ObjectWriter], Any], *, durable: bool = True) -> Any:
        """As the store does."""
        self.writes += 1
        return super().write(change, durable=durable)

    async def is_looked_at(self, times: int) -> None:
        """Wait until it was read so many times more."""
        end = self.reads + times
        while self.reads < end:
            await asyncio.sleep(POLL_SECONDS)


async def test_a_run_that_waits_for_outputs_costs_no_writes_until_it_expires(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease_watch, "WATCH_SECONDS", 0.01)
    store, model, now = CountingStore(0), ScriptedModel([calls("look_up")]), [time.time()]
    async with asyncio.timeout(LIMIT), application(store, model, clock=lambda: now[0]) as api:
        run = await api.run(await api.thread("hi"), await api.assistant(tools=[FUNCTION]))
        await api.wait(run, "requires_action")
        await store.is_looked_at(3)
        writes = store.writes
        await store.is_looked_at(20)
        assert store.writes == writes
        now[0] = run["expires_at"]
        await api.wait(run, "expired")
