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
from assistant_tui.core.search.query import Query
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

    output = _Output(console, form, export_folder)
    return lambda session: _export(session, options.ids, query, output)


async def _export(session: Session, ids: list[str], query: Query | None, output: "_Output") -> int:
    """Write the assistants with these ids; without ids, those that a query matches."""
    report = BatchReport(session.console, session.settings.profile, "exported")
    stream = RowStream(session, query=query)
    rows = _named(session, ids, report) if ids else stream.rows()
    with report.all():
        async with aclosing(rows):
            async for row in rows:
                with report.attempt(shown_id(row.id)):
                    output.write(row)
                    report.add()
    return max(report.code, stream.exit_code)


def _open_folder(folder: str, *, replace: bool) -> ExportFolder:
    try:
        return ExportFolder(folder, replace=replace, remedy="--yes replaces it")
    except ValueError as error:
        raise ConfigurationError(f"--output {error}") from None


async def _named(
    session: Session, ids: list[str], report: BatchReport
) -> AsyncGenerator[ResourceRow, None]:
    for each in report.in_turn(list(dict.fromkeys(ids)), shown_id):
        row = None
        with report.attempt(shown_id(each)):
            row = await session.service.fetch(each)
        if row is not None:
            yield row


class _Output:
    """Writes assistants in one format, each into a file of a folder, or all to stdout."""

    def __init__(self, console: Console, form: Format, folder: ExportFolder | None) -> None:
        self._console = console
        self._form = form
        self._folder = folder
        self._names = FileNames(form.suffix)

    def write(self, row: ResourceRow) -> None:
        """Write one. Raises ValueError where it is no object, or its file cannot be written."""
        members(row.text)
        if lost := self._form.losses(row.text):
            self._console.note(f"{shown_id(row.id)}: not carried over: {'; '.join(lost)}")
        if self._folder is not None:
            file = self._folder.write_file(self._names.of(row), self._form.write(row.text))
            self._console.done(file)
            return
        text = (self._form.stream or self._form.write)(row.text)
        if self._form.is_json:
            self._console.json(text)
        else:
            self._console.text(text)
