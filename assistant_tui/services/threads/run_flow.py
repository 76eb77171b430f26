"""What happens from a message to the end of its run, step by step."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TypeVar

from assistant_tui.api.run_answer import RunAnswer
from assistant_tui.api.threads import ThreadsClient
from assistant_tui.core.errors import Invalid, RunRefused, ServerFault, ServiceError
from assistant_tui.core.json_text import write_json
from assistant_tui.core.threads.entries import Entry
from assistant_tui.core.threads.events import ThreadEvent
from assistant_tui.core.threads.objects import SEND_KEY, Message, Run
from assistant_tui.services.account_threads import AccountThreads
from assistant_tui.services.threads.attaching import Attachments
from assistant_tui.services.threads.following import RunFollower
from assistant_tui.services.threads.open_thread import OpenThread
from assistant_tui.services.threads.other_runs import OtherRuns
from assistant_tui.services.threads.records import body_of_copy
from assistant_tui.services.threads.sending import OnceSender, new_key
from assistant_tui.services.writes import WriteGate

_Result = TypeVar("_Result")
_UNDER_WAY = ("queued", "in_progress", "cancelling")


class RunFlow:
    """Sends to one thread, follows its runs, and checks each end by what the server holds.

    Every method raises ServiceErrors. One of them is under way at a time.
    """

    def __init__(
        self, client: ThreadsClient, journal: AccountThreads, gate: WriteGate, thread: OpenThread
    ) -> None:
        self._client = client
        self._journal = journal
        self._gate = gate
        self._thread = thread
        self._attachments = Attachments(client)
        self._follower = RunFollower(client, thread, self._note_run)
        self._sender = OnceSender(client, journal, thread)
        self._others = OtherRuns(thread, self._follower)

    async def send(
        self,
        text: str,
        paths: Sequence[Path],
        overrides: Mapping[str, str],
        copy_of: Message | None,
    ) -> Run:
        """Send a message, and run the assistant on it; the run at its end, or where it waits."""
        thread = self._thread
        self._check_is_there()
        with self._gate.counting():
            await self._make_thread(text)
            body = await self._attachments.body(text, paths)
        if copy_of is not None:
            body = body_of_copy(copy_of)
        message = await self._others.when_free(lambda: self._send_message(body))
        thread.loader.add(message)
        thread.tell(thread.transcript.apply(ThreadEvent("thread.message.created", message.raw)))
        return await self.run(overrides)

    async def answer(
        self,
        run: Run,
        waiting: Sequence[Entry],
        outputs: Mapping[str, str],
        approvals: Mapping[str, bool],
    ) -> Run:
        """Answer the calls that a run waits for, and follow what it does then."""
        thread = self._thread
        thread.transcript.follow(run.id)
        body = _answers(waiting, outputs, approvals)
        async with AsyncExitStack() as stack:
            answer: RunAnswer | None = None
            try:
                with self._gate.counting():
                    submitting = self._client.submit_outputs(thread.id, run.id, body)
                    answer = await stack.enter_async_context(submitting)
            except ServiceError as error:
                if await self._still_waits(run, error):
                    raise
                if not error.may_have_arrived:
                    await self._finish(run.id)  # it has ended, or others have answered it
                    raise
            thread.tell(thread.transcript.answered(outputs))
            for entry in waiting:
                if entry.call is not None and entry.key in outputs:
                    given = outputs[entry.key]
                    await self._journal.keep_output(entry.call.name, entry.call.arguments, given)
            if answer is not None:
                await self._stream(answer)
        return await self._finish(run.id)

    async def resume(self, run_id: str) -> Run:
        """Take up a run that was started before: by its stream, if the server gives it anew."""
        thread = self._thread
        thread.transcript.follow(run_id)
        await self._take_up(run_id)
        return await self._finish(run_id)

    def give_up(self) -> bool:
        """Send nothing, if another run is still waited for; returns whether that is so."""
        return self._others.give_up()

    async def _stream(self, answer: RunAnswer) -> None:
        """Follow a stream; where it breaks off, take it up behind its last event, if it has ids."""
        await self._follower.stream(answer.events())
        run = self._thread.transcript.run
        if answer.last_event_id and run is not None and run.status in _UNDER_WAY:
            await self._take_up(run.id, answer.last_event_id)

    async def _take_up(self, run_id: str, last_event_id: str = "") -> None:
        """Follow a run that was started before, as far as the server gives its stream anew."""
        with suppress(ServiceError):  # the run is looked at in any case
            async with self._client.resume_run(self._thread.id, run_id, last_event_id) as answer:
                await self._follower.stream(answer.events())

    async def cancel(self, run: Run) -> None:
        """Ask for the end of a run.

        Raises:
            ServiceError: it goes on; NotServed where this server cannot stop runs.
        """
        try:
            with self._gate.counting():
                await self._client.cancel_run(self._thread.id, run.id)
        except ServiceError as error:
            now = (await self._client.retrieve_run(self._thread.id, run.id)).run
            if now.is_active and now.status != "cancelling":
                error.message = f"the run was not stopped: {error.message}"
                raise

    async def _send_message(self, body: Mapping[str, str]) -> Message:
        with self._gate.counting():
            known = self._thread.loader.messages
            identity = self._attachments.identity(body)
            return await self._sender.send_message(body, identity, known.__contains__)

    async def run(self, overrides: Mapping[str, str]) -> Run:
        """Run the assistant on the thread as it is."""
        self._check_is_there()
        body = {"assistant_id": write_json(self._thread.assistant_id), **overrides}
        try:
            run_id = await self._others.when_free(lambda: self._start_run(body))
        except Invalid as error:
            raise RunRefused.of(error) from None
        return await self._finish(run_id)

    async def _start_run(self, body: Mapping[str, str]) -> str:
        """Start a run and follow its stream; the id of the run."""
        thread = self._thread
        is_known = {**thread.loader.runs}.__contains__
        thread.transcript.follow()
        async with AsyncExitStack() as stack:
            with self._gate.counting():
                starting = self._sender.start_run(body, is_known)
                started = await stack.enter_async_context(starting)
            if isinstance(started, RunAnswer):
                await self._stream(started)
                latest = thread.transcript.run
                if latest is None or is_known(latest.id):
                    latest = await self._sender.find_run(body, is_known)
            else:
                latest = started
        if latest is None:
            raise ServerFault("the server has started no run, as far as it tells")
        self._sender.acknowledge(body)
        await self._note_run(latest)
        return latest.id

    async def _finish(self, run_id: str) -> Run:
        """Look at a run until it ends or waits, then at all that it may have changed."""
        thread = self._thread
        polled = await self._follower.poll(run_id)
        try:
            await thread.loader.reload(polled)
        except ServiceError as error:
            said = f"what the run has written was not checked: {error}"
            thread.tell(thread.transcript.note(said))
        else:
            thread.show()
        run = thread.transcript.runs.get(run_id, polled)
        thread.progress.ended = time.monotonic()
        await thread.keep(run)
        return run

    def _check_is_there(self) -> None:
        if self._thread.is_copy:
            raise Invalid("only a copy of this thread is left: a fork of it goes on")

    async def _make_thread(self, text: str) -> None:
        """Make the thread, if there is none yet. An empty one that gets lost does no harm."""
        if not self._thread.id:
            metadata = write_json({SEND_KEY: new_key()})
            row = await self._client.threads.create({"metadata": metadata})
            self._thread.made(row.id, text)
            await self._thread.keep(None)

    async def _note_run(self, run: Run) -> None:
        """Keep the id of a run before anything waits for it; stop it, if that was asked for."""
        await self._thread.keep(run)
        if self._thread.progress.stopping and run.is_active and run.status != "cancelling":
            try:
                await self.cancel(run)
            except ServiceError as error:
                self._thread.progress.stopping = False
                self._thread.tell(self._thread.transcript.note(str(error)))

    async def _still_waits(self, run: Run, error: ServiceError) -> bool:
        """Whether a run waits for the same calls as before, so that outputs have not arrived.

        Raises:
            ServiceError: `error`, where that is not to be known.
        """
        try:
            now = (await self._client.retrieve_run(self._thread.id, run.id)).run
        except ServiceError:
            if error.may_have_arrived:
                error.message = f"it may have arrived all the same: {error.message}"
            raise error from None
        same = now.raw.get("required_action") == run.raw.get("required_action")
        return now.status == "requires_action" and same


def _answers(
    waiting: Sequence[Entry], outputs: Mapping[str, str], approvals: Mapping[str, bool]
) -> dict[str, str]:
    """The body that answers calls, each by its id, in their order."""
    calls = [entry.call for entry in waiting if entry.call is not None]
    given = [
        {"tool_call_id": call.id, "output": outputs[call.key]}
        for call in calls
        if call.key in outputs
    ]
    approved = [
        {"tool_call_id": call.id, "approve": approvals[call.key]}
        for call in calls
        if call.key in approvals
    ]
    body = {"tool_outputs": write_json(given)}
    return {**body, "tool_approvals": write_json(approved)} if approved else body
