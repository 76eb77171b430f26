"""The subcommand `export`: writes assistants into files of a folder, or to stdout."""

import argparse
from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import BatchReport
from assistant_tui.cli.row_stream import RowStream, parse_filter
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.formats.exporting import FORMATS, FileNames, Format
from assistant_tui.core.json_text import members
from assistant_tui.core.labels import shown_id
from assistant_tui.core.rows import ResourceRow
from assistant_tui.storage.export_folder import ExportFolder


def prepare_export(options: argparse.Namespace, console: Console) -> Subcommand:
    """Write what was chosen, and name what the format cannot express."""
    query = parse_filter(options.filter)
    if bool(options.ids) + options.all + (query is not None) != 1:
        raise ConfigurationError("export: one of --all, --filter EXPR and ids is needed")
    form = FORMATS[options.format]
    export_folder = (
        None if options.output == "-" else _open_folder(options.output, replace=options.yes)
    )
    if export_folder is None and form.stream is None and len(options.ids) != 1:
        raise ConfigurationError(
            f"--output -: only one ID with --format {options.format}; a folder takes more"
        )

    async def job(session: Session) -> int:
        tally = BatchReport(console, session.settings.profile, "exported")
        stream = RowStream(session, query=query)
        rows = _named(session, options.ids, tally) if options.ids else stream.rows()
        names = FileNames(form)
        with tally.all():
            async with aclosing(rows):
                async for row in rows:
                    with tally.attempt(shown_id(row.id)):
                        _write(console, row, form, export_folder, names)
                        tally.add()
        return max(tally.code, stream.exit_code)

    return job


def _open_folder(folder: str, *, replace: bool) -> ExportFolder:
    try:
        return ExportFolder(folder, replace=replace, remedy="--yes replaces it")
    except ValueError as error:
        raise ConfigurationError(f"--output {error}") from None


async def _named(
    session: Session, ids: list[str], tally: BatchReport
) -> AsyncGenerator[ResourceRow, None]:
    for each in dict.fromkeys(ids):
        row = None
        with tally.attempt(shown_id(each)):
            row = await session.service.fetch(each)
        if row is not None:
            yield row


def _write(
    console: Console,
    row: ResourceRow,
    form: Format,
    export_folder: ExportFolder | None,
    names: FileNames,
) -> None:
    """Raises ValueError where this is no object, or its file cannot be written."""
    members(row.text)
    if lost := form.losses(row.text):
        console.note(f"{shown_id(row.id)}: not carried over: {'; '.join(lost)}")
    if export_folder is not None:
        console.done(export_folder.write_file(names.of(row), form.write(row.text)))
        return
    text = (form.stream or form.write)(row.text)
    if form.is_json:
        console.json(text)
    else:
        console.text(text)
