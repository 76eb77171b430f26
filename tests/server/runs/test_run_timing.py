"""What a run waits for, and what it does not: other runs, and the disk."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from assistant_tui.server.runs import event_log
from assistant_tui.server.runs.chat import TextDelta
from assistant_tui.server.sample_store import SampleStore
from assistant_tui.server.store.interface import ObjectWriter
from tests.limits import LIMIT
from tests.server.runs.support import (
    POLL_SECONDS,
    Api,
    Pause,
    ScriptedModel,
    application,
    says,
    text_of,
)


async def test_runs_beyond_what_a_backend_takes_wait_in_their_order(
    api: Api, model: ScriptedModel
) -> None:
    pause, model.concurrency = Pause(), 1
    model.turns = [[pause, *says("0")], says("1"), says("2")]
    assistant = await api.assistant()
    runs = [await api.run(await api.thread(str(number)), assistant) for number in range(3)]
    async with asyncio.timeout(LIMIT):
        await pause.reached.wait()
    assert [
        (await api.get(f"/threads/{run['thread_id']}/runs/{run['id']}"))["status"] for run in runs
    ] == ["in_progress", "queued", "queued"]
    pause.go_on.set()
    await api.wait(runs[2], "completed")
    assert [request.messages[0]["content"] for request in model.requests] == ["0", "1", "2"]


class NotingStore(SampleStore):
    """Notes for each kind of event whether its transaction was a durable one."""

    def __init__(self) -> None:
        super().__init__(0)
        self.durable: dict[str, bool] = {}

    def write(self, change: Callable[[ObjectWriter], Any], *, durable: bool = True) -> Any:
        """As the store does."""
        result = super().write(change, durable=durable)
        for _, _, events in result if isinstance(result, list) else ():
            self.durable |= {event.name: durable for event in events}
        return result


async def test_the_disk_is_waited_for_where_a_run_begins_and_ends_and_not_for_each_word() -> None:
    store, pause = NotingStore(), Pause()
    async with application(store, ScriptedModel([[TextDelta("so"), pause, *says(" far")]])) as api:
        run = await api.run(await api.thread("hi"), await api.assistant())
        await pause.reached.wait()
        while "thread.message.delta" not in store.durable:
            await asyncio.sleep(POLL_SECONDS)
        between = dict(store.durable)
        pause.go_on.set()
        await api.wait(run, "completed")
    assert between["thread.run.created"]
    assert not between["thread.run.in_progress"] and not between["thread.message.delta"]
    assert store.durable["thread.message.completed"] and store.durable["thread.run.completed"]


async def test_first_words_and_ends_do_not_wait_for_other_runs(
    api: Api, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "_PAUSE_FOR_EACH", LIMIT)
    monkeypatch.setattr(event_log, "_LONGEST_PAUSE", LIMIT)
    pauses = (Pause(), Pause()), (Pause(), Pause())
    model.turns = [[TextDelta("a"), one, TextDelta("b"), two, *says("c")] for one, two in pauses]
    assistant = await api.assistant()
    async with asyncio.timeout(LIMIT / 4):
        runs = [await api.run(await api.thread("hi"), assistant) for _ in pauses]
        for run in runs:
            path = f"/threads/{run['thread_id']}/runs/{run['id']}"
            async for event in api.follow(path):
                if event.event == "thread.message.delta":
                    break
        for run, (one, two) in zip(runs, pauses, strict=True):
            one.go_on.set()
            await two.reached.wait()
            await asyncio.sleep(POLL_SECONDS)  # what was told last begins to wait
            two.go_on.set()
            await api.wait(run, "completed")
            assert text_of((await api.messages(run["thread_id"]))[-1]) == "abc"
