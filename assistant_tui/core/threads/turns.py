"""A thread as turns: what a person said, and what was answered to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.objects import Run, ToolCall, Usage


@dataclass(frozen=True)
class Turn:
    """A message of a person, and all that follows up to the next one."""

    prompt: Entry | None
    """None for what stands before the first message of a person."""
    entries: tuple[Entry, ...]

    @property
    def text(self) -> str:
        """What the person said."""
        return "" if self.prompt is None else self.prompt.text

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls of tools, in their order."""
        return tuple(entry.call for entry in self.entries if entry.call is not None)


def turns_of(entries: Iterable[Entry]) -> list[Turn]:
    """The turns of a thread, in order; messages of a person in a row are turns of their own."""
    turns: list[Turn] = []
    prompt: Entry | None = None
    following: list[Entry] = []
    for entry in entries:
        if entry.kind is EntryKind.USER:
            if prompt is not None or following:
                turns.append(Turn(prompt, tuple(following)))
            prompt, following = entry, []
        else:
            following.append(entry)
    if prompt is not None or following:
        turns.append(Turn(prompt, tuple(following)))
    return turns


@dataclass(frozen=True)
class Answer:
    """What was answered in one turn, and what it took."""

    text: str
    calls: tuple[ToolCall, ...]
    status: str
    """Of the last run of the turn; empty where there is none."""
    problem: str
    """Why that run failed or is incomplete; empty otherwise."""
    usage: Usage | None
    """Of all runs of the turn; None where the server counts none."""
    seconds: float | None
    """From the creation of the first run to the end of the last, by the server's clock."""
    steps: int
    """Steps of the runs that are known: each call of tools, each message."""
    ended: bool
    """Whether nothing more is to come."""


def answer_of(turn: Turn, runs: Mapping[str, Run]) -> Answer:
    """What was answered in a turn; `runs` are those of the thread, by their ids."""
    mine = _runs_of(turn, runs)
    said = [entry for entry in turn.entries if entry.kind is EntryKind.ASSISTANT]
    last = mine[-1] if mine else None
    problem = "" if last is None else last.error or last.incomplete
    steps = {entry.step.id for entry in turn.entries if entry.step is not None}
    return Answer(
        text="\n\n".join(entry.text for entry in said),
        calls=turn.calls,
        status="" if last is None else last.status,
        problem=problem,
        usage=_total([run.usage for run in mine]),
        seconds=_seconds(mine),
        steps=len(steps) + len(said),
        ended=last.is_final if last is not None else _is_whole(said),
    )


def _is_whole(said: Sequence[Entry]) -> bool:
    """Whether an answer whose run is not known is there; some servers list no runs."""
    return bool(said) and all(entry.complete for entry in said)


def _runs_of(turn: Turn, runs: Mapping[str, Run]) -> list[Run]:
    ids = dict.fromkeys(entry.run_id for entry in turn.entries)
    return [runs[each] for each in ids if each in runs]


def _total(usages: Sequence[Usage | None]) -> Usage | None:
    known = [usage for usage in usages if usage is not None]
    if not known:
        return None
    sums = (sum(getattr(u, name) for u in known) for name in ("prompt", "completion", "total"))
    return Usage(*sums)


def _seconds(runs: Sequence[Run]) -> float | None:
    begun = next((run.created_at for run in runs if run.created_at is not None), None)
    ended = runs[-1].ended_at if runs else None
    return None if begun is None or ended is None else max(0.0, ended - begun)
