"""Follows two conversations: what is drawn of them, and what is sent to them."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.entries import Change, ChangeKind, EntryKind
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.core.threads.phase import phase_of
from assistant_tui.core.threads.turns import answer_of, turns_of
from assistant_tui.services.threads.pair import is_active
from assistant_tui.tui.playground.answering import show_waiting
from assistant_tui.tui.playground.block import Facts
from assistant_tui.tui.playground.call_answers import Answer
from assistant_tui.tui.playground.composer import Composer
from assistant_tui.tui.playground.pair_context import PairContext, PairSide
from assistant_tui.tui.playground.pair_head import PairHead, SideState
from assistant_tui.tui.playground.unsent import UnsentText
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import is_there

if TYPE_CHECKING:
    from assistant_tui.tui.playground.pair_screen import PairScreen

_TICK = 0.5
"""Seconds between two looks at the phases while a run is under way."""


class PairSession:
    """What goes on in the two conversations of one screen."""

    def __init__(self, screen: "PairScreen") -> None:
        self._screen = screen
        self.unsent = UnsentText(screen, self._composed)
        self._ticking: Timer | None = None
        self._unlisten: list[Callable[[], None]] = []

    @property
    def _context(self) -> PairContext:
        return self._screen.context

    def _composed(self) -> str:
        found = self._screen.query(Composer)
        return found.first().text if found else ""

    @property
    def _key(self) -> str:
        """Under which the message is kept that is being written to these two."""
        return " ".join(["pair", *(side.conversation.assistant_id for side in self._context.sides)])

    async def take_up(self) -> None:
        """Show what was written to these two before, and not sent."""
        drafts = self._context.sides[0].service.threads.drafts
        self._context.composer.put(await self.unsent.open(drafts, self._key))

    def begin(self) -> None:
        """Follow both."""
        for side in self._context.sides:
            self._unlisten.append(side.conversation.listen(self._follow))
        self._show_runs()

    def end(self) -> None:
        """Follow nothing any more."""
        for unlisten in self._unlisten:
            unlisten()
        if self._ticking is not None:
            self._ticking.stop()

    def _follow(self, changes: Sequence[Change]) -> None:
        if not self._screen.is_attached:
            return
        self._context.transcript_view.take()
        if any(self._is_sent(change) for change in changes):
            self.unsent.arrived(self._key)
        if any(change.kind is not ChangeKind.APPENDED for change in changes):
            self._show_runs()

    def _is_sent(self, change: Change) -> bool:
        """Whether a change brings what is being sent."""
        entry = change.entry if change.kind is ChangeKind.ADDED else None
        is_user = entry is not None and entry.kind is EntryKind.USER
        return is_user and entry is not None and self.unsent.is_sending(entry.text)

    @property
    def is_under_way(self) -> bool:
        """Whether something is to be expected of one of them."""
        return any(is_active(side.conversation) for side in self._context.sides)

    def _show_runs(self) -> None:
        """Show what both are doing, and look again while one of them is."""
        show_waiting(self._context)
        self._tick()
        self._screen.show_keys()
        if self.is_under_way and self._ticking is None:
            self._ticking = self._screen.set_interval(_TICK, self._tick)
        elif not self.is_under_way and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _tick(self) -> None:
        left, right = (_state(side) for side in self._context.sides)
        self._screen.query_one(PairHead).states = (left, right)

    def facts(self) -> Facts:
        """What the conversations are drawn with, beside their entries."""
        return Facts(time.time(), self._context.check.problem, waits=self._waits)

    def _waits(self, call: ToolCall) -> bool:
        keys = {key for shared in self._context.conversation.shared for key in shared.keys}
        return call.key in keys

    async def send(self, text: str, attachments: Sequence[Path]) -> None:
        """Send a message to both; one that has arrived nowhere comes back."""
        errors = await self._context.conversation.send(text, attachments)
        for side, error in zip(self._context.sides, errors, strict=True):
            self.tell(side, error)
        if not self.unsent.is_sending(text) or not is_there(self._screen):
            return
        self.unsent.sending("")
        if not self._context.composer.text:
            self._context.composer.put(text)
            self._context.attach(attachments)

    def tell(self, side: PairSide, error: ServiceError | None) -> None:
        """Say why something was not done on one side, or what a trial has found out."""
        if error is not None:
            self._context.report(error, side.label)
        elif side.trial is not None and side.trial.notice:
            self._context.say(f"{side.label}: {side.trial.notice}", Tone.WARNING)

    async def replay(self) -> None:
        """Send what is left of the original; what cannot be answered waits for the person."""
        context, replay = self._context, self._context.replay
        if replay is None:
            return
        try:
            run = await replay.go_on()
        except ServiceError as error:
            context.report(error, "Not replayed")
            return
        if not is_there(self._screen):
            return
        self.tell(context.sides[1], None)
        if run is not None and run.status == "requires_action":
            for key, output in replay.outputs.items():
                context.call_sheet.answers.give(key, Answer(output, source="the original"))
            context.call_sheet.show()
        elif replay.sent == len(replay.turns):
            context.say(f"Replayed {replay.sent} message{'s' if replay.sent > 1 else ''}")
        else:
            left = len(replay.turns) - replay.sent
            context.say(f"Stopped: {left} of {len(replay.turns)} not sent", Tone.WARNING)


def _state(side: PairSide) -> SideState:
    conversation = side.conversation
    transcript = conversation.transcript
    phase = phase_of(transcript, time.monotonic(), conversation.progress)
    answers = [answer_of(turn, transcript.runs) for turn in turns_of(transcript.entries)]
    if len(answers) < 2:  # the phase says all that there is
        return SideState(side.label, phase)
    tokens = sum(answer.usage.total for answer in answers if answer.usage is not None)
    seconds = sum(answer.seconds for answer in answers if answer.seconds is not None)
    used = [f"{tokens:,} tokens" if tokens else "", f"{seconds:.0f} s" if seconds else ""]
    return SideState(side.label, phase, " · ".join(("in all", *filter(None, used))))
