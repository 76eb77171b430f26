"""Writes the calls and other steps of a transcript from the events of a stream."""

from collections import defaultdict
from dataclasses import replace

from assistant_tui.core.threads.entries import Change, ChangeKind, Entry, EntryKind, step_entries
from assistant_tui.core.threads.entry_list import EntryList
from assistant_tui.core.threads.objects import Step, ToolCall, read_call
from assistant_tui.core.threads.reading import Json, object_in, objects_in, text_in

_MOST_POSITIONS = 10_000


class StepWriter:
    """Takes whole steps and pieces of them, in any duplication.

    A call is known by its position in the step. Where a piece has none, its id tells, and a piece
    with neither belongs to the last call.
    """

    def __init__(self, entries: EntryList) -> None:
        self._entries = entries
        self._calls: defaultdict[str, dict[int, str]] = defaultdict(dict)
        """The ids of the calls of each step, by position; empty where it is not known."""

    def take(self, step: Step) -> list[Change]:
        """Take a step as a server has sent it whole, as far as it goes."""
        known = self._calls[step.id]
        self._calls[step.id] = known or {at: call.id for at, call in enumerate(step.calls)}
        changes: list[Change] = []
        for fresh in step_entries(step):
            entry = self._entries.get(fresh.key)
            if entry is None:
                changes += self._entries.add(fresh)
            elif fresh.complete or not entry.complete:
                changes += self._entries.update(entry, _united(entry, fresh))
        return changes

    def delta(self, step_id: str, delta: Json, run_id: str) -> list[Change]:
        """Take a piece of a step."""
        changes: list[Change] = []
        details = object_in(delta.get("step_details"))
        for value in objects_in(details.get("tool_calls")):
            key = f"{step_id}#{self._position(step_id, value)}"
            changes += self._take_call(read_call(value, key), value, run_id)
        return changes

    def _position(self, step_id: str, value: Json) -> int:
        calls, call_id = self._calls[step_id], text_in(value.get("id"))
        position = value.get("index")
        if not isinstance(position, int) or not 0 <= position < _MOST_POSITIONS:
            last = max(calls, default=-1)
            if call_id:
                position = next((at for at, known in calls.items() if known == call_id), last + 1)
            else:
                position = max(0, last)
        calls[position] = calls.get(position) or call_id
        return position

    def _take_call(self, call: ToolCall, value: Json, run_id: str) -> list[Change]:
        entry = self._entries.get(call.key)
        changes: list[Change] = []
        if entry is None:
            fresh = replace(call, arguments="", output=None)
            entry = Entry(call.key, EntryKind.CALL, run_id=run_id, call=fresh)
            changes += self._entries.add(entry)
            if self._entries.get(call.key) is not entry:
                return changes
        elif entry.complete:
            return []
        known = entry.known_call
        assert known is not None
        united = replace(_united_call(known, replace(call, output=None)), raw=known.raw)
        if united != known:
            entry.set_call(united)
            changes.append(Change(ChangeKind.CHANGED, entry))
        if call.output is not None:
            changes += self._entries.append_output(entry, call.output)
        piece = _piece_of_arguments(value, united.kind)
        return [*changes, *self._entries.append(entry, piece)] if piece else changes

    def forget(self) -> None:
        """Forget the steps: another run begins."""
        self._calls.clear()


def _piece_of_arguments(value: Json, kind: str) -> str:
    """The arguments in a delta as they came, perhaps cut within a character."""
    fields = {**value, **object_in(value.get(kind))}
    piece = fields.get("input" if kind == "code_interpreter" else "arguments")
    return piece if isinstance(piece, str) else text_in(piece)


def _united(entry: Entry, fresh: Entry) -> Entry:
    """A fresh entry that has not lost what was known of it: its text, and the output of a call."""
    if fresh.length < entry.length and (fresh.length == 0 or not fresh.complete):
        fresh.set_text(entry.text)
    known, call = entry.call, fresh.call
    if known is not None and call is not None:
        fresh.set_call(_united_call(known, call))
    return fresh


def _united_call(known: ToolCall, call: ToolCall) -> ToolCall:
    """A call with what is new of it; nothing that is empty takes the place of what was known."""
    is_named = call.kind != "unknown"
    return replace(
        call,
        id=call.id or known.id,
        kind=call.kind if is_named else known.kind,
        name=(call.name if is_named else "") or known.name,
        output=known.output if call.output is None else call.output,
        raw=call.raw if is_named else known.raw,
        arguments=known.arguments,
    )
