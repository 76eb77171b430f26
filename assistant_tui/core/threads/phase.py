"""What a run is doing at this moment, in a few words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.objects import Run
from assistant_tui.core.threads.transcript import Transcript

Tone = Literal["plain", "busy", "waiting", "bad", "good"]
_SILENCES = (
    (3600, "1 h"), (1200, "20 min"), (300, "5 min"), (60, "1 min"), (20, "20 s"),
)  # fmt: skip
"""Seconds without a sign of life, and how long that is said to be.

Few, since each new sentence is sent to the terminal while nothing else happens.
"""
_CHARACTERS_PER_TOKEN = 4.0
_LEAST_SECONDS = 0.5
"""Below, no rate is told."""


@dataclass(frozen=True)
class Phase:
    """The state of a run for the eye."""

    words: str
    tone: Tone = "plain"


@dataclass
class Progress:
    """When what happened here, in seconds of one monotonic clock."""

    began: float | None = None
    """When the last thing was sent; None before anything was."""
    last_event: float = 0.0
    """When the last sign of life came, or was looked for with success."""
    first_text: float | None = None
    """When the first piece of text came."""
    last_text: float = 0.0
    characters: int = 0
    """Of text since then."""
    ended: float | None = None
    """When the run ended, or began to wait for outputs."""
    stopping: bool = False
    """The person has asked for its end."""

    def begin(self, now: float) -> None:
        """Something is sent: all starts anew."""
        self.began = self.last_event = now
        self.first_text = self.ended = None
        self.last_text, self.characters, self.stopping = 0.0, 0, False

    def saw(self, now: float, characters: int = 0) -> None:
        """A sign of life came, perhaps with text."""
        self.last_event = now
        if characters:
            self.first_text = now if self.first_text is None else self.first_text
            self.last_text = now
            self.characters += characters

    @property
    def rate(self) -> float | None:
        """Tokens per second, estimated from the characters; None where too little has come."""
        seconds = self.last_text - (self.first_text or 0.0)
        if self.first_text is None or seconds < _LEAST_SECONDS:
            return None
        return self.characters / _CHARACTERS_PER_TOKEN / seconds


def phase_of(transcript: Transcript, now: float, progress: Progress) -> Phase:
    """Say what the latest run is doing.

    Args:
        transcript: of the thread.
        now: by the clock of `progress`.
        progress: what was seen of the run here.
    """
    run = transcript.run
    under_way = progress.began is not None and progress.ended is None
    if run is None or (run.is_final and under_way):
        return _begun(transcript, now, progress) if under_way else Phase("")
    if run.status == "requires_action":
        return _waiting(run)
    if run.is_active:
        return _active(transcript, run, now, progress)
    return _ended(run, progress)


def _begun(transcript: Transcript, now: float, progress: Progress) -> Phase:
    """Sent, but what is known of the run is of the one before, or that it is stored as ended."""
    if progress.stopping:
        return Phase("stopping", "busy")
    if progress.first_text is not None:
        return _writing(progress)
    return _silence(now, progress) or Phase("sending", "busy")


def _waiting(run: Run) -> Phase:
    required = run.required
    if required is None or not required.is_known:
        kind = required.kind if required else "something"
        return Phase(f"waits for {kind}, which is not known here", "waiting")
    count = len(required.calls)
    return Phase(f"waiting for you ({count} call{'s' if count > 1 else ''})", "waiting")


def _active(transcript: Transcript, run: Run, now: float, progress: Progress) -> Phase:
    if run.status == "cancelling" or progress.stopping:
        return _silence(now, progress) or Phase("stopping", "busy")
    if (silence := _silence(now, progress)) is not None:
        return silence
    if run.status == "queued":
        return Phase("queued", "busy")
    entry = _last_of(transcript, run)
    if entry is None or entry.complete:
        return Phase("reading the prompt", "busy")
    if entry.kind is EntryKind.REASONING:
        return Phase("thinking", "busy")
    if entry.kind is EntryKind.CALL and entry.call is not None:
        return Phase(f"calls {entry.call.name or entry.call.kind}", "busy")
    return _writing(progress)


def _last_of(transcript: Transcript, run: Run) -> Entry | None:
    """What the run wrote last."""
    last = next(reversed(transcript.entries), None)
    return last if last is not None and last.run_id == run.id else None


def _writing(progress: Progress) -> Phase:
    rate = progress.rate
    return Phase("writing" if rate is None else f"writing ({rate:.0f} tokens/s)", "busy")


def _silence(now: float, progress: Progress) -> Phase | None:
    if progress.began is None:
        return None
    silent = now - progress.last_event
    said = next((words for seconds, words in _SILENCES if silent >= seconds), "")
    return Phase(f"no sign of life for {said}", "waiting") if said else None


def _ended(run: Run, progress: Progress) -> Phase:
    if run.status == "cancelled":
        return Phase("stopped", "plain")
    if run.status in ("failed", "expired"):
        return Phase(f"{run.status}: {run.error}" if run.error else run.status, "bad")
    if run.status == "incomplete":
        return Phase(f"incomplete: {run.incomplete}" if run.incomplete else "incomplete", "bad")
    if run.status != "completed":
        return Phase(run.status or "in a state that is not known here", "waiting")
    told = ", ".join(_figures(run, progress))
    return Phase(f"done ({told})" if told else "done", "good")


def _figures(run: Run, progress: Progress) -> Iterator[str]:
    if run.usage is not None:
        yield f"{run.usage.total:,} tokens"
    if progress.began is not None and progress.ended is not None:
        yield f"{progress.ended - progress.began:.1f} s"
    elif run.started_at is not None and run.ended_at is not None:
        yield f"{max(0.0, run.ended_at - run.started_at):.0f} s"
