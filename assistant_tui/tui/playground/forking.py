"""Makes new threads from this one: up to an entry, with an edited text, or to be answered anew."""

from functools import partial

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start

_EDITABLE = (EntryKind.USER, EntryKind.ASSISTANT)


def fork(context: PlaygroundContext) -> None:
    """Begin a new thread with all that stands up to the entry under the cursor."""
    block, conversation = context.transcript_view.current, context.conversation
    if block is None or conversation is None or conversation.thread_id is None:
        context.say("There is nothing to fork yet", Tone.WARNING)
        return
    context.say("Forking…", Tone.WORKING)
    start(context.long_lived, partial(_fork, context, conversation, block.entry, None), "run")


def edit_entry(context: PlaygroundContext) -> None:
    """Edit the message under the cursor; sending it makes a new thread, and runs it."""
    block = context.transcript_view.current
    if block is None or block.entry.kind not in _EDITABLE:
        context.say("Only messages can be edited", Tone.WARNING)
        return
    context.edit(block.entry)
    context.screen.show_pane(context.composer)


def send_edited(context: PlaygroundContext, conversation: Conversation, entry: Entry) -> None:
    """Make the new thread of an edited message."""
    text = context.composer.text
    context.say("Making a new thread…", Tone.WORKING)
    start(context.long_lived, partial(_fork, context, conversation, entry, text), "run")


async def _fork(
    context: PlaygroundContext, conversation: Conversation, entry: Entry, text: str | None
) -> None:
    try:
        threads = await context.threads()
        forked = await threads.fork(conversation, entry.key, text)
    except ServiceError as error:
        context.report(error, "No new thread")
        return
    context.end_edit()
    await context.screen.session.show(forked)
    context.say("This is a new thread; the other one is as it was")
    if text is not None and entry.kind is EntryKind.USER:
        await _run(context, forked)
    else:
        await context.screen.session.list_threads()


def run_again(context: PlaygroundContext) -> None:
    """Have the last message answered once more, in a new thread."""
    conversation = context.conversation
    if conversation is not None and not context.screen.session.is_under_way:
        context.say("Making a new thread…", Tone.WORKING)
        start(context.long_lived, partial(_run_again, context, conversation), "run")


async def _run_again(context: PlaygroundContext, conversation: Conversation) -> None:
    try:
        forked = await (await context.threads()).regenerate(conversation)
    except ServiceError as error:
        context.report(error, "Not run again")
        return
    await context.screen.session.show(forked)
    context.say("This is a new thread; the other one is as it was")
    await _run(context, forked)


async def _run(context: PlaygroundContext, conversation: Conversation) -> None:
    try:
        await context.run(conversation)
    except ServiceError as error:
        context.report(error, "Not run")
    await context.screen.session.list_threads()
