"""What clients can ask of runs: to create, cancel, answer and delete them with their threads."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from assistant_tui.core.runs import FINAL
from assistant_tui.server.assistants import ASSISTANT
from assistant_tui.server.errors import ApiError, DamagedRow
from assistant_tui.server.runs.changes import RunChange, RunEnded
from assistant_tui.server.runs.context import RunContext
from assistant_tui.server.runs.event_log import LoggedChange
from assistant_tui.server.runs.executor import RunExecutor
from assistant_tui.server.runs.lease_watch import LeaseWatch
from assistant_tui.server.runs.objects import (
    CONTEXT,
    DONE,
    LIFETIME,
    RUN,
    STEP,
    refuse_unsupported,
    run_event,
    run_fields,
    to_json,
)
from assistant_tui.server.store.interface import (
    Event,
    Lease,
    ObjectKind,
    ObjectReader,
    ObjectWriter,
)
from assistant_tui.server.store.paging import Json
from assistant_tui.server.threads import MESSAGE, THREAD, create_message, create_thread


class Started(NamedTuple):
    """A run that goes on from here."""

    run: Json
    after: int
    """The number of the last event before; the client gets those that follow."""


def found(objects: ObjectReader, kind: ObjectKind, object_id: str, parent: str = "") -> Json:
    """An object that must be there. Raises ApiError, of status 404."""
    kept = objects.get(kind, object_id, parent)
    if kept is None:
        raise ApiError(f"No {kind.noun} found with id '{object_id}'.", status=404)
    return kept


class RunService:
    """Changes threads and their runs, each request in one transaction."""

    def __init__(
        self, executor: RunExecutor, watch: LeaseWatch, clock: Callable[[], float]
    ) -> None:
        self._executor = executor
        self._watch = watch
        self._clock = clock

    def start(self) -> None:
        """See to runs that another process has left, from now on.

        A server on a socket does so from its start; one in process once somebody asks for threads,
        so that nothing is looked at for those who use assistants alone.
        """
        self._watch.start()

    async def close(self) -> None:
        """End all runs of this process, and start none any more."""
        await self._watch.close()
        await self._executor.close()

    async def create(self, thread_id: str, body: Json, *, tells_contents: bool) -> Started:
        """Run a thread.

        Args:
            thread_id: of the thread.
            body: the request.
            tells_contents: whether the stream has the texts that searches find.

        Raises:
            ApiError: it cannot be run now, or not so.
        """
        return await self._start(
            lambda objects: found(objects, THREAD, thread_id), body, tells_contents=tells_contents
        )

    async def create_thread_and_run(self, body: Json) -> Started:
        """Make a thread and run it. Raises ApiError."""
        thread = {**(body.get("thread") or {})}
        if body.get("tool_resources") is not None:
            thread["tool_resources"] = body["tool_resources"]
        return await self._start(partial(create_thread, body=thread), body, is_new=True)

    async def _start(
        self,
        get_thread: Callable[[ObjectWriter], Json],
        body: Json,
        *,
        is_new: bool = False,
        tells_contents: bool = False,
    ) -> Started:
        def start(objects: ObjectWriter) -> LoggedChange[Json]:
            thread = get_thread(objects)
            run = self._new_run(objects, thread, body, tells_contents)
            created = Event("thread.created", to_json(thread))
            events = [*([created] if is_new else []), _run_created(run), run_event(run)]
            objects.put_lease(self._executor.lease(thread["id"], run["id"]))
            return LoggedChange(run, run["id"], events)

        self._watch.start()
        run, _ = await self._executor.log.commit(start)
        self._executor.submit(run)
        return Started(run, 0)

    def _new_run(
        self, objects: ObjectWriter, thread: Json, body: Json, tells_contents: bool
    ) -> Json:
        assistant, thread_id = found(objects, ASSISTANT, body["assistant_id"]), thread["id"]
        lease = objects.lease(thread_id)
        if lease is not None:
            raise ApiError(f"Thread {thread_id} already has an active run {lease.holder}.")
        fields = run_fields(assistant, thread_id, body)
        refuse_unsupported(fields)
        for message in body.get("additional_messages") or ():
            create_message(objects, thread_id, message)
        run = objects.create(RUN, fields, parent=thread_id)
        run = {**run, "expires_at": run["created_at"] + LIFETIME}
        objects.replace(RUN, run)
        context = RunContext(
            vector_store_ids=_vector_store_ids(assistant, thread), tells_contents=tells_contents
        )
        context.save(objects, run["id"])
        return run

    async def cancel(self, thread_id: str, run_id: str) -> Json:
        """Ask for the end of a run. Raises ApiError."""

        def cancel(objects: ObjectWriter) -> LoggedChange[Json]:
            run = found(objects, RUN, run_id, thread_id)
            if run["status"] in FINAL:
                raise ApiError(f"Cannot cancel run with status '{run['status']}'.")
            change = RunChange(objects, thread_id, run_id, int(self._clock()))
            if run["status"] == "cancelling":
                return change.save(run)
            is_executed = run["status"] == "in_progress"
            change.move("cancelling")
            asked, lease = change.run, objects.lease(thread_id)
            if is_executed and lease is not None:
                objects.put_lease(replace(lease, cancelled=True))
            else:
                change.end("cancelled")
            return change.save(asked)

        run, _ = await self._executor.log.commit(cancel)
        self._executor.stop(run_id, "cancelled")
        return run

    async def submit(self, thread_id: str, run_id: str, body: Json) -> Started:
        """Give the outputs of all calls that a run waits for. Raises ApiError."""

        def submit(objects: ObjectWriter) -> LoggedChange[Json]:
            run = found(objects, RUN, run_id, thread_id)
            if run["status"] != "requires_action":
                message = f"Runs in status '{run['status']}' do not accept tool outputs."
                raise ApiError(message)
            outputs = _outputs(run, body)
            change = RunChange(objects, thread_id, run_id, int(self._clock()))
            for step in change.open_steps():
                change.close_step(step, "completed", step_details=_answered(step, outputs))
            RunContext.load(objects, run_id).with_outputs(outputs).save(objects, run_id)
            change.move("queued")
            objects.put_lease(self._executor.lease(thread_id, run_id))
            return change.save(change.run)

        self._watch.start()
        run, events = await self._executor.log.commit(submit)
        self._executor.submit(run)
        return Started(run, events[0].number - 1)

    async def delete_thread(self, thread_id: str) -> bool:
        """Delete a thread with its messages, runs and steps; False if there is none."""

        def delete(objects: ObjectWriter) -> LoggedChange[list[str] | None]:
            if not objects.delete(THREAD, thread_id):
                return LoggedChange(None, thread_id)
            lease = objects.lease(thread_id)
            events = [] if lease is None else _told_end(objects, lease, int(self._clock()))
            objects.drop_lease(thread_id)
            objects.delete_all(MESSAGE, thread_id)
            runs = objects.delete_all(RUN, thread_id)
            for run_id in runs:
                objects.delete_all(STEP, run_id)
                objects.delete_all(CONTEXT, run_id)
            return LoggedChange(runs, thread_id if lease is None else lease.holder, events)

        runs, _ = await self._executor.log.commit(delete)
        for run_id in runs or ():
            self._executor.stop(run_id, "cancelled")
        return runs is not None


def _told_end(objects: ObjectWriter, lease: Lease, now: int) -> list[Event]:
    """What those who follow a run are told when it is deleted with its thread."""
    try:
        change = RunChange(objects, lease.key, lease.holder, now)
        change.end("cancelled")
    except (RunEnded, DamagedRow):
        return [DONE]
    return change.events


def refuse_while_active(objects: ObjectReader, thread_id: str) -> None:
    """Refuse a message while its thread is run. Raises ApiError."""
    lease = objects.lease(thread_id)
    if lease is not None:
        raise ApiError(f"Can't add messages to {thread_id} while a run {lease.holder} is active.")


def _vector_store_ids(assistant: Json, thread: Json) -> tuple[str, ...]:
    """Where a run searches: what the assistant and the thread name, each once."""
    named = [
        vector_store_id
        for owner in (assistant, thread)
        for vector_store_id in owner["tool_resources"]
        .get("file_search", {})
        .get("vector_store_ids", ())
    ]
    return tuple(dict.fromkeys(named))


def _run_created(run: Json) -> Event:
    return Event("thread.run.created", to_json(run))


def _outputs(run: Json, body: Json) -> dict[str, str]:
    """The outputs by the ids of the calls, which must be all that are waited for."""
    asked = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    waiting = [call["id"] for call in asked]
    outputs: dict[str, str] = {}
    for index, given in enumerate(body["tool_outputs"]):
        call_id = given["tool_call_id"]
        if call_id not in waiting or call_id in outputs:
            message = f"Unexpected tool output for call '{call_id}': the run waits for {waiting}."
            param = f"tool_outputs[{index}].tool_call_id"
            raise ApiError(message, code="invalid_value", param=param)
        outputs[call_id] = given["output"]
    missing = [call_id for call_id in waiting if call_id not in outputs]
    if missing:
        message = f"Expected tool outputs for call_ids {waiting}, got {[*outputs]}."
        raise ApiError(message, code="invalid_value", param="tool_outputs")
    return outputs


def _answered(step: Json, outputs: dict[str, str]) -> Json:
    calls = [
        {**call, "function": {**call["function"], "output": outputs[call["id"]]}}
        if call["id"] in outputs
        else call
        for call in step["step_details"]["tool_calls"]
    ]
    return {**step["step_details"], "tool_calls": calls}
