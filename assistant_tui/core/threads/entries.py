"""What a transcript is made of: its entries, and the changes of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple

from assistant_tui.core.threads.objects import Message, Run, Step, ToolCall
from assistant_tui.core.threads.reading import json_of, whole_characters

OWN_NOTE = "note:"
"""How the keys of notes begin that are this program's sentences, not how a run ended."""
_MOST_PIECES = 1_000
"""Pieces of a text after which they are joined, so that a million small ones take little memory."""

_OPEN_STEP = ("in_progress", "requires_action")
"""The states of a step that has not ended; one server gives it that of its run (Bella)."""


class EntryKind(Enum):
    """What a block of a transcript shows."""

    USER = auto()
    ASSISTANT = auto()
    REASONING = auto()
    """What a model thought before it wrote, where a server streams it; none keeps it."""
    CALL = auto()
    STEP = auto()
    """A step of an unknown kind, as JSON."""
    NOTE = auto()
    """An error, a stream that was cut, what a server cannot do."""


class GrowingText:
    """A text that is appended to at constant cost, and joined when it is read."""

    __slots__ = ("_half", "_joined", "_length", "_pieces")

    def __init__(self, text: str = "") -> None:
        self._joined = [text] if text else []
        self._pieces: list[str] = []
        self._half = ""
        """Half a character (a UTF-16 surrogate) whose other half may come next."""
        self._length = len(text)

    def __len__(self) -> int:
        """The number of characters."""
        return self._length

    def __str__(self) -> str:
        self._joined = ["".join([*self._joined, *self._pieces])]
        self._pieces.clear()
        return self._joined[0]

    def append(self, piece: str) -> str:
        """Append a piece, cut anywhere; what of it can be shown now."""
        piece = self._half + piece
        self._half = piece[-1:] if "\ud800" <= piece[-1:] <= "\udbff" else ""
        piece = whole_characters(piece[:-1] if self._half else piece)
        self._pieces.append(piece)
        self._length += len(piece)
        if len(self._pieces) > _MOST_PIECES:
            self._joined.append("".join(self._pieces))
            self._pieces.clear()
        return piece


class Entry:
    """One block of a transcript; it stays the same object as long as its key is there."""

    __slots__ = (
        *("_call", "_output", "_text", "complete", "created_at", "key", "kind", "last_part"),
        *("message", "run_id", "step"),
    )

    def __init__(
        self,
        key: str,
        kind: EntryKind,
        text: str = "",
        *,
        run_id: str = "",
        created_at: float | None = None,
        complete: bool = False,
        message: Message | None = None,
        step: Step | None = None,
        call: ToolCall | None = None,
    ) -> None:
        """Make an entry.

        Args:
            key: unique in its transcript.
            kind: what it shows.
            text: all of it so far; of a call, its arguments.
            run_id: the run that it belongs to; empty for a message of a person.
            created_at: Unix seconds, where a server has said so.
            complete: nothing is appended any more.
            message: what it shows, as a server sent it last: while it streams, without the text.
            step: of a step of an unknown kind, or of a call.
            call: without its arguments, which `call` puts in.
        """
        self.key = key
        self.kind = kind
        self.run_id = run_id
        self.created_at = created_at
        self.complete = complete
        self.message = message
        self.step = step
        self.last_part = "text" if text else ""
        """The kind of the content part that the next piece may belong to."""
        self._call = call
        self._text = GrowingText(text)
        self._output: GrowingText | None = None
        """The output of the call, where it came in pieces."""

    @property
    def text(self) -> str:
        """All of it so far, in the server's words: not yet harmless for a terminal."""
        return str(self._text)

    @property
    def length(self) -> int:
        """The characters of the text, at no cost."""
        return len(self._text)

    @property
    def call(self) -> ToolCall | None:
        """The call, with its arguments and its output so far."""
        return self._call and replace(self._call, arguments=self.text, output=self._output_text)

    @property
    def known_call(self) -> ToolCall | None:
        """The call without its arguments, and without an output that came in pieces; at no cost."""
        return self._call

    @property
    def _output_text(self) -> str | None:
        if self._output is not None:
            return str(self._output)
        return None if self._call is None else self._call.output

    def append(self, piece: str) -> str:
        """Append a piece of text; what of it can be shown now."""
        return self._text.append(piece)

    def append_output(self, piece: str) -> int:
        """Append a piece to the output of the call; returns by how many characters it grew."""
        if self._output is None:
            self._output = GrowingText((self._call and self._call.output) or "")
        return len(self._output.append(piece))

    def set_text(self, text: str) -> None:
        """Replace the text."""
        self._text = GrowingText(text)

    def set_call(self, call: ToolCall) -> None:
        """Replace what is known of the call, but neither its arguments nor pieces of output."""
        self._call = call

    def has_output(self) -> bool:
        """Whether the call has been answered."""
        has_pieces = self._output is not None
        return self._call is not None and (has_pieces or self._call.output is not None)

    def becomes(self, other: "Entry") -> bool:
        """Take over what another entry with the same key shows; whether anything differs."""
        same = self.shown() == other.shown()
        self.kind, self.run_id, self.created_at = other.kind, other.run_id, other.created_at
        self.complete, self.message, self.step = other.complete, other.message, other.step
        self._call, self._output = other._call, other._output
        self.last_part = other.last_part
        if not same:
            self._text = other._text
        return not same

    def shown(self) -> tuple[object, ...]:
        """All that a reader could see of it, to be compared."""
        name = self._call.name if self._call else ""
        return self.kind, self.text, self.complete, self.run_id, self._output_text, name


class ChangeKind(Enum):
    """How an entry has changed."""

    ADDED = auto()
    """At the end, with all that it has."""
    APPENDED = auto()
    CHANGED = auto()
    """Its text, its state or its output; without an entry, the run."""
    REMOVED = auto()
    RESET = auto()
    """Read all entries anew; those whose keys were there before are the same objects."""


class Change(NamedTuple):
    """One change of a transcript."""

    kind: ChangeKind
    entry: Entry | None = None
    text: str = ""
    """Of APPENDED, the new piece alone."""


def told_once(changes: Sequence[Change]) -> Sequence[Change]:
    """Changes that were made together, without what an entry that is read anew shows by itself."""
    if len(changes) < 2:
        return changes
    fresh: set[int] = set()
    told = []
    for change in changes:
        identity = id(change.entry)
        if change.entry is None or identity not in fresh:
            told.append(change)
        if change.kind in (ChangeKind.ADDED, ChangeKind.CHANGED):
            fresh.add(identity)
    return told


def message_entry(message: Message) -> Entry:
    """The entry of a message that a server has sent whole."""
    is_user = message.role == "user"
    return Entry(
        message.id,
        EntryKind.USER if is_user else EntryKind.ASSISTANT,
        message.text,
        run_id=message.run_id,
        created_at=message.created_at,
        complete=is_user or message.status != "in_progress",
        message=message,
    )


def step_entries(step: Step) -> Iterator[Entry]:
    """The entries of a step: one for each call, or its JSON; none for a message, which is one."""
    if step.kind == "message_creation":
        return
    if step.kind != "tool_calls":
        yield Entry(
            step.id,
            EntryKind.STEP,
            json_of(step.raw),
            run_id=step.run_id,
            created_at=step.created_at,
            complete=step.status not in _OPEN_STEP,
            step=step,
        )
        return
    for call in step.calls:
        yield call_entry(call, step)


def call_entry(call: ToolCall, step: Step) -> Entry:
    """The entry of a call in a step."""
    return Entry(
        call.key,
        EntryKind.CALL,
        call.arguments,
        run_id=step.run_id,
        created_at=step.created_at,
        complete=step.status not in _OPEN_STEP or call.output is not None,
        step=step,
        call=call,
    )


def ending_note(run: Run) -> Entry | None:
    """What is to be said at the end of a run that did not complete."""
    said = {
        "failed": f"failed: {run.error}" if run.error else "failed",
        "expired": f"expired: {run.error}" if run.error else "expired",
        "incomplete": f"incomplete: {run.incomplete}" if run.incomplete else "incomplete",
        "cancelled": "stopped",
    }.get(run.status)
    if said is None:
        return None
    key = f"end:{run.id}"
    return Entry(key, EntryKind.NOTE, said, run_id=run.id, created_at=run.ended_at, complete=True)
