"""Makes new threads from this one: up to an entry, with an edited text, or to be answered anew."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.services.threads.service import ThreadService
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start

_EDITABLE = (EntryKind.USER, EntryKind.ASSISTANT)


class _NewThread(NamedTuple):
    """A thread to be made."""

    make: Callable[[ThreadService], Awaitable[Conversation]]
    doing: str
    failed: str
    runs: bool = False
    """Whether the assistant answers at once."""
    text: str = ""
    """What was in the composer and goes into it."""


def fork(context: PlaygroundContext) -> None:
    """Begin a new thread with all that stands up to the entry under the cursor."""
    block, conversation = context.transcript_view.current, context.conversation
    if block is None or conversation is None or conversation.thread_id is None:
        context.say("There is nothing to fork yet", Tone.WARNING)
        return
    key = block.entry.key
    new = _NewThread(lambda known: known.fork(conversation, key), "Forking…", "No new thread")
    _begin(context, new)


def edit_entry(context: PlaygroundContext) -> None:
    """Edit the message under the cursor; sending it makes a new thread, and runs it."""
    block = context.transcript_view.current
    if block is None or block.entry.kind not in _EDITABLE:
        context.say("Only messages can be edited", Tone.WARNING)
        return
    if context.composer.disabled:
        context.say("Not edited: this is a copy · f makes a new thread of it", Tone.WARNING)
        return
    context.edit(block.entry)
    context.screen.show_pane(context.composer)


def send_edited(context: PlaygroundContext, conversation: Conversation, entry: Entry) -> None:
    """Make the new thread of an edited message."""
    text = context.composer.text
    new = _NewThread(
        lambda known: known.fork(conversation, entry.key, text),
        "Making a new thread…",
        "No new thread",
        runs=entry.kind is EntryKind.USER,
        text=text,
    )
    _begin(context, new)


def run_again(context: PlaygroundContext) -> None:
    """Have the last message answered once more, in a new thread."""
    conversation = context.conversation
    if conversation is not None and not context.screen.session.is_under_way:
        new = _NewThread(
            lambda known: known.regenerate(conversation),
            "Making a new thread…",
            "Not run again",
            runs=True,
        )
        _begin(context, new)


def _begin(context: PlaygroundContext, new: _NewThread) -> None:
    """Make a thread, unless one is being made: a key that is pressed twice means it once."""
    if context.is_forking:
        context.say("A new thread is being made already", Tone.WARNING)
        return
    context.is_forking = True
    context.say(new.doing, Tone.WORKING)
    start(context.long_lived, partial(_carry_out, context, new), "run")


async def _carry_out(context: PlaygroundContext, new: _NewThread) -> None:
    try:
        forked = await new.make(await context.threads())
        if context.composer.text == new.text:
            context.end_edit()  # what was typed since is kept with the other thread
        await context.screen.session.show(forked)
    except ServiceError as error:
        context.report(error, new.failed)
        return
    finally:
        context.is_forking = False
    context.say("This is a new thread; the other one is as it was")
    if new.runs:
        await _run(context, forked)
    else:
        await context.screen.session.list_threads()


async def _run(context: PlaygroundContext, conversation: Conversation) -> None:
    try:
        await context.run(conversation)
    except ServiceError as error:
        context.report(error, "Not run")
    await context.screen.session.list_threads()
