"""Executes the runs of one process: a few at once on each backend, until they end or expire."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from assistant_tui.server.errors import ServerBusy, StoreError
from assistant_tui.server.files.contents import FileContents
from assistant_tui.server.http.routing import Backing
from assistant_tui.server.runs.changes import RunChange, RunEnded
from assistant_tui.server.runs.chat import ChatCall, ChatError
from assistant_tui.server.runs.context import RunContext
from assistant_tui.server.runs.event_log import EventLog
from assistant_tui.server.runs.file_search import (
    SearchCall,
    run_search,
    search_name,
    search_tool,
)
from assistant_tui.server.runs.history import read_history
from assistant_tui.server.runs.models import ChatModels
from assistant_tui.server.runs.prompt import HistoryItem
from assistant_tui.server.runs.recorder import RunRecorder
from assistant_tui.server.runs.run_task import RunTask
from assistant_tui.server.store.interface import Lease, ObjectReader
from assistant_tui.server.store.paging import Json
from assistant_tui.server.vector_stores.text_index import IndexLost

_log = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
"""A process that has not renewed its leases for so long is taken for gone."""
_READY_SECONDS = 0.2
"""Between two looks whether files are read that a search has to wait for."""
_FAULT = "The server had an error while it executed this run; its log says more."
_STOPPED = "The server was stopped before the end of this run."


@dataclass(slots=True)
class _Running:
    """A run that this process works on."""

    expires_at: float
    worker: asyncio.Task[None]
    """What is cancelled to end the run."""
    task: asyncio.Task[None] | None = None
    """Waits for the worker, and writes how the run ended."""
    stop_reason: str = ""
    """Why it was cancelled: the final state, or empty where the server stops."""


class RunExecutor:
    """The runs that one process executes."""

    def __init__(
        self,
        backing: Backing,
        models: ChatModels,
        clock: Callable[[], float],
    ) -> None:
        self.log = EventLog(backing.store, backing.executor)
        self.owner = secrets.token_hex(8)
        """What stands in the leases of this process."""
        self._store = backing.store
        self._store_executor = backing.executor
        self._search = backing.text_search
        self._contents = backing.contents
        self._models = models
        self._clock = clock
        self._running: dict[str, _Running] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._closed = False

    @property
    def running(self) -> frozenset[str]:
        """The ids of the runs that this process works on."""
        return frozenset(self._running)

    async def close(self) -> None:
        """End all runs of this process; those that have not begun are left to others."""
        self._closed = True
        running = [*self._running.values()]
        for each in running:
            each.worker.cancel()
        await asyncio.gather(
            *(each.task for each in running if each.task is not None), return_exceptions=True
        )

    def lease(self, thread_id: str, run_id: str) -> Lease:
        """What says that this process works on a run. Raises ServerBusy once it is closed."""
        if self._closed:
            raise ServerBusy("The server is stopping, and starts no runs any more.")
        return Lease(thread_id, run_id, self.owner, self._clock() + LEASE_SECONDS)

    def submit(self, run: Json) -> None:
        """Execute a run whose lease is this process's, unless it is under way.

        Where its last part is just ending, the watch over the leases submits it once more.
        """
        if self._closed or run["id"] in self._running:
            return
        recorder = RunRecorder(
            self.log,
            run["thread_id"],
            run["id"],
            self.owner,
            self._clock,
            search_name(run["tools"]),
        )
        worker = asyncio.create_task(self._execute(run, recorder))
        running = self._running[run["id"]] = _Running(run["expires_at"], worker)
        running.task = asyncio.create_task(self._supervise(run, recorder, running))

    def stop(self, run_id: str, reason: str) -> None:
        """End a run, if this process works on it; `reason` is its final state."""
        running = self._running.get(run_id)
        if running is not None:
            running.stop_reason = running.stop_reason or reason
            running.worker.cancel()

    def stop_expired(self) -> None:
        """End the runs whose time is over."""
        for run_id, running in self._running.items():
            if running.expires_at <= self._clock():
                self.stop(run_id, "expired")

    async def _supervise(self, run: Json, recorder: RunRecorder, running: _Running) -> None:
        """See that the end of a run is written."""
        try:
            await asyncio.wait({running.worker})
            with suppress(RunEnded):
                await self._finish(running.worker, recorder, running.stop_reason)
        except (StoreError, ServerBusy):
            _log.exception("how run %s ended could not be kept", run["id"])
        finally:
            del self._running[run["id"]]

    async def _execute(self, run: Json, recorder: RunRecorder) -> None:
        chosen = await self._models.choose(run["model"])
        slot = self._slots.setdefault(chosen.backend, asyncio.Semaphore(chosen.concurrency))
        async with slot:
            # Nothing is added to the thread while it has an active run.
            begun, (history, context) = await asyncio.gather(
                recorder.change(_begin, durable=False),
                self._store_executor.read(
                    lambda: self._store.read(partial(_read, self._contents, run))
                ),
            )
            context = context.with_notes(chosen.notes)
            search = partial(self._run_search, begun, context.vector_store_ids)
            with self.log.writer():
                await RunTask(recorder, chosen, search, history, context).execute(begun)

    async def _run_search(
        self, run: Json, vector_store_ids: Sequence[str], call: ChatCall, number: int
    ) -> SearchCall:
        """Search for a call of the model, once all files in these vector stores are read."""
        tool = search_tool(run["tools"])
        assert tool is not None
        while True:
            # While it is made anew, the index is not ready, either.
            with suppress(IndexLost):
                if await self._store_executor.read(lambda: self._search.is_ready(vector_store_ids)):
                    return await self._store_executor.search(
                        lambda: run_search(self._search, call, number, tool, vector_store_ids)
                    )
            await asyncio.sleep(_READY_SECONDS)

    async def _finish(self, worker: asyncio.Task[None], recorder: RunRecorder, reason: str) -> None:
        """Write how a run has ended, unless its worker has done so. Raises RunEnded, StoreError."""
        content = recorder.content
        if worker.cancelled():
            end = partial(_end, reason, content) if reason else partial(_leave, content)
            await recorder.change(end)
            return
        error = worker.exception()
        if isinstance(error, ChatError):
            await recorder.change(partial(_fail, error, content))
        elif isinstance(error, RunEnded | StoreError | ServerBusy):
            raise error
        elif error is not None:
            _log.error("run failed", exc_info=error)
            await recorder.change(partial(_fail, ChatError(_FAULT), content))


def _begin(change: RunChange) -> Json:
    change.move("in_progress")
    return change.run


def _read(
    contents: FileContents, run: Json, objects: ObjectReader
) -> tuple[list[HistoryItem], RunContext]:
    return read_history(objects, contents, run), RunContext.load(objects, run["id"])


def _end(status: str, content: list[Json], change: RunChange) -> None:
    change.end(status, content)


def _fail(error: ChatError, content: list[Json], change: RunChange) -> None:
    notes: dict[str, Any] = {"notes": [*error.notes]} if error.notes else {}
    last_error = {"code": error.code, "message": error.message}
    change.end("failed", content, last_error=last_error, **notes)


def _leave(content: list[Json], change: RunChange) -> None:
    """Leave a run because the server stops: one that has not begun waits for another server."""
    if change.run["status"] == "queued":
        change.objects.put_lease(Lease(change.run["thread_id"], change.run["id"]))
    else:
        _fail(ChatError(_STOPPED), content, change)
