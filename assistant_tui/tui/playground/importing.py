"""Makes threads anew from files that an export as JSON has written."""

import asyncio
from functools import partial

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.formats.threads import lossless
from assistant_tui.core.formats.threads.import_plan import plan_import
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.safe_text import one_line
from assistant_tui.services.threads.records import title_of_record
from assistant_tui.services.threads.service import ThreadService
from assistant_tui.storage.user_files import FileError, decoded, read_user_file
from assistant_tui.tui.dialogs.prompts import InputDialog, InputSpec
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.playground.exporting import tell_losses
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import is_there, start


def import_threads(context: PlaygroundContext) -> None:
    """Ask for a file, and make a thread of each that is in it."""
    start(context.screen, partial(_ask, context), "form")


async def _ask(context: PlaygroundContext) -> None:
    asked = InputDialog("Import threads", [InputSpec("A file of the format JSON")], "reads it")
    values = await context.ask(asked)
    if values is not None and values[0].strip():
        importing = partial(_import, context, values[0].strip())
        start(context.long_lived, importing, "run")


async def _import(context: PlaygroundContext, path: str) -> None:
    """Read a file, and make its threads: all of them, also where the playground is left."""
    context.say("Importing…", Tone.WORKING)
    try:
        records = await asyncio.to_thread(_read, path)
        lost = await _make(context, await context.threads(), records)
    except (FileError, ValueError) as error:
        context.say(f"Not imported: {one_line(str(error))}", Tone.ERROR)
    except ServiceError as error:
        context.report(error, "Not imported")
    else:
        count = len(records)
        done = f"Imported {count:,} thread{'s' if count != 1 else ''}"
        tell_losses(context, done, lost)


def _read(path: str) -> list[ThreadRecord]:
    return lossless.read_all(decoded(read_user_file(path, lossless.LARGEST_FILE)))


async def _make(
    context: PlaygroundContext, threads: ThreadService, records: list[ThreadRecord]
) -> list[str]:
    """Make a thread of each, and open the last one; what was not carried over."""
    lost: dict[str, None] = {}
    made = ""
    for record in records:
        plan = plan_import(record)
        lost |= dict.fromkeys(plan.lost)
        title = title_of_record(record)
        made = await threads.make(plan, context.partner.id, title, record.id)
    if made and is_there(context.screen):
        await context.screen.session.open(made)
        await context.screen.session.list_threads()
    return [*lost]
