"""Writes assistants to files of a folder, in a format that is chosen."""

import asyncio
from collections.abc import Mapping

from assistant_tui.core.batch import Batch, Status
from assistant_tui.core.errors import Invalid
from assistant_tui.core.formats.exporting import FORMATS, FileNames
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.storage.export_folder import ExportFolder
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.dialogs.progress import BatchProgress
from assistant_tui.tui.dialogs.prompts import ChoiceDialog, InputDialog, InputSpec
from assistant_tui.tui.widgets.status_line import Tone

_FOLDER = "assistants"
_FORMATS: Mapping[str, str] = {
    "json": "JSON",
    "yaml": "YAML",
    "markdown": "Markdown, the instructions as its text",
    "responses": "A request of the Responses API",
    "agents-sdk": "A snippet for the Agents SDK",
}


async def export(context: MainContext) -> None:
    """Ask for format and folder, write a file for each, and name what the format cannot express."""
    rows = context.list_model.targets
    chosen = await context.ask(ChoiceDialog(f"Export {_count(rows)} as", _FORMATS))
    export_folder = None if chosen is None else await ask_for_folder(context.reporter, _FOLDER)
    if chosen is None or export_folder is None:
        return
    form = FORMATS[chosen]
    names = FileNames(form.suffix)

    async def operation(row: ResourceRow) -> str:
        try:
            text = form.write(row.text)
            await asyncio.to_thread(export_folder.write_file, names.of(row), text)
        except ValueError as error:
            raise Invalid(str(error)) from None
        lost = form.losses(row.text)
        return f"not carried over: {'; '.join(lost)}" if lost else ""

    batch = Batch(rows, operation)
    await context.ask(BatchProgress(f"Exporting {_count(rows)}", batch))
    done = len(batch.of(Status.DONE))
    said = f"Exported {done:,} to {one_line(str(export_folder.folder))}"
    context.say(said, Tone.PLAIN if done == len(rows) else Tone.WARNING)


async def ask_for_folder(reporter: Reporter, preset: str) -> ExportFolder | None:
    """Ask for a folder, and make it; None where none is wanted, or it cannot be made."""
    entry = InputDialog("Export", [InputSpec("Into the folder", preset)], "writes", _wrong)
    if (values := await reporter.ask(entry)) is None:
        return None
    try:
        return await asyncio.to_thread(ExportFolder, values[0], remedy="another folder takes it")
    except ValueError as error:
        reporter.say(f"Not exported: {error}", Tone.ERROR)
        return None


def _count(rows: tuple[ResourceRow, ...]) -> str:
    return rows[0].label if len(rows) == 1 else f"{len(rows):,} assistants"


def _wrong(values: tuple[str, ...]) -> str:
    return "" if values[0].strip() else "a folder is needed"
