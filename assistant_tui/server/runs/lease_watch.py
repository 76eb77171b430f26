"""Watches over the runs of all processes that share a store.

Who works on a run is written in a lease, which is renewed while that process lives. A process that
finds a lease which has run out ends that run, or takes it over where nothing was begun; a run that
waits for outputs until its time is over expires. Where the machine was asleep, all leases have run
out when it wakes, though nobody is gone: who has slept lets the others renew theirs first.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from functools import partial

from assistant_tui.server.errors import DamagedRow, ServerBusy, StoreError
from assistant_tui.server.http.routing import Backing
from assistant_tui.server.runs.changes import RunChange, RunEnded
from assistant_tui.server.runs.event_log import LoggedChange
from assistant_tui.server.runs.executor import LEASE_SECONDS, RunExecutor
from assistant_tui.server.store.interface import Lease, ObjectWriter
from assistant_tui.server.store.paging import Json

_log = logging.getLogger(__name__)

WATCH_SECONDS = 0.5
"""Between two looks at the leases: a run that another process was asked to cancel ends so soon."""
_RENEW_SECONDS = 5.0
_ASLEEP_SECONDS = LEASE_SECONDS / 2
"""Between two looks: after so long this process, and others on this machine, have slept."""
_GRACE_SECONDS = 2 * _RENEW_SECONDS
"""For which a process that has slept takes no other for gone."""
_FORGET_SECONDS = 600.0
_EVENTS_KEPT = 24 * 3_600.0
"""Seconds for which the stream of a run can be read again."""
_GONE = "The server that executed this run stopped before its end."


class LeaseWatch:
    """Looks at all leases from time to time."""

    def __init__(
        self,
        backing: Backing,
        runs: RunExecutor,
        clock: Callable[[], float],
    ) -> None:
        self._store = backing.store
        self._executor = backing.executor
        self._runs = runs
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._looked_at = math.inf
        self._renew_at = self._forget_at = self._spares_until = 0.0
        self._waiting: dict[Lease, float] = {}
        """The leases of runs that wait for outputs, and when each run expires: a lease that is
        still the same says that nothing has happened."""

    def start(self) -> None:
        """Watch from now on, if that was not begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Stop watching, for good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except (StoreError, ServerBusy) as error:
                _log.warning("the runs of the store cannot be watched: %s", error)
            except Exception:
                # Without the watch no lease is renewed, and others would end the runs of here.
                _log.exception("the runs of the store could not be looked at")
            await asyncio.sleep(WATCH_SECONDS)

    async def look(self) -> None:
        """Look at each lease once. Raises StoreError, ServerBusy."""
        now = self._clock()
        if now - self._looked_at > _ASLEEP_SECONDS:
            self._spares_until = now + _GRACE_SECONDS
        self._looked_at = now
        self._runs.stop_expired()
        running = self._runs.running
        # Further away than that is the next time only where the clock was put back meanwhile.
        if running and not 0 < self._renew_at - now <= _RENEW_SECONDS:
            self._renew_at = now + _RENEW_SECONDS
            owner, until = self._runs.owner, now + LEASE_SECONDS
            await self._write(lambda objects: objects.renew_leases(owner, until), durable=False)
        leases = await self._executor.read(
            lambda: self._store.read(lambda objects: objects.leases())
        )
        held = {lease.holder for lease in leases if lease.owner in ("", self._runs.owner)}
        for run_id in running - held:  # ended, deleted or taken over by another process
            self._runs.stop(run_id, "cancelled")
        self._waiting = {each: self._waiting[each] for each in leases if each in self._waiting}
        for lease in leases:
            if lease.holder in self._runs.running:
                if lease.cancelled:
                    self._runs.stop(lease.holder, "cancelled")
            elif self._is_unattended(lease, now):
                await self._see_to(lease)
        if now >= self._forget_at:
            self._forget_at = now + _FORGET_SECONDS
            await self._write(lambda objects: objects.forget_events(now - _EVENTS_KEPT))

    def _is_unattended(self, lease: Lease, now: float) -> bool:
        """Whether nobody works on a run, and there is something to be done about it."""
        is_left = lease.owner in ("", self._runs.owner) or self._has_run_out(lease, now)
        return is_left and self._waiting.get(lease, 0.0) <= now

    def _has_run_out(self, lease: Lease, now: float) -> bool:
        """Whether the owner is gone, as far as it can be told."""
        # Longer than the grace it is only where the clock was put back meanwhile.
        spares = 0 < self._spares_until - now <= _GRACE_SECONDS
        return lease.until < now and not spares

    async def _write(self, change: Callable[[ObjectWriter], None], *, durable: bool = True) -> None:
        await self._executor.write(lambda: self._store.write(change, durable=durable))

    async def _see_to(self, lease: Lease) -> None:
        """End or take over a run that nobody works on."""

        def see_to(objects: ObjectWriter) -> LoggedChange[Json | None]:
            if objects.lease(lease.key) != lease:  # somebody was faster
                return LoggedChange(None, lease.holder)
            try:
                change = RunChange(objects, lease.key, lease.holder, int(self._clock()))
            except RunEnded:
                objects.drop_lease(lease.key)
                return LoggedChange(None, lease.holder)
            self._end_if_stuck(change)
            if change.run["status"] == "queued":
                objects.put_lease(self._runs.lease(lease.key, lease.holder))
            return change.save(change.run)

        try:
            run, _ = await self._runs.log.commit(see_to)
        except DamagedRow as damage:
            _log.warning("a run cannot be ended: %s; its thread is free again", damage)
            await self._write(partial(_drop, lease))
            return
        if run is not None and run["status"] == "queued":
            self._runs.submit(run)
        elif run is not None and run["status"] == "requires_action":
            self._waiting[lease] = run["expires_at"]

    def _end_if_stuck(self, change: RunChange) -> None:
        """End a run that nobody works on if it cannot go on."""
        status = change.run["status"]
        if change.run["expires_at"] <= change.now:
            change.end("expired")
        elif status == "cancelling":
            change.end("cancelled")
        elif status == "in_progress":
            change.end("failed", last_error={"code": "server_error", "message": _GONE})


def _drop(lease: Lease, objects: ObjectWriter) -> None:
    """Remove a lease, unless it is another one by now."""
    if objects.lease(lease.key) == lease:
        objects.drop_lease(lease.key)
