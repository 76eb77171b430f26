"""Opens, copies and lays out what stands in the conversation."""

from functools import partial

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.labels import shown_id
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.tui.assistants.copying import copy
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start


async def open_entry(context: PlaygroundContext) -> None:
    """Open the highlighted thread, or open or fold the entry under the cursor."""
    if context.transcript_view.has_focus:
        if not context.transcript_view.toggle():
            context.say("Only thoughts, steps and calls fold · m lays a message out")
        return
    row = context.thread_list.highlighted
    if row is None:
        return
    shown = context.conversation
    if shown is None or (shown.thread_id or "") != row.id:
        context.say("")
        try:
            await context.screen.session.open(row.id)
        except ServiceError as error:
            context.report(error, "Not opened")
            return
    write(context)


def write(context: PlaygroundContext) -> None:
    """Go to the message; where nothing may be sent, to the conversation."""
    screen = context.screen
    screen.show_pane(screen.transcript_view if screen.composer.disabled else screen.composer)


def scroll_down(context: PlaygroundContext) -> None:
    """Scroll the conversation down a screen."""
    context.transcript_view.scroll_pages(1)


def scroll_up(context: PlaygroundContext) -> None:
    """Scroll the conversation up a screen."""
    context.transcript_view.scroll_pages(-1)


def copy_entry(context: PlaygroundContext) -> None:
    """Copy the text of the entry under the cursor; of a call, what it was answered."""
    block = context.transcript_view.current
    if block is None:
        context.say("There is nothing to copy", Tone.WARNING)
        return
    _copy(context, _copied(block.entry), _NAMES[block.entry.kind])


_NAMES = {
    EntryKind.USER: "your message",
    EntryKind.ASSISTANT: "the answer",
    EntryKind.REASONING: "the thoughts",
    EntryKind.CALL: "the call",
    EntryKind.STEP: "the step",
    EntryKind.NOTE: "the note",
}


def _copied(entry: Entry) -> str:
    call = entry.call
    if call is None or call.output is None:
        return entry.text
    return call.output


def copy_thread_id(context: PlaygroundContext) -> None:
    """Copy the id of the thread."""
    thread_id = context.conversation and context.conversation.thread_id
    if thread_id:
        _copy(context, thread_id, shown_id(thread_id))
    else:
        context.say("The thread is made with its first message", Tone.WARNING)


def _copy(context: PlaygroundContext, text: str, name: str) -> None:
    start(
        context.screen, partial(copy, context.reporter, context.main.clipboard, text, name), "copy"
    )


def lay_out(context: PlaygroundContext) -> None:
    """Lay the message under the cursor out as Markdown."""
    block = context.transcript_view.current
    if block is None or not block.entry.text.strip():
        context.say("There is nothing to lay out", Tone.WARNING)
        return
    from assistant_tui.tui.assistants.showing import markdown_screen

    context.app.push_screen(
        markdown_screen(_NAMES[block.entry.kind].capitalize(), block.entry.text)
    )
