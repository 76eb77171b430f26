"""Sends messages, and stops runs."""

from functools import partial
from pathlib import Path

from assistant_tui.core.errors import ServiceError
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.playground.forking import send_edited
from assistant_tui.tui.terminal.external_editor import MAX_TEXT_SIZE, EditorError, EditorFile
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import is_there, start


def send(context: PlaygroundContext) -> None:
    """Send the message, or once a thread is open; while a run is under way, say so instead."""
    text, conversation = context.composer.text, context.conversation
    if not text.strip():
        return
    if conversation is None:
        context.when_open = partial(_send_unchanged, context, text)
        context.say("Is sent as soon as the threads are there")
        return
    if context.screen.session.is_under_way:
        context.say("Not sent: a run is under way · Esc stops it", Tone.WARNING)
        return
    if context.editing is not None:
        send_edited(context, conversation, context.editing)
        return
    context.say("")
    context.screen.session.unsent.sending(text)
    context.composer.put("")
    attachments = context.attachments
    context.attach(())
    context.transcript_view.action_move_last()
    conversation.announce()
    sending = partial(_send, context, conversation, text, attachments)
    start(context.long_lived, sending, "run")


def _send_unchanged(context: PlaygroundContext, text: str) -> None:
    """Send what was typed before a thread was open, unless the message is another one by now."""
    if context.composer.text == text:
        send(context)
    else:
        context.say("Not sent: the message has changed meanwhile", Tone.WARNING)


async def _send(
    context: PlaygroundContext,
    conversation: Conversation,
    text: str,
    attachments: tuple[Path, ...],
) -> None:
    """Send a message, and wait for the end of its run; a message that did not arrive comes back."""
    try:
        await context.send(conversation, text, attachments)
    except ServiceError as error:
        context.report(error, "Not sent")
        conversation.withdraw()
        _take_back(context, conversation, text, attachments)
    else:
        await context.screen.session.unsent.has_arrived(text, conversation.thread_id or "")
    if is_there(context.screen) and context.conversation is conversation:
        await context.screen.session.list_threads()


def _take_back(
    context: PlaygroundContext,
    conversation: Conversation,
    text: str,
    attachments: tuple[Path, ...],
) -> None:
    """Put a message back into the composer, unless it arrived; what was typed since stays."""
    if not context.screen.session.unsent.is_sending(text) or not is_there(context.screen):
        return
    if context.conversation is conversation:
        context.screen.session.unsent.sending("")
        context.put_back(text)
        context.attach((*attachments, *context.attachments))


def break_line(context: PlaygroundContext) -> None:
    """Break the line in the message."""
    context.composer.insert("\n")


async def stop_or_leave(context: PlaygroundContext) -> None:
    """Give an edit up; stop the run that is under way; else go back to the list."""
    conversation = context.conversation
    if context.editing is not None and context.composer.has_focus:
        context.end_edit()
        return
    if conversation is None or not context.screen.session.is_under_way:
        await context.screen.action_leave()
        return
    context.say("Stopping…", Tone.WORKING)
    start(context.long_lived, partial(_stop, context, conversation), "run")


async def _stop(context: PlaygroundContext, conversation: Conversation) -> None:
    try:
        await conversation.cancel()
    except ServiceError as error:
        context.report(error, "Not stopped")
    else:
        context.say("")


def edit_in_editor(context: PlaygroundContext) -> None:
    """Write the message in the person's own editor."""
    composer, unsent = context.composer, context.screen.session.unsent
    try:
        file = EditorFile.make(unsent.folder, composer.text, ".md", MAX_TEXT_SIZE)
    except EditorError as error:
        context.say(str(error), Tone.ERROR)
        return
    try:
        unsent.in_editor(file)
        file.write(file.before)
        file.run(context.app)
        composer.put(file.read())
        context.say(file.hint)
    except EditorError as error:
        context.say(str(error), Tone.ERROR)
    finally:
        unsent.keep_now()
        file.remove()
