"""Follows a run to its end: by its stream as long as that lives, then by looking at the run."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

from assistant_tui.api.threads import PolledRun, ThreadsClient
from assistant_tui.core.errors import NotFound, NotServed, ServiceError
from assistant_tui.core.runs import ACTIVE
from assistant_tui.core.threads.entries import Change, ChangeKind, EntryKind
from assistant_tui.core.threads.events import DONE, ERROR, ThreadEvent
from assistant_tui.core.threads.objects import Run
from assistant_tui.services.threads.open_thread import OpenThread

QUIET_SECONDS = 10.0
"""Without a change for so long, the run itself is looked at: its stream may lie, or never end."""
SETTLED_SECONDS = 2.0
"""The same where the run has ended by what is known, or waits: some servers never say `done`."""
BORN_FINAL_SECONDS = 60.0
"""The same where a run is stored as ended before it has begun, as on one server (LeapfrogAI)."""
POLL_SECONDS = 1.0
UNREACHABLE_SECONDS = 120.0
"""How long a server may be out of reach before a run that goes on there is left to itself."""
_TURN = 0.008
"""Seconds of a busy stream after which others get their turn."""


class RunFollower:
    """Brings what a run does into a transcript."""

    def __init__(
        self,
        client: ThreadsClient,
        thread: OpenThread,
        note_run: Callable[[Run], Coroutine[Any, Any, None]],
    ) -> None:
        """Follow nothing yet.

        Args:
            client: of the server.
            thread: gets what happens, in its transcript and its progress.
            note_run: is called when the run is first known; the end of the stream waits for it.
        """
        self._client = client
        self._thread = thread
        self._transcript = thread.transcript
        self._note_run = note_run
        self._changed_at = 0.0
        self._run_id = ""
        self._born_final = False
        """The run was stored as ended before anything was written: its state tells nothing."""
        self._noting: asyncio.Task[None] | None = None

    async def stream(self, events: AsyncGenerator[ThreadEvent, None]) -> None:
        """Apply events until they end, break off, or the run has ended without their saying so.

        What breaks off is noted in the transcript; the run is to be looked at in any case.
        """
        self._changed_at = time.monotonic()
        self._run_id, self._born_final = "", False
        reading = asyncio.ensure_future(self._read(events))
        try:
            await self._watch(reading)
        finally:
            reading.cancel()
            await asyncio.wait((reading,))
            if self._noting is not None:
                await self._noting
                self._noting = None
        if not reading.cancelled() and (fault := reading.exception()) is not None:
            if not isinstance(fault, ServiceError):
                raise fault
            said = {"message": f"the stream broke off: {fault.message}"}
            self._thread.tell(self._transcript.apply(ThreadEvent(ERROR, said)))

    async def _watch(self, reading: "asyncio.Task[None]") -> None:
        """Wait until all is read, or nothing comes any more of a run that has ended or waits."""
        while not reading.done():
            settled = self._is_settled()
            patience = SETTLED_SECONDS if settled else QUIET_SECONDS
            if self._born_final:
                patience = BORN_FINAL_SECONDS
            left = self._changed_at + patience - time.monotonic()
            if left > 0:
                await asyncio.wait((reading,), timeout=left)
            elif settled or await self._has_ended():
                return
            else:
                self._changed_at = time.monotonic()

    async def _read(self, events: AsyncGenerator[ThreadEvent, None]) -> None:
        turn = time.monotonic()
        async with aclosing(events):
            async for event in events:
                now = time.monotonic()
                self._take(event, now)
                run = self._transcript.run
                if run is not None and run.id != self._run_id and event.name != DONE:
                    self._run_id, self._born_final = run.id, run.is_final
                    self._noting = asyncio.ensure_future(self._note_run(run))
                if event.name == DONE:
                    return
                if now - turn > _TURN:
                    await asyncio.sleep(0)
                    turn = time.monotonic()

    def _take(self, event: ThreadEvent, now: float) -> None:
        self._thread.on_event(event)
        changes = self._transcript.apply(event)
        if not changes:
            return
        self._changed_at = now
        self._thread.progress.saw(now, sum(map(_characters, changes)))
        self._thread.tell(changes)

    def _is_settled(self) -> bool:
        run = self._transcript.run
        return run is not None and run.id == self._run_id and run.status not in _UNDER_WAY

    async def _has_ended(self) -> bool:
        """Whether the server says that the run has ended or waits; False where it says nothing."""
        if not self._run_id:
            return False
        try:
            polled = await self._client.retrieve_run(self._transcript.thread_id, self._run_id)
        except ServiceError:
            return False
        return polled.run.status not in _UNDER_WAY

    async def poll(self, run_id: str) -> Run:
        """Look at a run until it has ended or waits for outputs.

        Where the server shows no runs, what its events have said counts.

        Raises:
            NotFound: it is gone.
            NotServed: this server shows no runs, and no event has said how it ended.
            ServiceError: the server could not be reached for too long.
        """
        reached = time.monotonic()
        while True:
            wait = POLL_SECONDS
            try:
                polled = await self._client.retrieve_run(self._transcript.thread_id, run_id)
            except (NotFound, NotServed):
                known = self._transcript.runs.get(run_id)
                if known is None or known.status in _UNDER_WAY:
                    raise
                return known
            except ServiceError:
                if time.monotonic() - reached > UNREACHABLE_SECONDS:
                    raise
            else:
                reached = time.monotonic()
                self._observe(polled, reached)
                if polled.run.status not in _UNDER_WAY:
                    return polled.run
                wait = polled.poll_after or wait
            await asyncio.sleep(wait)

    def _observe(self, polled: PolledRun, now: float) -> None:
        changes = self._transcript.observe(polled.run)
        if changes:
            self._thread.progress.saw(now)
            self._thread.tell(changes)


_UNDER_WAY = ACTIVE - {"requires_action"}


def _characters(change: Change) -> int:
    """The characters of text that a change has brought."""
    entry = change.entry
    if entry is None or entry.kind not in (EntryKind.ASSISTANT, EntryKind.REASONING):
        return 0
    if change.kind is ChangeKind.ADDED:
        return entry.length
    return len(change.text)
