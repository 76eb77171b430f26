"""Talks to an edit that is not saved: by overrides of each run, or by a temporary assistant."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.trial import OVERRIDES, ignored_overrides, plan_trial
from assistant_tui.core.errors import RunRefused, ServiceError
from assistant_tui.core.json_text import write_json
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.threads.objects import Message, Run
from assistant_tui.services.temporary_assistants import TemporaryAssistant, TemporaryAssistants
from assistant_tui.services.threads.conversation import Conversation


class Trial:
    """One edit as it is tried. Until `end`, a temporary assistant may stand on the server."""

    def __init__(self, temporary: TemporaryAssistants, draft: Draft) -> None:
        """Make nothing yet; the draft must have no errors."""
        self._temporary = temporary
        self._draft = draft
        self._plan = plan_trial(draft)
        self._making = asyncio.Lock()
        self._made: TemporaryAssistant | None = None
        self._ran_as_saved = False
        self._conversations: list[Conversation] = []
        """Those in which the edit has answered, or does so now."""
        self.reasons: tuple[str, ...] = self._plan.reasons
        """Why a temporary assistant answers, in sentences; empty while runs get overrides."""
        self.unseen = self._plan.unseen
        """Changed fields that no model sees."""

    @property
    def changes(self) -> int:
        """How many fields are changed."""
        return len(self._draft.patch())

    @property
    def assistant_id(self) -> str:
        """The id of the temporary assistant; empty while there is none."""
        return "" if self._made is None else self._made.id

    @property
    def notice(self) -> str:
        """What the person is to know of what answers; empty while runs get the whole edit."""
        if self._made is not None and self._made.ignored:
            return f"The server has not taken {', '.join(self._made.ignored)} of the edit"
        if self._made is None and self._ran_as_saved:
            return f"This answer is not of the edit: {self.reasons[0]} · the next one will be"
        return f"A temporary assistant answers: {self.reasons[0]}" if self.reasons else ""

    async def overrides(self) -> Mapping[str, str]:
        """What each run gets, as names and JSON texts; makes the temporary assistant if needed.

        Raises:
            ServiceError: it cannot be made.
        """
        if not self.reasons:
            return self._plan.overrides
        async with self._making:
            if self._made is None:
                self._made = await self._temporary.make(self._draft)
        return {"assistant_id": write_json(self._made.id)}

    async def send(
        self,
        conversation: Conversation,
        text: str,
        *,
        attachments: Sequence[Path] = (),
        copy_of: Message | None = None,
    ) -> Run:
        """Send a message, and run it as if the draft were saved; as `Conversation.send` does.

        Where the server refuses what a run is given, a temporary assistant answers instead.
        """
        sending = partial(conversation.send, text, attachments=attachments, copy_of=copy_of)
        return await self._carry_out(conversation, sending)

    async def run(self, conversation: Conversation) -> Run:
        """Run a thread as it is as if the draft were saved; as `Conversation.run` does."""
        return await self._carry_out(conversation, conversation.run)

    async def _carry_out(
        self, conversation: Conversation, do: Callable[..., Awaitable[Run]]
    ) -> Run:
        self._conversations.append(conversation)
        overrides = await self.overrides()
        try:
            run = await do(overrides=overrides)
        except RunRefused as error:
            if self.reasons or not _is_about(error, overrides):
                raise
            self.reasons = (f"this server refuses to run with other settings: {error.message}",)
            run = await conversation.run(await self.overrides())
        self._check(run)
        return run

    def _check(self, run: Run) -> None:
        """Let a temporary assistant answer from now on where a run has what is saved."""
        if self.reasons:
            return
        told = RawJson(write_json(run.raw))
        ignored = ignored_overrides(self._plan.overrides, self._draft.original, told)
        if ignored:
            self.reasons = (f"this server runs with the saved {', '.join(ignored)}",)
            self._ran_as_saved = True

    async def end(self) -> bool:
        """Delete the temporary assistant, if there is one, once its runs have ended.

        Returns:
            Whether there was one.

        Raises:
            ServiceError: it is still there; the next start of the program deletes it.
        """
        for conversation in self._conversations:
            await conversation.ended()
        async with self._making:
            made = self._made
            if made is None:
                return False
            await self._temporary.delete(made)
            self._made = None
        return True


def _is_about(error: ServiceError, overrides: Mapping[str, str]) -> bool:
    """Whether a refusal is about what the run was given in the place of the assistant's own."""
    if error.field:
        return error.field in overrides
    said = error.message.lower()
    return any(name in said for name in OVERRIDES if name in overrides) or "extra" in said
