"""The subcommands of `threads`: list, get, export, import and delete."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from assistant_tui.cli.console import Console, fit
from assistant_tui.cli.reports import BatchReport
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.errors import NotFound
from assistant_tui.core.formats.exporting import FileNames
from assistant_tui.core.formats.threads import lossless
from assistant_tui.core.formats.threads.exporting import THREAD_FORMATS, ThreadFormat
from assistant_tui.core.formats.threads.import_plan import plan_import
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import write_json
from assistant_tui.core.labels import id_in_column, label_of, shown_id
from assistant_tui.core.list_spec import GAP, created_text
from assistant_tui.core.rows import NameSummary, ResourceRow
from assistant_tui.core.safe_text import visible_line
from assistant_tui.journal.threads import KnownThread
from assistant_tui.services.threads.records import title_of_record
from assistant_tui.storage.export_folder import ExportFolder
from assistant_tui.storage.user_files import FileError, decoded, read_input

_WIDEST_STATE = 20
_LEAST_TITLE = 12
"""Cells of a row that a long id leaves for the title."""


def prepare_threads(options: argparse.Namespace, console: Console) -> Subcommand:
    """Carry out the action that was asked for."""
    match options.action:
        case "list":
            return _prepare_list(options, console)
        case "get":
            return _prepare_get(options, console)
        case "export":
            return _prepare_export(options, console)
        case "import":
            return _prepare_import(options, console)
        case "delete":
            return _prepare_delete(options, console)
    raise AssertionError(f"the parser let {options.action} pass")


def _prepare_list(options: argparse.Namespace, console: Console) -> Subcommand:
    """List what the journal knows and the server lists, those used last first."""

    async def subcommand(session: Session) -> int:
        threads = session.service.threads
        found = await threads.settled(await threads.known(options.assistant, options.filter or ""))
        if options.assistant is not None:
            found = _of_assistant(console, found, options.assistant)
        if options.json:
            for each in found:
                console.json(_json(each))
        elif found:
            for line in _table(found, console):
                console.line(line)
        return 0

    return subcommand


def _of_assistant(
    console: Console, threads: Sequence[KnownThread], assistant_id: str
) -> list[KnownThread]:
    """The threads that an assistant certainly answered in; note how many may be its as well."""
    found = [each for each in threads if each.assistant_id == assistant_id]
    if unknown := len(threads) - len(found):
        console.note(f"{unknown:,} more, whose assistant is not known here, are left out")
    return found


def _json(thread: KnownThread) -> str:
    said = {
        "id": thread.id,
        "title": thread.title,
        "assistant_id": thread.assistant_id or None,
        "created_at": thread.created_at,
        "used_at": thread.used_at,
        "status": thread.status or None,
        "origin": thread.origin or None,
        "has_copy": thread.has_copy,
    }
    return write_json(said)


def _table(threads: Sequence[KnownThread], console: Console) -> Iterator[str]:
    """Ids, when they were used, the states of the last runs, and titles, under their names."""
    width = console.width
    most = max(width - len(GAP) - _LEAST_TITLE, 2) if console.cuts else sys.maxsize
    rows = [("Id", "Used", "State", "Title")]
    rows += [
        (
            id_in_column(each.id, most),
            created_text(int(each.used_at) or None),
            visible_line(each.status)[:_WIDEST_STATE],
            visible_line(each.title),
        )
        for each in threads
    ]
    columns = [max(len(row[place]) for row in rows) for place in range(3)]
    for *cells, title in rows:
        shown = (fit(cell, size) for cell, size in zip(cells, columns, strict=True))
        yield console.fit(GAP.join([*shown, title]), width).rstrip()


def _prepare_get(options: argparse.Namespace, console: Console) -> Subcommand:
    """Show a thread as its transcript, or as the server sent it."""

    async def subcommand(session: Session) -> int:
        record = await _record(session, options.id)
        if options.json:
            console.json(lossless.write(record))
        else:
            console.text(THREAD_FORMATS["markdown"].write(record))
        return 0

    return subcommand


async def _record(session: Session, thread_id: str) -> ThreadRecord:
    """A thread with all that belongs to it; of one that is gone, the copy that was kept.

    Raises:
        NotFound: there is neither.
    """
    threads, console = session.service.threads, session.console
    try:
        record, missing = await threads.record(thread_id)
    except NotFound:
        if (text := await threads.copy(thread_id)) is None:
            raise
        console.note(f"{shown_id(thread_id)} is gone from the server; this is the copy kept here")
        return lossless.read(text)
    for each in missing:
        console.note(f"{shown_id(thread_id)}: missing: {each}")
    return record


def _prepare_export(options: argparse.Namespace, console: Console) -> Subcommand:
    """Write each thread into a file of a folder, or all to stdout, and name what is left out."""
    form = THREAD_FORMATS[options.format]
    folder: ExportFolder | None = None
    if options.output != "-":
        try:
            folder = ExportFolder(options.output, replace=options.yes, remedy="--yes replaces it")
        except ValueError as error:
            raise ConfigurationError(f"--output {error}") from None
    elif options.format in ("markdown", "promptfoo") and len(options.ids) > 1:
        raise ConfigurationError(
            f"--output -: only one ID with --format {options.format}; a folder takes more"
        )
    return lambda session: _export(session, options.ids, form, folder)


async def _export(
    session: Session, ids: Sequence[str], form: ThreadFormat, folder: ExportFolder | None
) -> int:
    console, names = session.console, FileNames(form.suffix)
    report = BatchReport(console, session.settings.profile, "exported")
    with report.all():
        for each in report.in_turn(list(dict.fromkeys(ids)), shown_id):
            with report.attempt(shown_id(each)):
                record = await _record(session, each)
                text = form.write(record)
                if lost := form.losses(record):
                    console.note(f"{shown_id(each)}: not carried over: {'; '.join(lost)}")
                if folder is None:
                    _print(console, form, text)
                else:
                    row = ResourceRow(each, None, record.thread, summary=NameSummary())
                    console.done(folder.write_file(names.of(row), text))
                report.add()
    return report.code


def _print(console: Console, form: ThreadFormat, text: str) -> None:
    """Write a text to stdout; of JSON, each object in a line."""
    if form is THREAD_FORMATS["json"]:
        console.json(text)
    elif form.suffix.endswith(".jsonl"):
        for line in text.removesuffix("\n").split("\n"):
            console.json(line)
    else:
        console.text(text)


def _prepare_import(options: argparse.Namespace, console: Console) -> Subcommand:
    """Make a new thread of each file, print its id, and name what it lacks."""
    paths = dict.fromkeys(options.paths)
    console.expect_input(*paths)
    given = [(path, record) for path in paths for record in _read_file(path)]

    async def subcommand(session: Session) -> int:
        report = BatchReport(console, session.settings.profile, "imported", len(given))
        with report.all():
            for path, record in report.in_turn(given, lambda each: each[0]):
                with session.write(), report.attempt(path):
                    await _import(session, path, record, keep_files=options.keep_files)
                    report.add()
        return report.code

    return subcommand


def _read_file(path: str) -> list[ThreadRecord]:
    try:
        return lossless.read_all(decoded(read_input(path, lossless.LARGEST_FILE)))
    except (FileError, ValueError) as error:
        raise ConfigurationError(f"import {path}: {error}") from None


async def _import(session: Session, path: str, record: ThreadRecord, *, keep_files: bool) -> None:
    plan = plan_import(record, keep_files=keep_files)
    if plan.lost:
        session.console.note(f"{path}: not carried over: {'; '.join(plan.lost)}")
    made = await session.service.threads.make(plan, "", title_of_record(record), record.id)
    session.console.written_id(made)


def _prepare_delete(options: argparse.Namespace, console: Console) -> Subcommand:
    """Delete each of the threads, and print the id of each that is gone."""
    ids = list(dict.fromkeys(options.ids))
    if not options.yes and not console.interactive:
        raise ConfigurationError("delete: there is no terminal to ask on; --yes is needed")
    return lambda session: _delete(session, ids, unasked=options.yes, keep_copy=options.keep_copy)


async def _delete(session: Session, ids: Sequence[str], *, unasked: bool, keep_copy: bool) -> int:
    """Look whether all are there, ask once unless `unasked`, and delete one after the other."""
    console, threads = session.console, session.service.threads
    report = BatchReport(console, session.settings.profile, "deleted", len(ids))
    titles = {each.id: each.title for each in await threads.known()} if not unasked else {}
    labels = [label_of(each, titles.get(each, "")) for each in ids]
    if not unasked and not await _confirmed(console, labels, keep_copy=keep_copy):
        console.note("nothing was deleted")
        return 1
    with report.all():
        for each in report.in_turn(ids, shown_id):
            with session.write(), report.attempt(shown_id(each)):
                if not await threads.delete(each, keep_copy=keep_copy):
                    raise NotFound(f"No thread with the id {shown_id(each)}")
                report.add()
                console.written_id(each)
    return report.code


async def _confirmed(console: Console, labels: Sequence[str], *, keep_copy: bool) -> bool:
    kept = "a copy stays here, to read and export" if keep_copy else "--keep-copy keeps a copy here"
    lines = [*labels, f"Nothing brings a thread back; {kept}."]
    if len(labels) == 1:
        return await console.confirmed(lines, "Delete it for good? [y/N]", ("y", "yes"))
    count = str(len(labels))
    return await console.confirmed(
        lines, f"Type {count} to delete all of these for good:", (count,)
    )
