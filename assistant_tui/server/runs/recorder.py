"""Records what a model answers in a run, as messages and steps, with an event for each piece."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from assistant_tui.server.errors import ServerBusy, StoreError
from assistant_tui.server.runs.changes import Opened, RunChange, RunEnded
from assistant_tui.server.runs.chat import CallDelta, RefusalDelta, TextDelta
from assistant_tui.server.runs.event_log import EventLog, LoggedChange
from assistant_tui.server.runs.objects import to_json
from assistant_tui.server.store.interface import Event, ObjectWriter
from assistant_tui.server.store.paging import Json
from assistant_tui.server.threads import text_part

Result = TypeVar("Result")
Delta = TextDelta | RefusalDelta | CallDelta


class RunRecorder:
    """Writes one run; its changes are made in the order in which they are asked for.

    Deltas are committed while the next ones come in: the first at once, later ones together with
    what came in before it was their turn. The disk is not waited for before they are told, as it is
    for what ends a run: should the machine fail, a run that has not ended fails anyway.
    """

    def __init__(
        self,
        log: EventLog,
        thread_id: str,
        run_id: str,
        owner: str,
        clock: Callable[[], float],
        search_name: str,
    ) -> None:
        """Prepare to write a run.

        Args:
            log: of the store.
            thread_id: of the thread of the run.
            run_id: of the run.
            owner: stands in the lease of the thread while the run may be written here.
            clock: gives Unix seconds.
            search_name: the name under which the model calls the text search.
        """
        self._log = log
        self._thread_id = thread_id
        self._run_id = run_id
        self._owner = owner
        self._clock = clock
        self._search_name = search_name
        self._lock = asyncio.Lock()
        self._changes = 0
        """How many are asked for and not done; they commit the deltas before them."""
        self._pending: list[Delta] = []
        self._flushing: asyncio.Task[None] | None = None
        self._failure: Exception | None = None
        self._searches: set[int] = set()
        """The calls of this turn, by their numbers, that are text searches."""
        self._held = ""
        """White space before a text that may not come."""
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._opened = Opened()

    @property
    def content(self) -> list[Json]:
        """The parts of the message of this turn, as far as they have come."""
        text, refusal = "".join(self._texts), "".join(self._refusals)
        parts = [text_part(text)] if text else []
        return [*parts, {"type": "refusal", "refusal": refusal}] if refusal else parts

    def begin_turn(self) -> None:
        """Write what follows to a new message and a new step."""
        self._opened = Opened()
        self._searches.clear()
        self._held = ""
        self._texts, self._refusals = [], []

    def add(self, delta: Delta) -> None:
        """Record a piece of the answer. Raises what an earlier commit has met."""
        if isinstance(delta, TextDelta):
            text = self._held + delta.text
            if not self._texts and not text.strip():
                self._held = text
                return
            self._held, delta = "", TextDelta(text)
            self._texts.append(text)
        elif isinstance(delta, RefusalDelta):
            self._refusals.append(delta.text)
        elif delta.call_id and delta.name == self._search_name:
            self._searches.add(delta.index)
        self._pending.append(delta)
        if self._failure is not None:
            raise self._failure
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())

    async def change(self, do: Callable[[RunChange], Result], *, durable: bool = True) -> Result:
        """Change the run in one transaction, after all deltas that were added before.

        Args:
            do: changes it.
            durable: as in Store.write.

        Raises:
            RunEnded: it has ended otherwise, waits for outputs, is executed by another process, or
                its thread was deleted.
            StoreError: the store cannot be used.
        """
        self._log.hurry()
        # What was begun is done to its end, so that it is known here what the store holds.
        return await asyncio.shield(asyncio.ensure_future(self._locked(do, durable)))

    async def _locked(self, do: Callable[[RunChange], Result], durable: bool) -> Result:
        self._changes += 1
        try:
            async with self._lock:
                return await self._change(do, durable)
        finally:
            self._changes -= 1

    async def _flush(self) -> None:
        async with self._lock:
            try:
                while self._pending and not self._changes:
                    is_first = self._opened == Opened()
                    await self._change(lambda change: None, durable=False, can_wait=not is_first)
            except (RunEnded, StoreError, ServerBusy) as error:
                self._failure = error  # is raised by the next delta, or met again by the end

    async def _change(
        self, do: Callable[[RunChange], Result], durable: bool, can_wait: bool = False
    ) -> Result:
        batch = [*self._pending]

        def apply(objects: ObjectWriter) -> LoggedChange[tuple[Opened, Result]]:
            lease = objects.lease(self._thread_id)
            if lease is None or (lease.holder, lease.owner) != (self._run_id, self._owner):
                raise RunEnded(self._run_id)  # as far as it is known here
            change = RunChange(objects, self._thread_id, self._run_id, int(self._clock()))
            change.opened = self._append_events(change, batch)
            result = do(change)
            return change.save((change.opened, result))

        (self._opened, result), _ = await self._log.commit(
            apply, durable=durable, can_wait=can_wait
        )
        del self._pending[: len(batch)]
        return result

    def _append_events(self, change: RunChange, batch: Sequence[Delta]) -> Opened:
        """Add the events of deltas, and open what they belong to."""
        opened = self._opened
        for (kind, index), group in groupby(batch, key=_belongs_to):
            if kind is CallDelta:
                if opened.tool_step is None:
                    step = change.open_step({"type": "tool_calls", "tool_calls": []})
                    opened = replace(opened, tool_step=step)
                change.events += self._call_events(opened.tool_step, index, group)
            else:
                if not opened.message_id:
                    message, step = change.open_message()
                    opened = replace(opened, message_id=message["id"], message_step=step)
                text = "".join(delta.text for delta in group if not isinstance(delta, CallDelta))
                position = 1 if kind is RefusalDelta and self._texts else 0
                change.events.append(_text_event(opened.message_id, kind, position, text))
        return opened

    def _call_events(
        self, step: Json | None, index: int, group: Iterator[Delta]
    ) -> Iterator[Event]:
        assert step is not None
        deltas = [each for each in group if isinstance(each, CallDelta)]
        first = next((each for each in deltas if each.call_id), None)
        call: Json = {"index": index}
        if first is not None:
            call["id"] = first.call_id
        if index in self._searches:
            if first is None:
                return
            call |= {"type": "file_search", "file_search": {}}
        else:
            arguments = "".join(each.arguments for each in deltas)
            named = {} if first is None else {"name": first.name, "output": None}
            call |= {"type": "function", "function": {**named, "arguments": arguments}}
        details = {"type": "tool_calls", "tool_calls": [call]}
        delta = {
            "id": step["id"],
            "object": "thread.run.step.delta",
            "delta": {"step_details": details},
        }
        yield Event("thread.run.step.delta", to_json(delta))


def _belongs_to(delta: Delta) -> tuple[type[Delta], int]:
    return type(delta), delta.index if isinstance(delta, CallDelta) else 0


def _text_event(message_id: str, kind: type[Delta], index: int, text: str) -> Event:
    part: Json = (
        {"index": index, "type": "refusal", "refusal": text}
        if kind is RefusalDelta
        else {"index": index, "type": "text", "text": {"value": text}}
    )
    delta = {
        "id": message_id,
        "object": "thread.message.delta",
        "delta": {"content": [part]},
    }
    return Event("thread.message.delta", to_json(delta))
