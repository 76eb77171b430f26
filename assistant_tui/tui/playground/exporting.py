"""Writes a thread to a file, in a format that is chosen, and names what the format leaves out."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from rich.cells import cell_len

from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.formats.exporting import FileNames
from assistant_tui.core.formats.threads import lossless
from assistant_tui.core.formats.threads.exporting import THREAD_FORMATS
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.rows import NameSummary, ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.storage.export_folder import ExportFolder
from assistant_tui.tui.assistants.exporting import ask_for_folder
from assistant_tui.tui.dialogs.prompts import ChoiceDialog
from assistant_tui.tui.dialogs.text_screen import TextScreen
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start

_FOLDER = "threads"
_FORMATS: Mapping[str, str] = {
    "markdown": "Markdown, to be read",
    "json": "JSON: the thread, its messages, runs and steps, to the last letter",
    "tuning": "JSON lines for tuning",
    "conversation": "Items of the Conversations API",
    "promptfoo": "A test file for Promptfoo",
}


def export_thread(context: PlaygroundContext) -> None:
    """Ask for format and folder, and write the thread that is shown."""
    thread_id = context.conversation and context.conversation.thread_id
    if thread_id:
        start(context.screen, partial(_export, context, thread_id), "form")
    else:
        context.say("There is nothing to export yet", Tone.WARNING)


async def _export(context: PlaygroundContext, thread_id: str) -> None:
    chosen = await context.ask(ChoiceDialog("Export the thread as", _FORMATS))
    folder = None if chosen is None else await ask_for_folder(context.reporter, _FOLDER)
    if chosen is None or folder is None:
        return
    context.say("Exporting…", Tone.WORKING)
    try:
        await _write(context, thread_id, chosen, folder)
    except ServiceError as error:
        context.report(error, "Not exported")
    except ValueError as error:
        context.say(f"Not exported: {error}", Tone.ERROR)


def tell_losses(context: PlaygroundContext, done: str, lost: Sequence[str]) -> None:
    """Say what was done, and what was lost by it: over the whole screen where a line is too short.

    `done` must have been made safe.
    """
    said = f"{done} · not carried over: {one_line('; '.join(lost))}" if lost else done
    if not lost or cell_len(Tone.WARNING.value + said) <= context.screen.size.width:
        context.say(said, Tone.WARNING if lost else Tone.PLAIN)
        return
    context.say(f"{done} · {len(lost)} not carried over", Tone.WARNING)
    lines = [StyledText(done), StyledText(""), StyledText("Not carried over", "label")]
    lines += [StyledText(one_line(each), indent=2) for each in lost]
    context.app.push_screen(TextScreen("What was not carried over", lines))


async def _record(context: PlaygroundContext, thread_id: str) -> tuple[ThreadRecord, Sequence[str]]:
    """All of a thread, or of the copy that is left; and what is missing."""
    threads, shown = await context.threads(), context.conversation
    if shown is not None and shown.thread_id == thread_id and shown.is_copy:
        copy = await threads.copy(thread_id)
        if copy is not None:
            return await asyncio.to_thread(lossless.read, copy), ()
    return await threads.record(thread_id)


async def _write(
    context: PlaygroundContext, thread_id: str, chosen: str, folder: ExportFolder
) -> None:
    form = THREAD_FORMATS[chosen]
    record, missing = await _record(context, thread_id)
    row = ResourceRow(thread_id, None, record.thread, summary=NameSummary())
    text = await asyncio.to_thread(form.write, record)
    path = await asyncio.to_thread(folder.write_file, FileNames(form.suffix).of(row), text)
    lost = [*(f"missing: {each}" for each in missing), *form.losses(record)]
    tell_losses(context, f"Exported to {one_line(path)}", lost)
