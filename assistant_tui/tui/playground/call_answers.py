"""What is to be answered to the calls that a run waits for; nothing is sent before all is there."""

from collections.abc import Sequence
from typing import NamedTuple

from assistant_tui.core.threads.objects import RequiredAction, ToolCall

APPROVAL = "submit_tool_approval"


class Answer(NamedTuple):
    """What is given for one call."""

    output: str = ""
    approve: bool | None = None
    """The decision, where a call is to be approved."""
    source: str = ""
    """Where the output comes from, in words."""


class CallAnswers:
    """The calls that wait, the one that is being answered, and what was given so far."""

    def __init__(self) -> None:
        self.calls: tuple[ToolCall, ...] = ()
        self.needs_approval = False
        self.given: dict[str, Answer] = {}
        self._at = 0

    def show(self, required: RequiredAction, calls: Sequence[ToolCall]) -> None:
        """Wait for answers to these calls; what was given for one of them stays."""
        self.calls = tuple(calls)
        self.needs_approval = required.kind == APPROVAL
        keys = {call.key for call in calls}
        self.given = {key: answer for key, answer in self.given.items() if key in keys}
        self._at = min(self._at, max(len(self.calls) - 1, 0))

    def clear(self) -> None:
        """Wait for nothing any more."""
        self.calls, self.given, self._at = (), {}, 0

    @property
    def current(self) -> ToolCall | None:
        """The call that is being answered."""
        return self.calls[self._at] if self.calls else None

    @property
    def position(self) -> int:
        """Its place among the calls."""
        return self._at

    def move(self, by: int) -> None:
        """Go to another call."""
        self._at = max(0, min(self._at + by, len(self.calls) - 1))

    def give(self, key: str, answer: Answer) -> None:
        """Take an answer, and go to the next call that has none."""
        if all(call.key != key for call in self.calls):
            return  # The run has gone on without it.
        self.given[key] = answer
        missing = [at for at, call in enumerate(self.calls) if call.key not in self.given]
        self._at = next(
            (at for at in missing if at > self._at), missing[0] if missing else self._at
        )

    @property
    def missing(self) -> int:
        """How many calls have no answer yet."""
        return sum(call.key not in self.given for call in self.calls)

    @property
    def is_complete(self) -> bool:
        """Whether every call has its answer."""
        return bool(self.calls) and not self.missing

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs, by the keys of the calls."""
        return {key: each.output for key, each in self.given.items() if each.approve is None}

    @property
    def approvals(self) -> dict[str, bool]:
        """The decisions, by the keys of the calls."""
        return {key: each.approve for key, each in self.given.items() if each.approve is not None}
