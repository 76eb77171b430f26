"""Writes the messages of a transcript from the events of a stream."""

from collections.abc import Iterator
from typing import Any

from assistant_tui.core.threads.arrangement import is_shown
from assistant_tui.core.threads.content_parts import read_part, text_pieces
from assistant_tui.core.threads.entries import Change, ChangeKind, Entry, EntryKind, message_entry
from assistant_tui.core.threads.entry_list import EntryList
from assistant_tui.core.threads.objects import Message
from assistant_tui.core.threads.reading import Json, object_in, text_in

_MADE_UP = "message:"
"""What the key of a message begins with whose id is not known."""


class MessageWriter:
    """Takes whole messages and pieces of them, in any duplication.

    A message that is begun has no entry before its first piece, so that what the model thought
    before stands before it. A piece whose id is unknown belongs to the message that is open: some
    servers give each piece an id of its own, or none.
    """

    def __init__(self, entries: EntryList) -> None:
        self._entries = entries
        self._begun: Entry | None = None
        """A message without text, which has no entry yet."""
        self._open: Entry | None = None
        self._reasoning: Entry | None = None
        self._images: set[tuple[str, str]] = set()
        """The parts that are no text, by entry and what they show."""
        self._count = 0

    def take(self, message: Message) -> list[Change]:
        """Take a message as a server has sent it whole, as far as it goes."""
        fresh = message_entry(message)
        entry = self._entries.get(message.id)
        if entry is None:
            return self._begin(fresh, message)
        if entry.complete and not fresh.complete:
            return []  # a late duplicate
        if fresh.length == 0 or (not fresh.complete and fresh.length < entry.length):
            fresh.set_text(entry.text)
        return self._entries.update(entry, fresh)

    def _begin(self, fresh: Entry, message: Message) -> list[Change]:
        if not is_shown(message):
            self._begun = fresh
            return []
        changes: list[Change] = []
        if fresh.kind is EntryKind.ASSISTANT:
            changes = self._end_reasoning()
            if self._open is not None and self._open.key.startswith(_MADE_UP):
                changes += self._entries.remove(self._open)
            self._begun, self._open = None, None if fresh.complete else fresh
        return [*changes, *self._entries.add(fresh)]

    def delta(self, message_id: str, delta: Json, run_id: str) -> list[Change]:
        """Take a piece of a message; it may have thoughts, text, both or neither."""
        changes: list[Change] = []
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(thought, str) and thought:
            changes += self._think(thought, run_id)
        pieces = [*_pieces(delta.get("content"))]
        if not pieces:
            return changes
        entry = self._entry_of(message_id, run_id)
        if entry is None:
            return changes
        changes += self._end_reasoning() + self._entries.add(entry)
        if self._entries.get(entry.key) is not entry:
            return changes  # there was no room for it
        for kind, piece in pieces:
            changes += self._append(entry, kind, piece)
        return changes

    def _entry_of(self, message_id: str, run_id: str) -> Entry | None:
        """The entry that a piece belongs to; None if it is of a message that has ended."""
        entry = self._entries.get(message_id)
        if entry is not None and entry.kind is EntryKind.ASSISTANT:
            return None if entry.complete else entry
        if self._open is not None and not self._open.complete:
            is_next = self._begun is not None and self._begun.key == message_id
            if not is_next:
                return self._open
        entry, self._begun = self._begun, None
        if entry is None:
            self._count += 1
            key = message_id or f"{_MADE_UP}{run_id}:{self._count}"
            entry = Entry(key, EntryKind.ASSISTANT, run_id=run_id)
        self._open = entry
        return entry

    def _append(self, entry: Entry, kind: str, piece: str) -> list[Change]:
        if kind not in ("text", "refusal"):
            if (entry.key, piece) in self._images:
                return []
            self._images.add((entry.key, piece))
        is_same = kind == entry.last_part and kind in ("text", "refusal")
        entry.last_part, former = kind, entry.last_part
        return self._entries.append(entry, piece if is_same or not former else f"\n\n{piece}")

    def _think(self, thought: str, run_id: str) -> list[Change]:
        if self._reasoning is not None:
            return self._entries.append(self._reasoning, thought)
        self._count += 1
        key = f"reasoning:{run_id}:{self._count}"
        entry = Entry(key, EntryKind.REASONING, run_id=run_id)
        added = self._entries.add(entry)
        if self._entries.get(key) is entry:
            self._reasoning = entry
            added += self._entries.append(entry, thought)
        return added

    def _end_reasoning(self) -> list[Change]:
        entry, self._reasoning = self._reasoning, None
        if entry is None:
            return []
        entry.complete = True
        return [Change(ChangeKind.CHANGED, entry)]

    def end(self) -> list[Change]:
        """Nothing more is written, or it is another run that writes."""
        changes = self._end_reasoning()
        if self._open is not None and not self._open.complete:
            self._open.complete = True
            changes.append(Change(ChangeKind.CHANGED, self._open))
        self._begun = self._open = None
        self._images.clear()
        return changes


def _pieces(content: Any) -> Iterator[tuple[str, str]]:
    """The kinds and texts of the parts of a delta, a text as it came."""
    for part in content if isinstance(content, list) else [content] if content else []:
        if isinstance(part, str):
            yield "text", part
            continue
        value = object_in(part)
        kind = text_in(value.get("type")) or "text"
        if kind == "text":
            yield kind, "".join(text_pieces(value.get("text")))
        elif kind == "refusal" and isinstance(value.get(kind), str):
            yield kind, value[kind]
        elif kind != "refusal":
            yield kind, read_part(value).text
