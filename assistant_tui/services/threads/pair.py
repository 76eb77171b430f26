"""Two conversations that are told the same, and whose calls are answered together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.objects import RequiredAction, Run
from assistant_tui.core.threads.recorded_outputs import SharedCall, shared_calls
from assistant_tui.services.threads.conversation import Conversation

Send = Callable[[str, Sequence[Path]], Awaitable[Run]]


class Side(NamedTuple):
    """One of the two."""

    conversation: Conversation
    send: Send
    """Sends a message with files there, and runs it."""


class ConversationPair:
    """Sends to both at once; what fails in one does not keep the other."""

    def __init__(self, left: Side, right: Side) -> None:
        self.sides = (left, right)

    def announce(self) -> None:
        """A message is about to be sent to both; see Conversation."""
        for side in self.sides:
            side.conversation.announce()

    async def send(
        self, text: str, attachments: Sequence[Path] = ()
    ) -> tuple[ServiceError | None, ServiceError | None]:
        """Send a message to both, each with the files; why it failed in each, or None."""
        errors = await _both(side.send(text, attachments) for side in self.sides)
        for side in self.sides:
            side.conversation.withdraw()
        return errors

    @property
    def required(self) -> RequiredAction | None:
        """What a person is to answer now, for both where both wait for the same kind of answer."""
        actions = [side.conversation.required for side in self.sides]
        first = next((action for action in actions if action is not None), None)
        if first is None or not first.is_known:
            return first
        return RequiredAction(first.kind, tuple(each.call for each in self.shared), first.raw)

    @property
    def shared(self) -> tuple[SharedCall, ...]:
        """The calls that wait, those that both make alike as one."""
        actions = [side.conversation.required for side in self.sides]
        kind = next((action.kind for action in actions if action is not None), "")
        calls = [
            action.calls if action is not None and action.kind == kind else () for action in actions
        ]
        return shared_calls(*calls)

    async def ended(self) -> None:
        """Wait until nothing is under way in those that wait for answers."""
        waiting = [s.conversation for s in self.sides if s.conversation.required is not None]
        await asyncio.gather(*(conversation.ended() for conversation in waiting))

    async def answer(self, outputs: Mapping[str, str], approvals: Mapping[str, bool]) -> None:
        """Answer the calls that wait, each by the key of its shared call.

        Raises:
            ServiceError: of one of them; the other was answered all the same.
        """
        shared = self.shared

        def answering(at: int) -> Awaitable[Run] | None:
            mine = {each.keys[at]: each.call.key for each in shared if each.keys[at] is not None}
            if not mine:
                return None
            return self.sides[at].conversation.answer(
                {str(key): outputs[given] for key, given in mine.items() if given in outputs},
                {str(key): approvals[given] for key, given in mine.items() if given in approvals},
            )

        for error in await _both(answering(at) for at in (0, 1)):
            if error is not None:
                raise error

    async def cancel(self) -> tuple[ServiceError | None, ServiceError | None]:
        """Stop what is under way in both; why it failed."""
        return await _both(
            side.conversation.cancel() if is_active(side.conversation) else None
            for side in self.sides
        )


def is_active(conversation: Conversation) -> bool:
    """Whether something is to be expected of a conversation, or it waits for a person."""
    run, progress = conversation.transcript.run, conversation.progress
    under_way = progress.began is not None and progress.ended is None
    return under_way or (run is not None and run.is_active)


async def _both(
    doing: Iterable[Awaitable[object] | None],
) -> tuple[ServiceError | None, ServiceError | None]:
    """Do both at once, to the end; what fails is told, and nothing of the other is given up."""

    async def outcome(one: Awaitable[object] | None) -> ServiceError | None:
        try:
            if one is not None:
                await one
        except ServiceError as error:
            return error
        return None

    left, right = await asyncio.gather(*(outcome(one) for one in doing))
    return left, right
