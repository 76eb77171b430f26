"""Prints what a run does: the text of the assistant as it comes, or the events, one a line."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from assistant_tui.cli.console import Console
from assistant_tui.core.json_text import write_json
from assistant_tui.core.threads.entries import OWN_NOTE, Change, ChangeKind, Entry, EntryKind
from assistant_tui.core.threads.events import ThreadEvent
from assistant_tui.core.threads.objects import Json
from assistant_tui.core.threads.phase import phase_of
from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.services.threads.conversation import Conversation

_STATE_SECONDS = 0.5
_Result = TypeVar("_Result")


class AnswerOutput(Protocol):
    """One way to print what a run does; every method raises OSError where it cannot be written."""

    def begin(self, transcript: Transcript) -> None:
        """Note what is there already; of that, only what is being written is printed."""

    def take_event(self, event: ThreadEvent) -> None:
        """An event has come."""

    def take_changes(self, changes: Sequence[Change]) -> None:
        """The transcript has changed."""

    def end(self, transcript: Transcript) -> None:
        """Print what is still missing, now that the server has said what it holds."""


class AnswerText:
    """Prints the messages of the assistant that were not there before, each once.

    A message that is written while another one is not finished follows when the run has ended.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._transcript = Transcript()
        self._before: set[str] = set()
        self._printed: dict[str, list[str]] = {}
        """The pieces of each message that were printed, by the keys of the entries."""
        self._latest = ""
        """The key of the message that was printed last."""
        self._begun = ""
        """The key of the message that has begun last: its pieces are printed as they come."""

    def begin(self, transcript: Transcript) -> None:
        """Print of what is there already only what is being written."""
        self._transcript = transcript
        self._before = {entry.key for entry in transcript.entries if entry.complete}
        for entry in filter(self._is_printed, transcript.entries):
            self._begin(entry)

    def take_event(self, event: ThreadEvent) -> None:
        """The changes of the transcript have the text."""

    def take_changes(self, changes: Sequence[Change]) -> None:
        """Print what of the changes is text."""
        for kind, entry, piece in changes:
            if entry is None or not self._is_printed(entry):
                continue
            if kind is ChangeKind.ADDED:
                self._begin(entry)
            elif kind is ChangeKind.APPENDED and entry.key == self._begun:
                self._print(entry, piece)
            elif kind is ChangeKind.CHANGED and entry.key == self._begun:
                self._print_rest(entry)

    def end(self, transcript: Transcript) -> None:
        """Print what is missing; a text that is another one now is printed anew, and that told."""
        for entry in filter(self._is_printed, transcript.entries):
            if not self._print_rest(entry):
                self._console.note("the server holds another text than it streamed; it follows")
                self._latest = ""
                self._print(entry, entry.text)
        self._console.end_stream()

    def _begin(self, entry: Entry) -> None:
        self._begun = entry.key
        self._print_rest(entry)

    def _take_over(self, entry: Entry) -> None:
        """Where a message was streamed without its id, what was printed of it is that of `entry`.

        Then the message that the server holds stands in the place of the one that was streamed.
        """
        there = {each.key for each in self._transcript.entries}
        for key, pieces in self._printed.items():
            if key not in there and entry.text.startswith("".join(pieces)):
                self._printed[entry.key] = self._printed.pop(key)
                self._latest = entry.key if self._latest == key else self._latest
                return

    def _print_rest(self, entry: Entry) -> bool:
        """Print what a message has grown by; False if it is not what was printed any more."""
        if entry.key not in self._printed:
            self._take_over(entry)
        printed = "".join(self._printed.get(entry.key, ()))
        if not entry.text.startswith(printed):
            return False
        self._print(entry, entry.text[len(printed) :])
        return True

    def _is_printed(self, entry: Entry) -> bool:
        return entry.kind is EntryKind.ASSISTANT and entry.key not in self._before

    def _print(self, entry: Entry, piece: str) -> None:
        if not piece:
            return
        if self._latest != entry.key and self._printed:
            self._console.end_stream()
            self._console.stream("\n")
        self._latest = entry.key
        self._printed.setdefault(entry.key, []).append(piece)
        self._console.stream(piece)


class EventLines:
    """Prints each event as a line of JSON, and at the end what the server holds.

    A line is `{"event": NAME, "data": …}`. The last one is always about the run, with the state
    that the server has told when it was asked; before it comes each message of the assistant that
    no event has brought whole.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._before: set[str] = set()
        self._whole: set[str] = set()
        """The ids of the messages that an event has brought."""

    def begin(self, transcript: Transcript) -> None:
        """Print nothing of what is there already, and whole."""
        self._before = {entry.key for entry in transcript.entries if entry.complete}

    def take_event(self, event: ThreadEvent) -> None:
        """Print the event."""
        if event.name == "thread.message.completed":
            self._whole.add(str(event.data.get("id")))
        self._print(event.name, event.data)

    def take_changes(self, changes: Sequence[Change]) -> None:
        """The events have it all."""

    def end(self, transcript: Transcript) -> None:
        """Print the messages that are missing, and the run."""
        for entry in transcript.entries:
            message = entry.message
            is_new = entry.kind is EntryKind.ASSISTANT and entry.key not in self._before
            if is_new and message is not None and message.id not in self._whole:
                self._print(f"thread.message.{message.status or 'completed'}", message.raw)
        if transcript.run is not None:
            self._print(f"thread.run.{transcript.run.status}", transcript.run.raw)

    def _print(self, name: str, data: Json) -> None:
        try:
            text = write_json({"event": name, "data": data})
        except ValueError:  # a number that no JSON has, such as 1e400 after it was read
            text = write_json({"event": name, "data": _finite(data)})
        self._console.json(text)
        self._console.flush()


def _finite(value: Any) -> Any:
    """A value with null in the place of numbers that are not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list) else value


class Narrator:
    """Prints what a conversation does while it is followed: the answer, and the state of the run.

    Where the answer cannot be written any more, as nobody reads the pipe, `fault` says so.
    """

    def __init__(self, console: Console, conversation: Conversation, output: AnswerOutput) -> None:
        self._console = console
        self._conversation = conversation
        self._output = output
        self._before: set[str] = set()
        self._fault: OSError | None = None
        self._broken = asyncio.Event()
        self._ticking: asyncio.TimerHandle | None = None

    @contextmanager
    def following(self) -> Iterator[None]:
        """Print what happens inside."""
        self._before = {entry.key for entry in self._conversation.transcript.entries}
        self._output.begin(self._conversation.transcript)
        self._conversation.on_event(
            lambda event: self._guard(lambda: self._output.take_event(event))
        )
        end = self._conversation.listen(
            lambda changes: self._guard(lambda: self._output.take_changes(changes))
        )
        self._tick()
        try:
            yield
        finally:
            end()
            self._stop_ticking()

    async def unless_broken(self, work: Awaitable[_Result]) -> _Result:
        """Wait for something, but no longer than the answer can be written. Raises OSError."""
        working = asyncio.ensure_future(work)
        broken = asyncio.ensure_future(self._broken.wait())
        try:
            await asyncio.wait((working, broken), return_when=asyncio.FIRST_COMPLETED)
            if self._fault is not None:
                raise self._fault
            return await working
        finally:
            working.cancel()
            broken.cancel()

    def finish(self) -> None:
        """Print what is still missing, and note what the conversation has to say of that.

        Raises OSError.
        """
        self._stop_ticking()
        self._console.clear()
        transcript = self._conversation.transcript
        self._output.end(transcript)
        for entry in transcript.entries:
            if entry.key.startswith(OWN_NOTE) and entry.key not in self._before:
                self._console.note(entry.text)

    def _guard(self, write: Callable[[], None]) -> None:
        """A conversation must not fail since its answer cannot be written."""
        if self._fault is not None:
            return
        try:
            write()
        except OSError as error:
            self._fault = error
            self._broken.set()

    def _tick(self) -> None:
        conversation = self._conversation
        phase = phase_of(conversation.transcript, time.monotonic(), conversation.progress)
        if phase.words:
            self._console.state(phase.words)
        self._ticking = asyncio.get_running_loop().call_later(_STATE_SECONDS, self._tick)

    def _stop_ticking(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
