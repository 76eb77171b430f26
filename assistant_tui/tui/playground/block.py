"""One entry of a transcript as lines: its heading, and its text, or what a call was about."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from assistant_tui.core.json_text import minified, read_json
from assistant_tui.core.safe_text import json_line, one_line
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.tui.playground.spans import (
    LARGEST_JSON,
    Line,
    Span,
    coloured,
    cut,
    is_json,
    json_lines,
)
from assistant_tui.tui.playground.wording import clock
from assistant_tui.tui.playground.wrapped_text import WrappedText, wrapped_lines

_FOLDED = (EntryKind.REASONING, EntryKind.CALL, EntryKind.STEP)
_SUMMARY = 200
"""Characters of arguments or reasoning that a folded entry shows at most."""
_INDENT = "    "


class Facts(NamedTuple):
    """What a view knows beside the entries."""

    now: float
    """Unix seconds, for the date of what was not said today."""
    check: Callable[[ToolCall], str] = lambda call: ""
    """What is wrong with the arguments of a call; empty where they fit, or nothing is known."""
    time_of: Callable[[Entry], str] = lambda entry: ""
    """How long an entry took, in words; empty where that is not known."""
    waits: Callable[[ToolCall], bool] = lambda call: False
    """Whether a call waits for a person."""


class Block:
    """An entry in lines of one width; folded entries are one line until they are opened."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.is_open = False
        self.lines: list[Line] = []
        self._text: WrappedText | None = None
        """The end of the lines, where the entry is a text that may grow."""
        self._above = 0
        """The lines above that text."""
        self._taken = 0
        """The characters of the entry's text that are in the lines."""

    @property
    def can_fold(self) -> bool:
        """Whether it opens and closes."""
        return self.entry.kind in _FOLDED

    @property
    def is_tight(self) -> bool:
        """Whether it stands close to others of its kind, without a blank line between."""
        return self.can_fold

    def lay_out(self, width: int, facts: Facts) -> None:
        """Make its lines anew."""
        head = [cut(line, width) for line in self._head(facts)]
        self.lines, self._text = head, None
        if self.can_fold and not self.is_open:
            return
        if self.entry.kind in (EntryKind.CALL, EntryKind.STEP):
            self.lines = [*head, *self._details(width, facts)]
            return
        part = "muted" if self.entry.kind is EntryKind.REASONING else ""
        part = "warning" if self.entry.kind is EntryKind.NOTE else part
        self._text = WrappedText(width, part, markdown=not part)
        if text := self.entry.text:
            self._text.append(text)
        self._taken = len(text)
        self.lines = [*head, *self._text.lines]
        self._above = len(head)

    def append(self, piece: str, width: int, facts: Facts) -> int:
        """Take a piece that the text of the entry has gained.

        Returns:
            The first line that is not as it was.
        """
        if self._text is None:
            self.lay_out(width, facts)
            return 0
        if self._taken + len(piece) > self.entry.length:
            return len(self.lines)  # it was there already when the entry was laid out
        self._taken += len(piece)
        before = max(len(self._text.lines) - 1, 0)
        self._text.append(piece)
        self.lines[self._above + before :] = self._text.lines[before:]
        return self._above + before

    def _head(self, facts: Facts) -> Iterator[Line]:
        entry = self.entry
        if entry.kind in (EntryKind.USER, EntryKind.ASSISTANT):
            at = clock(entry.created_at, facts.now)
            yield (Span(*_SPEAKERS[entry.kind]), Span(f"  {at}", "muted"))
            if names := ", ".join(_attached(entry)):
                yield (Span(f"with {names}", "muted"),)
        elif entry.kind is EntryKind.REASONING:
            yield self._folded("thinking", "reasoning", entry.text)
        elif entry.kind is EntryKind.STEP and entry.step is not None:
            step = entry.step
            yield self._folded(one_line(step.kind), "call", one_line(step.status))
        elif entry.call is not None:
            yield tuple(self._call_head(entry.call, facts))

    def _folded(self, title: str, part: str, about: str) -> Line:
        about = "" if self.is_open else one_line(about[:_SUMMARY])
        return (*self._mark, Span(title, part), Span(f"  {about}", "muted"))

    @property
    def _mark(self) -> Line:
        return (Span("▾ " if self.is_open else "▸ ", "muted"),)

    def _call_head(self, call: ToolCall, facts: Facts) -> Iterator[Span]:
        yield from self._mark
        is_function = call.kind == "function"
        name = one_line(call.name) or "(no name)"
        yield Span(f"ƒ {name}" if is_function else name, "function" if is_function else "call")
        waits = facts.waits(call)
        if (waits or self.entry.complete) and (wrong := facts.check(call)):
            yield Span(f"  ✗ {one_line(wrong)}", "error")
        if waits:
            yield Span("  waits for you", "warning")
        elif took := facts.time_of(self.entry):
            yield Span(f"  {took}", "muted")
        if not self.is_open and call.arguments:
            yield Span("  ")
            found = call.kind == "file_search" and _search(call.arguments)
            yield from (Span(found, "muted"),) if found else on_a_line(call.arguments)
        if not self.is_open and call.output is not None:
            yield Span("  →  ", "muted")
            yield from on_a_line(call.output)

    def _details(self, width: int, facts: Facts) -> Iterator[Line]:
        entry = self.entry
        if entry.call is None:
            yield from json_lines(entry.text, width, _INDENT)
            return
        yield from json_lines(entry.call.arguments or "(no arguments)", width, _INDENT)
        if entry.call.output is not None:
            yield (Span("  → ", "muted"),)
            yield from json_lines(entry.call.output or "(empty)", width, _INDENT)
        if wrong := facts.check(entry.call):
            yield from wrapped_lines(f"✗ {wrong}", width, "error")


_SPEAKERS = {EntryKind.USER: ("You", "user"), EntryKind.ASSISTANT: ("Assistant", "assistant")}


def _attached(entry: Entry) -> Iterator[str]:
    """The files of a message, by the names that the server gives them."""
    for attachment in entry.message.attachments if entry.message is not None else ():
        yield one_line(str(attachment.get("file_id", "a file")))


def _search(arguments: str) -> str:
    """What a search was for, where the server says so, and how much it found."""
    try:
        said = read_json(arguments) if len(arguments) <= LARGEST_JSON else None
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    query, results = said.get("query"), said.get("results")
    count = len(results) if isinstance(results, list) else None
    found = "" if count is None else f"{count} result{'s' if count != 1 else ''}"
    words = f"“{one_line(query[:_SUMMARY])}”" if isinstance(query, str) else ""
    return "  ".join(filter(None, (words, found)))


def on_a_line(text: str) -> Iterator[Span]:
    """The beginning of a text on one line; JSON in its colours."""
    if is_json(text):
        for span in coloured(json_line(minified(text))[:_SUMMARY]):
            spaced = span.text.replace(":", ": ").replace(",", ", ")
            yield span if span.part != "muted" else Span(spaced, "muted")
    else:
        yield Span(one_line(text[:_SUMMARY]), "muted")
