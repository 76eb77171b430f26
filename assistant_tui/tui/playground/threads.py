"""Begins, finds, renames and deletes threads."""

from functools import partial

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.labels import ON_A_LINE, short_name, shown_id
from assistant_tui.journal.threads import DELETED
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog, about_line
from assistant_tui.tui.dialogs.prompts import InputDialog, InputSpec
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.playground.thread_list import ThreadRow
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start


async def new_thread(context: PlaygroundContext) -> None:
    """Begin a thread; it is made with its first message."""
    try:
        threads = await context.threads()
    except ServiceError as error:
        context.report(error, "No new thread")
        return
    context.say("")
    await context.screen.session.show(threads.begin(context.partner.id))
    context.screen.show_pane(context.composer)


def find_threads(context: PlaygroundContext) -> None:
    """Ask for words, and list the threads that have them in their titles."""
    start(context.screen, partial(_find, context), "form")


async def _find(context: PlaygroundContext) -> None:
    words = await context.ask(
        InputDialog("Search threads", [InputSpec("Words", context.search)], "lists them, none all")
    )
    if words is None:
        return
    context.search = words[0].strip()
    context.thread_list.notice = f"/{context.search}" if context.search else ""
    try:
        await context.screen.session.list_threads()
    except ServiceError as error:
        context.report(error, "Not searched")
    else:
        found = context.thread_list.rows or not context.search
        context.say("" if found else "No thread has these words in its title · / shows all again")
    context.screen.show_pane(context.thread_list)


def _chosen(context: PlaygroundContext) -> ThreadRow | None:
    """The thread that is meant: under the cursor in the list, else the open one."""
    rows = context.thread_list
    row = (
        rows.highlighted
        if rows.has_focus
        else next((row for row in rows.rows if row.id == rows.opened), None)
    )
    if row is None or not row.id:
        context.say("This thread is not made yet: nothing was sent", Tone.WARNING)
        return None
    return row


def rename_thread(context: PlaygroundContext) -> None:
    """Ask for another title."""
    if (row := _chosen(context)) is not None:
        start(context.screen, partial(_rename, context, row), "form")


async def _rename(context: PlaygroundContext, row: ThreadRow) -> None:
    answer = await context.ask(
        InputDialog("Rename the thread", [InputSpec("Title", row.title)], "renames it")
    )
    if answer is None or not answer[0].strip():
        return
    try:
        await (await context.threads()).rename(row.id, answer[0].strip())
        await context.screen.session.list_threads()
    except ServiceError as error:
        context.report(error, "Not renamed")


def delete_thread(context: PlaygroundContext) -> None:
    """Ask whether to delete the thread, and whether a copy is kept here."""
    if (row := _chosen(context)) is not None:
        start(context.screen, partial(_delete, context, row), "form")


async def _delete(context: PlaygroundContext, row: ThreadRow) -> None:
    answer = await context.ask(_question(row))
    if answer not in ("delete", "copy"):
        return
    title = short_name(row.title, ON_A_LINE)
    try:
        await (await context.threads()).delete(row.id, keep_copy=answer == "copy")
    except ServiceError as error:
        context.report(error, f"{title} was not deleted")
        return
    shown = context.conversation
    if shown is not None and shown.thread_id == row.id:
        await new_thread(context)
    context.say(f"Deleted {title} · {shown_id(row.id)}")
    await context.screen.session.list_threads()


def _question(row: ThreadRow) -> QuestionDialog:
    left = "The server keeps no copy: nothing brings it back."
    copying = [ButtonSpec("copy", "Delete, keep a copy here", dangerous=True)]
    if row.status == DELETED:
        left, copying = "This copy is all that is left of it: nothing brings it back.", []
    return QuestionDialog(
        "Delete this thread?",
        (
            about_line("Title", short_name(row.title, ON_A_LINE)),
            f"Id    {shown_id(row.id)}",
            "",
            left,
        ),
        (
            ButtonSpec("cancel", "Cancel"),
            *copying,
            ButtonSpec("delete", "Delete", dangerous=True),
        ),
    )
