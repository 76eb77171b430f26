"""Reads the objects of a thread, and arranges its messages and calls as they happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import read_json
from assistant_tui.core.threads.arrangement import Arrangement
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.objects import (
    Message,
    Run,
    Thread,
    read_message,
    read_run,
    read_step,
    read_thread,
)


@dataclass(frozen=True)
class ArrangedThread:
    """A thread that was read, whatever its objects look like."""

    thread: Thread
    messages: Sequence[Message]
    runs: Sequence[Run]
    """Oldest first."""
    entries: Sequence[Entry]
    """Messages, calls, steps of unknown kinds, and how runs ended that did not complete."""


def arrange(record: ThreadRecord) -> ArrangedThread:
    """Read a thread; an object that is no JSON counts as one without members."""
    messages = [read_message(_value(text)) for text in record.messages]
    messages = [
        each if each.id else replace(each, id=f"#{place}") for place, each in enumerate(messages)
    ]
    runs = [read_run(_value(text)) for text in record.runs]
    steps = [read_step(_value(text)) for text in record.steps]
    arrangement = Arrangement(messages, runs, steps)
    thread = read_thread(_value(record.thread))
    return ArrangedThread(thread, messages, [*arrangement.runs.values()], arrangement.entries)


def _value(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None


def grouped_calls(entries: Sequence[Entry]) -> Iterator[Entry | list[Entry]]:
    """The entries, with the calls of one step together: a model has made them at once."""
    calls: list[Entry] = []
    for entry in entries:
        if entry.kind is EntryKind.CALL and (not calls or _step_id(calls[-1]) == _step_id(entry)):
            calls.append(entry)
            continue
        if calls:
            yield calls
        calls = [entry] if entry.kind is EntryKind.CALL else []
        if not calls:
            yield entry
    if calls:
        yield calls


def _step_id(entry: Entry) -> str:
    return entry.key.rpartition("#")[0]
