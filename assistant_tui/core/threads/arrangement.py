"""Puts what a server holds of a thread in the order in which it happened."""

import zlib
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from assistant_tui.core.threads.entries import (
    Entry,
    EntryKind,
    ending_note,
    message_entry,
    step_entries,
)
from assistant_tui.core.threads.objects import Message, Run, Step, ToolCall


class _Timed(Protocol):
    @property
    def created_at(self) -> float | None: ...


_Item = TypeVar("_Item", bound=_Timed)


def in_order(items: Iterable[_Item]) -> list[_Item]:
    """Items by their time; where that is equal or unknown, they stay as they are."""
    listed = list(items)
    at, times = float("-inf"), []
    for item in listed:
        at = at if item.created_at is None else item.created_at
        times.append(at)
    return [listed[place] for place in sorted(range(len(listed)), key=times.__getitem__)]


class Arrangement:
    """The entries of a thread, messages and calls where they happened.

    The steps of a run say which call came before which message. Where a server has no steps, or
    they name no message, a run's calls stand before its messages; where it has no messages, either,
    they stand behind what was there when the run was created.
    """

    def __init__(
        self,
        messages: Sequence[Message],
        runs: Sequence[Run],
        steps: Sequence[Step],
        other_calls: Sequence[Entry] = (),
    ) -> None:
        """Arrange what a server holds.

        Args:
            messages: of the thread.
            runs: of the thread. Those that wait get the keys of the entries of their calls.
            steps: of the runs, as far as the server has any.
            other_calls: entries of calls that were seen in events alone; they are none of these.
        """
        self._other_calls = other_calls
        self.runs = {run.id: run for run in in_order(runs) if run.id}
        self._messages = in_order({each.id: each for each in messages}.values())
        self._known = {message.id for message in self._messages}
        self._steps: defaultdict[str, list[Step]] = defaultdict(list)
        for step in in_order({each.id: each for each in steps}.values()):
            self._steps[step.run_id].append(step)
        self._before: defaultdict[str, list[Entry]] = defaultdict(list)
        self._after: defaultdict[str, list[Entry]] = defaultdict(list)
        self._head: list[Entry] = []
        for run_id in {**self.runs, **self._steps}:
            self._place_run(run_id)
        self.entries = [*self._in_sequence()]

    def _place_run(self, run_id: str) -> None:
        own = [each.id for each in self._messages if run_id and each.run_id == run_id]
        waiting: list[Entry] = []
        last = ""
        for step in self._steps[run_id]:
            if step.message_id in self._known:
                self._before[step.message_id] += waiting
                waiting, last = [], step.message_id
            else:
                waiting += step_entries(step)
        run = self.runs.get(run_id)
        if run is not None and run.required is not None:
            others = [each for each in self._other_calls if each.run_id == run_id]
            self.runs[run_id], added = match_required(run, [*waiting, *others])
            waiting += added
        if waiting and not last and own:
            self._before[own[0]] += waiting
            waiting = []
        note = run and ending_note(run)
        rest = [*waiting, note] if note else waiting
        place = own[-1] if own and (note or not last) else last
        (self._after[place] if place else self._behind_former(run)).extend(rest)

    def _behind_former(self, run: Run | None) -> list[Entry]:
        """Where the entries of a run go that has written no message."""
        at = None if run is None else run.created_at
        former = [
            each.id
            for each in self._messages
            if at is None or each.created_at is None or each.created_at <= at
        ]
        return self._after[former[-1]] if former else self._head

    def _in_sequence(self) -> Iterator[Entry]:
        yield from self._head
        for message in self._messages:
            yield from self._before[message.id]
            if is_shown(message):
                yield message_entry(message)
            yield from self._after[message.id]


def is_shown(message: Message) -> bool:
    """Whether a message has anything to show yet: one that is just begun has not."""
    return bool(message.parts) or message.status != "in_progress"


def match_required(run: Run, entries: Sequence[Entry]) -> tuple[Run, list[Entry]]:
    """Find the entries of the calls that a run waits for.

    Args:
        run: one with a required action.
        entries: those of the run, in their order.

    Returns:
        The run with those entries' keys at its calls, and new entries for calls that are in none,
        since some servers have no steps.
    """
    assert run.required is not None
    unanswered = _UnansweredCalls(entries)
    calls: list[ToolCall] = []
    added: list[Entry] = []
    for place, call in enumerate(run.required.calls):
        entry = unanswered.take(call)
        if entry is None:
            entry = _stepless_entry(run, call, place)
            added.append(entry)
        calls.append(replace(call, key=entry.key))
    return replace(run, required=replace(run.required, calls=tuple(calls))), added


class _UnansweredCalls:
    """The entries of calls without an output; each is found once, by what is said of its call."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: defaultdict[tuple[str, str | None, str | None], deque[Entry]]
        self._entries = defaultdict(deque)
        """By name, id and arguments, of which the last two may be left out."""
        self._taken: set[str] = set()
        for each in entries:
            call = each.known_call
            if each.kind is EntryKind.CALL and call is not None and not each.has_output():
                for key in ((call.id, each.text), (call.id, None), (None, each.text)):
                    self._entries[(call.name, *key)].append(each)

    def take(self, call: ToolCall) -> Entry | None:
        """By id and name, since ids may repeat; else by what it asks for."""
        for key in ((call.id, call.arguments), (call.id, None), (None, call.arguments)):
            entries = self._entries[(call.name, *key)]
            while entries:
                entry = entries.popleft()
                if entry.key not in self._taken:
                    self._taken.add(entry.key)
                    return entry
        return None


def _stepless_entry(run: Run, call: ToolCall, place: int) -> Entry:
    """The entry of a call that is in no step; its key tells it from those asked for before."""
    digest = zlib.crc32(f"{call.name}\0{call.arguments}".encode("utf-8", "replace"))
    call = replace(call, key=f"{run.id}#{place}-{digest:08x}")
    return Entry(call.key, EntryKind.CALL, call.arguments, run_id=run.id, call=call)
