"""Sends a prompt, answers the calls of its run, and stops the run where a person wants that."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from assistant_tui.cli.function_calls import CallAnswerer
from assistant_tui.config.api_keys import known_secrets
from assistant_tui.core.errors import Invalid, ServiceError
from assistant_tui.core.redaction import redact
from assistant_tui.core.threads.objects import Run
from assistant_tui.services.functions import FunctionError
from assistant_tui.services.threads.conversation import Conversation

STOP_SECONDS = 8.0
"""How long the end of a run that was stopped is waited for."""


@dataclass(frozen=True)
class Prompt:
    """What is sent to an assistant."""

    text: str | None
    """The message; None: go on with the run that waits in the thread."""
    attachments: Sequence[Path] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    """What is otherwise for the run, as names and exact JSON texts."""


def without_secrets(text: str) -> str:
    """What a server says of a run, without the key: some quote it where they refuse it."""
    return redact(text, known_secrets())


class Outcome(NamedTuple):
    """How a run ended, or why it still waits."""

    run: Run
    unanswered: str = ""
    """Why nobody answers its calls; empty where it has ended. Not made safe for display."""


async def converse(conversation: Conversation, prompt: Prompt, answerer: CallAnswerer) -> Outcome:
    """Send a prompt, and answer all calls of its run until it ends.

    Raises:
        ServiceError: something was not sent, or it is not known what came of it.
    """
    if prompt.text is None:
        run = await _waiting_run(conversation)
    else:
        run = await conversation.send(
            prompt.text, attachments=prompt.attachments, overrides=prompt.overrides
        )
    while run.status == "requires_action":
        try:
            answers = await answerer.answer(conversation.transcript.waiting)
        except FunctionError as error:
            return Outcome(run, str(error))
        run = await conversation.answer(answers.outputs, answers.approvals)
    return Outcome(run)


async def _waiting_run(conversation: Conversation) -> Run:
    """The run of a thread that is under way, once it has ended or waits."""
    run = conversation.transcript.run
    if run is None or not run.is_active:
        raise Invalid("no run is under way in this thread: a TEXT is needed")
    await conversation.ended()
    return conversation.transcript.run or run


async def stop_run(conversation: Conversation) -> str:
    """Have the run of a conversation ended on the server.

    Returns:
        Why it may go on there; empty where it does not.
    """
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await conversation.cancel()
            await conversation.ended()
    except ServiceError as error:
        return str(error)
    except TimeoutError:
        return "the server has not said that the run has ended"
    run = conversation.transcript.run
    return "it has not ended yet" if run is not None and run.is_active else ""
