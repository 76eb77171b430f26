"""What meets at the same moment: cancels, ends, deletions, streams, servers that were paused."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from assistant_tui.server.app import create_app
from assistant_tui.server.runs import lease_watch
from assistant_tui.server.runs.chat import TextDelta
from assistant_tui.server.runs.executor import LEASE_SECONDS, RunExecutor
from assistant_tui.server.store.interface import ObjectReader
from assistant_tui.server.store.sqlite_store import SQLiteStore
from assistant_tui.transport.in_process import ASGIStreamTransport
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
)
from tests.server.runs.test_shared_store import left_run

MESSAGE = {"role": "user", "content": "more"}


async def test_a_stream_ends_with_the_thread_that_is_deleted(
    api: Api, model: ScriptedModel
) -> None:
    model.turns = [[TextDelta("so far"), Pause()]]
    thread = await api.thread("hi")
    run = await api.run(thread, await api.assistant())
    async with asyncio.timeout(LIMIT):
        followed = api.follow(f"/threads/{thread}/runs/{run['id']}")
        events = [await anext(followed)]
        while events[-1].event != "thread.message.delta":
            events.append(await anext(followed))
        await api.http.delete(f"/threads/{thread}")
        events += [event async for event in followed]
    assert names(events)[-2:] == ["thread.run.cancelled", "done"]


@pytest.mark.parametrize("beyond", [0, 1, 10**17], ids=["at", "next", "far"])
async def test_a_stream_that_is_resumed_behind_the_end_ends_at_once(
    api: Api, model: ScriptedModel, beyond: int
) -> None:
    model.turns = [says("done")]
    run = await api.run(await api.thread("hi"), await api.assistant())
    path = f"/threads/{run['thread_id']}/runs/{run['id']}"
    async with asyncio.timeout(LIMIT):
        told = [event async for event in api.follow(path)]
        again = [event async for event in api.follow(path, last=len(told) + beyond)]
    assert [event.event for event in again] == ["done"]


async def test_a_number_that_no_event_can_have_is_refused(api: Api, model: ScriptedModel) -> None:
    model.turns = [says("done")]
    run = await api.run(await api.thread("hi"), await api.assistant())
    path = f"/threads/{run['thread_id']}/runs/{run['id']}?stream=true"
    wrong = await api.http.get(path, headers={"last-event-id": "9" * 30})
    assert wrong.status_code == 400


async def test_a_turn_that_calls_after_a_cancel_elsewhere_ends_cancelled(
    tmp_path: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause, path = Pause(), tmp_path / "store.db"
    model.turns = [[pause, *calls("look_up")]]
    monkeypatch.setattr(lease_watch, "WATCH_SECONDS", LIMIT)  # hears too late that it is to end
    async with server(path, model) as one, server(path, ScriptedModel()) as other:
        run = await one.run(await one.thread("hi"), await one.assistant(tools=[FUNCTION]))
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
        await other.post(f"/threads/{run['thread_id']}/runs/{run['id']}/cancel")
        pause.go_on.set()
        ended = await one.wait(run, "cancelled", "failed", "requires_action")
        assert ended["status"] == "cancelled"
        assert [step["status"] for step in await one.steps(run)] == ["cancelled"]


async def test_what_was_taken_over_from_a_paused_server_is_not_touched_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, holding, taken = tmp_path / "store.db", Pause(), Pause()
    paused = ScriptedModel([[holding, *says("first")], says("third")], concurrency=1)
    fresh = ScriptedModel([[taken, *says("taken over")]])
    monkeypatch.setattr(lease_watch, "WATCH_SECONDS", LIMIT)  # each looks once
    async with server(path, paused) as one:
        assistant = await one.assistant()
        await one.run(await one.thread("hi"), assistant)
        async with asyncio.timeout(LIMIT):
            await holding.reached.wait()
        queued = await one.run(await one.thread("hi"), assistant)
        # For the other one, the leases of the first have run out.
        async with server(path, fresh, clock=lambda: time.time() + 60) as other:
            await other.get(f"/threads/{queued['thread_id']}/runs")
            async with asyncio.timeout(LIMIT):
                await taken.reached.wait()
            third = await one.run(await one.thread("hi"), assistant)
            holding.go_on.set()  # the first goes on, and comes to the run that it had queued
            await one.wait(third, "completed")
            taken.go_on.set()
            assert (await other.wait(queued, "completed", "failed"))["status"] == "completed"
    assert len(paused.requests) == 2


async def test_the_request_to_the_model_ends_when_the_thread_is_deleted_elsewhere(
    tmp_path: Path, model: ScriptedModel
) -> None:
    pause, path = Pause(), tmp_path / "store.db"
    model.turns = [[TextDelta("so far"), pause]]
    async with server(path, model) as one, server(path, ScriptedModel()) as other:
        run = await one.run(await one.thread("hi"), await one.assistant())
        async with asyncio.timeout(LIMIT):
            await pause.reached.wait()
            await other.http.delete(f"/threads/{run['thread_id']}")
            await pause.closed.wait()


async def test_a_damaged_run_blocks_neither_its_thread_nor_the_other_runs(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with server(path, ScriptedModel([calls("look_up")])) as api:
        thread = await api.thread("hi")
        damaged = await api.run(thread, await api.assistant(tools=[FUNCTION]))
        await api.wait(damaged, "requires_action")
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE objects SET body = '{' WHERE id = ?", (damaged["id"],))
    left = await left_run(path, begun=True)
    async with server(path, ScriptedModel()) as api:
        await api.get(f"/threads/{thread}/runs")  # makes the server look
        await api.wait(left, "failed")
        path_to = f"/threads/{thread}/messages"
        async with asyncio.timeout(LIMIT):
            while (await api.http.post(path_to, json=MESSAGE)).status_code != 200:
                await asyncio.sleep(POLL_SECONDS)


async def test_a_server_that_stops_starts_no_run_that_nobody_would_end(tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "store.db") as store:
        model = ScriptedModel([says("late")])
        app = create_app(store, models=["m"], make_chat_models=lambda: model)
        async with httpx.AsyncClient(
            transport=ASGIStreamTransport(app), base_url="http://local", timeout=LIMIT
        ) as http:
            api = Api(http)
            thread, assistant = await api.thread("hi"), await api.assistant()
            await app.state.close()
            body = {"assistant_id": assistant}
            refused = await api.post(f"/threads/{thread}/runs", body, status=503)
            assert refused["error"]["code"] == "busy"
            assert (await api.get(f"/threads/{thread}/runs"))["data"] == []
            await api.post(f"/threads/{thread}/messages", MESSAGE)


async def test_the_watch_goes_on_after_a_fault(
    api: Api, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_again, looks = asyncio.Event(), []

    def fail_once(executor: RunExecutor) -> None:
        looks.append(executor)
        if len(looks) == 1:
            raise RuntimeError("of this test")
        looked_again.set()

    monkeypatch.setattr(RunExecutor, "stop_expired", fail_once)
    await api.get(f"/threads/{await api.thread('hi')}/runs")  # makes the server look
    async with asyncio.timeout(LIMIT):
        await looked_again.wait()


async def test_a_run_whose_message_is_damaged_ends(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    left = await left_run(path, begun=True)
    with closing(sqlite3.connect(path)) as file, file:
        written = "kind = 'thread.message' AND json_extract(body, '$.run_id') = ?"
        file.execute(f"UPDATE objects SET body = '{{' WHERE {written}", (left["id"],))
    async with server(path, ScriptedModel()) as api:
        await api.get(f"/threads/{left['thread_id']}/runs")  # makes the server look
        await api.wait(left, "failed")
        await api.post(f"/threads/{left['thread_id']}/messages", MESSAGE)


async def test_leases_are_renewed_where_the_clock_is_put_back(
    tmp_path: Path, model: ScriptedModel
) -> None:
    now, model.turns = [time.time()], [[Pause()]]
    with SQLiteStore(tmp_path / "store.db") as store:
        async with application(store, model, clock=lambda: now[0]) as api:
            await api.run(await api.thread("hi"), await api.assistant())
            for passed in (6.0, -3_600.0):
                now[0] += passed
                async with asyncio.timeout(LIMIT):
                    while store.read(_until) != now[0] + LEASE_SECONDS:
                        await asyncio.sleep(POLL_SECONDS)


def _until(objects: ObjectReader) -> float:
    (lease,) = objects.leases()
    return lease.until
