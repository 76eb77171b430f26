"""The one state of an open thread: what events and the server's own lists say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant_tui.core.json_text import read_json
from assistant_tui.core.threads.arrangement import Arrangement, match_required
from assistant_tui.core.threads.entries import (
    OWN_NOTE,
    Change,
    ChangeKind,
    Entry,
    EntryKind,
    ending_note,
    told_once,
)
from assistant_tui.core.threads.entry_list import MOST_ENTRIES, MOST_TEXT, EntryList
from assistant_tui.core.threads.events import ERROR, ThreadEvent
from assistant_tui.core.threads.message_deltas import MessageWriter
from assistant_tui.core.threads.objects import (
    Message,
    Run,
    Step,
    ToolCall,
    Usage,
    read_message,
    read_run,
    read_step,
    read_usage,
)
from assistant_tui.core.threads.reading import Json, object_in, text_in
from assistant_tui.core.threads.step_deltas import StepWriter

__all__ = ["Change", "ChangeKind", "Entry", "EntryKind", "Transcript"]

_RUN_CHANGED = Change(ChangeKind.CHANGED)
_MOST_RUNS = 10_000


class Transcript:
    """Messages, calls and what else happened in a thread, in order of time.

    Events may come twice, late, or from other threads and runs: what they repeat changes nothing,
    and what is foreign is left out. What the server holds, given to `replace`, wins over them.
    """

    def __init__(
        self, thread_id: str = "", *, most_entries: int = MOST_ENTRIES, most_text: int = MOST_TEXT
    ) -> None:
        self.thread_id = thread_id
        """Empty before the thread is made; then the first event that names one decides."""
        self.run: Run | None = None
        """The latest run. The keys of its required calls are those of their entries."""
        self._runs: dict[str, Run] = {}
        self._followed = ""
        self._entries = EntryList(most_entries, most_text)
        self._messages = MessageWriter(self._entries)
        self._steps = StepWriter(self._entries)
        self._notes = 0

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, in order of time."""
        return self._entries.listed

    @property
    def runs(self) -> Mapping[str, Run]:
        """The runs of the thread by their ids, oldest first."""
        return self._runs

    def get(self, key: str) -> Entry | None:
        """The entry with a key."""
        return self._entries.get(key)

    @property
    def waiting(self) -> Sequence[Entry]:
        """The calls that the run waits for, in their order."""
        run = self.run
        if run is None or run.required is None or run.status != "requires_action":
            return ()
        found = (self._entries.get(call.key) for call in run.required.calls)
        return tuple(entry for entry in found if entry is not None)

    @property
    def last_text(self) -> str:
        """The text of the last message of the assistant."""
        said = (each for each in reversed(self.entries) if each.kind is EntryKind.ASSISTANT)
        return next((entry.text for entry in said), "")

    def follow(self, run_id: str = "") -> None:
        """Say whose events come next; those of other runs are left out.

        Without an id, it is the first run that an event names.
        """
        self._followed = run_id
        self._messages.end()
        self._steps.forget()

    def apply(self, event: ThreadEvent) -> Sequence[Change]:
        """Take an event of a stream, or an object in the shape of one."""
        return told_once(self._take(event))

    def _take(self, event: ThreadEvent) -> list[Change]:
        data, kind = event.data, _kind(event)
        if event.name == ERROR:
            self._notes += 1
            said = event.message or "the server ended the stream with an error"
            return self._note(f"error:{self._notes}", said)
        if kind == "thread":
            self.thread_id = self.thread_id or text_in(data.get("id"))
        self.thread_id = self.thread_id or text_in(data.get("thread_id"))
        if not kind.startswith("thread.") or _is_foreign(data, self.thread_id, self._followed):
            return []
        if kind == "thread.run":
            return self._take_run(read_run(data))
        run_id, delta = self._followed, object_in(data.get("delta"))
        identity = text_in(data.get("id"))
        if kind == "thread.message.delta":
            return self._messages.delta(identity, delta, run_id)
        if kind == "thread.run.step.delta":
            return self._steps.delta(identity or f"step:{run_id}", delta, run_id)
        if kind == "thread.run.step":
            return self._steps.take(read_step(data)) if identity else []
        return self._take_message(data) if kind == "thread.message" else []

    def replace(
        self,
        messages: Sequence[Message],
        runs: Sequence[Run],
        steps: Sequence[Step] | None,
        *,
        all_steps: bool = True,
    ) -> Sequence[Change]:
        """Show what the server holds: it wins over all that events have said.

        Args:
            messages: all of the thread.
            runs: all of the thread, as far as the server lists them.
            steps: those of the runs; None where the server has none.
            all_steps: whether none is missing; else calls that were seen here alone stay, too.

        What a run has written stays until the run has ended, since servers may not hold it yet;
        thoughts and notes stay, which no server holds.

        Returns:
            The changes: none where nothing differs.
        """
        stepless = steps is None or not all_steps
        others = _calls_not_in(steps or (), self.entries) if stepless else []
        held = Arrangement(messages, runs, steps or (), others)
        self._messages.end()
        self._steps.forget()
        former = self.run
        self._runs = dict([*held.runs.items()][-_MOST_RUNS:])
        self.run = next(reversed(self._runs.values()), None)

        def is_kept(entry: Entry) -> bool:
            if entry.kind is EntryKind.NOTE:
                return entry.key.startswith(OWN_NOTE)
            run = self._runs.get(entry.run_id)
            in_step = stepless and entry.kind in (EntryKind.CALL, EntryKind.STEP)
            under_way = run is not None and run.is_active and run.status != "requires_action"
            return in_step or under_way or entry.kind is EntryKind.REASONING

        changes = self._entries.replace_all(held.entries, is_kept)
        return changes if self.run == former else [*changes, _RUN_CHANGED]

    def note(self, text: str) -> Sequence[Change]:
        """Add a sentence of this program's; the same one is added once."""
        return self._note(f"{OWN_NOTE}{text}", text)

    def answered(self, outputs: Mapping[str, str]) -> Sequence[Change]:
        """The outputs of the calls, by their keys, have been sent: the run goes on."""
        changes: list[Change] = []
        for key, output in outputs.items():
            entry = self._entries.get(key)
            if entry is not None and entry.call is not None:
                entry.set_call(replace(entry.call, output=output))
                entry.complete = True
                changes.append(Change(ChangeKind.CHANGED, entry))
        if self.run is not None and self.run.status == "requires_action":
            self._put_run(replace(self.run, status="queued", required=None))
        return [*changes, _RUN_CHANGED]

    def _note(self, key: str, text: str) -> list[Change]:
        run_id = self._followed
        return self._entries.add(Entry(key, EntryKind.NOTE, text, run_id=run_id, complete=True))

    def _take_message(self, data: Json) -> list[Change]:
        """Take a message; one server sends what a run used as one, of no thread (OAA)."""
        usage = _usage_in(data)
        if usage is not None and data.get("thread_id") == "":
            if self.run is not None and self.run.id == self._followed:
                self._put_run(replace(self.run, usage=usage))
            return [_RUN_CHANGED]
        message = read_message(data)
        return self._messages.take(message) if message.id else []

    def _take_run(self, run: Run) -> list[Change]:
        known = self._runs.get(run.id)
        if not run.id or (self._followed and run.id != self._followed):
            return []
        if known is not None and not _may_follow(known, run):
            return []
        if run.required is not None and run.required.calls:
            own = self._entries.of_run(run.id)
            if all(_is_answered(call, own) for call in run.required.calls):
                return []
        return self.observe(run)

    def observe(self, run: Run) -> list[Change]:
        """Take a run as the server has it now, whatever was known of it before."""
        known = self._runs.get(run.id)
        self._followed = run.id
        changes: list[Change] = []
        if run.required is not None:
            run, added = match_required(run, self._entries.of_run(run.id))
            changes = [change for entry in added for change in self._entries.add(entry)]
        if run.usage is None and known is not None:
            run = replace(run, usage=known.usage)
        if known == run:
            return changes
        self._put_run(run)
        if run.is_final and known is not None:  # else it is final before anything is written
            changes += self._end(run)
        return [*changes, _RUN_CHANGED]

    def _end(self, run: Run) -> list[Change]:
        changes = self._messages.end()
        for entry in self._entries.of_run(run.id):
            if not entry.complete:
                entry.complete = True
                changes.append(Change(ChangeKind.CHANGED, entry))
        note = ending_note(run)
        return [*changes, *(self._entries.add(note) if note else [])]

    def _put_run(self, run: Run) -> None:
        if len(self._runs) < _MOST_RUNS or run.id in self._runs:
            self._runs[run.id] = run
        self.run = run


def _calls_not_in(steps: Sequence[Step], entries: Sequence[Entry]) -> list[Entry]:
    shown = {call.key for step in steps for call in step.calls}
    return [each for each in entries if each.kind is EntryKind.CALL and each.key not in shown]


def _kind(event: ThreadEvent) -> str:
    """What an event is about: its object says, else its name without the state."""
    said = text_in(event.data.get("object"))
    name = said if said.startswith("thread") else event.name
    for kind in ("thread.run.step", "thread.run", "thread.message", "thread"):
        if name == kind or name.startswith(f"{kind}."):
            is_delta = name.endswith(".delta") or isinstance(event.data.get("delta"), dict)
            return f"{kind}.delta" if is_delta else kind
    return ""


def _is_answered(call: ToolCall, entries: Sequence[Entry]) -> bool:
    """Whether a call was answered here: what asks for it once more is a late duplicate."""
    return any(
        each.has_output()
        and (known.id, known.name) == (call.id, call.name)
        and each.text == call.arguments
        for each in entries
        if (known := each.known_call) is not None
    )


def _is_foreign(data: Json, thread_id: str, run_id: str) -> bool:
    """Whether an object names another thread or another run."""
    named_thread, named_run = text_in(data.get("thread_id")), text_in(data.get("run_id"))
    is_other_run = bool(named_run and run_id) and named_run != run_id
    return is_other_run or (bool(named_thread) and named_thread != thread_id)


def _usage_in(data: Json) -> Usage | None:
    said = object_in(data.get("metadata")).get("usage")
    if isinstance(said, str):
        try:
            said = read_json(said)
        except ValueError:
            return None
    return read_usage(said)


def _may_follow(known: Run, run: Run) -> bool:
    """Whether an event about a run can be newer than what is known, be it only as new.

    One server says `completed` of a run that waits (OAA); what has ended stays as it ended.
    """
    if known.is_final or run.status == known.status:
        return run.status == known.status
    refused = {
        "in_progress": ("queued",),
        "requires_action": ("completed", "incomplete"),
        "cancelling": ("queued", "in_progress", "requires_action"),
    }
    return run.status not in refused.get(known.status, ())
