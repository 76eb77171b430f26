"""Says again what a person said in a thread, to another assistant or another edit of it."""

from collections.abc import Awaitable, Callable, Mapping

from assistant_tui.core.threads.objects import Message, Run
from assistant_tui.core.threads.recorded_outputs import RecordedOutputs
from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.core.threads.turns import Turn, turns_of
from assistant_tui.services.threads.conversation import Conversation

Send = Callable[[Conversation, str, Message | None], Awaitable[Run]]
"""Sends a message to a conversation, and runs it; the message is a copy of another, if given."""


class Replay:
    """The messages of one thread, sent one after the other in a new one."""

    def __init__(self, original: Transcript, conversation: Conversation, send: Send) -> None:
        """Send nothing yet.

        Args:
            original: the thread; its messages are sent, its outputs answer the same calls.
            conversation: a thread that is begun.
            send: how a message is sent there.
        """
        self.turns: tuple[Turn, ...] = tuple(
            turn for turn in turns_of(original.entries) if turn.prompt is not None
        )
        self.conversation = conversation
        self.sent = 0
        """How many messages have been sent, and run."""
        self._send = send
        self._recorded = RecordedOutputs(call for turn in self.turns for call in turn.calls)
        self._given: dict[str, str | None] = {}
        self._is_wanted = True

    def stop(self) -> None:
        """Send no further message."""
        self._is_wanted = False

    @property
    def outputs(self) -> Mapping[str, str]:
        """What the original answered to the calls that wait now, by their keys."""
        for entry in self.conversation.transcript.waiting:
            if entry.call is not None and entry.key not in self._given:
                self._given[entry.key] = self._recorded.take(entry.call)
        waiting = [entry.key for entry in self.conversation.transcript.waiting]
        known = {key: self._given.get(key) for key in waiting}
        return {key: text for key, text in known.items() if text is not None}

    async def go_on(self) -> Run | None:
        """Send what is left.

        Returns:
            The last run: all was sent, or it did not come to its end, or it waits for calls that
            the original did not make so. None where there is nothing to send.

        Raises:
            ServiceError: a message was not sent, or not run; `go_on` tries it once more.
        """
        run = self.conversation.transcript.run
        while True:
            if run is not None and run.status == "requires_action":
                outputs = self.outputs
                waiting = self.conversation.transcript.waiting
                if not waiting or len(outputs) < len(waiting):
                    return run
                run = await self.conversation.answer(outputs)
                continue
            ended = run is None or run.status in ("completed", "incomplete")
            if not ended or not self._is_wanted or self.sent == len(self.turns):
                return run
            run = await self._send_next()

    async def _send_next(self) -> Run:
        turn = self.turns[self.sent]
        message = None if turn.prompt is None else turn.prompt.message
        run = await self._send(self.conversation, turn.text, message)
        self.sent += 1
        return run
