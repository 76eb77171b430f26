"""The subcommand `delete`: asks with name and id on a terminal; elsewhere --yes is needed."""

import argparse

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import NO_UNDO, BatchReport
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.errors import NotFound
from assistant_tui.core.labels import shown_id
from assistant_tui.core.rows import ResourceRow


def prepare_delete(options: argparse.Namespace, console: Console) -> Subcommand:
    """Delete each of the assistants, and print the id of each that is gone."""
    ids = list(dict.fromkeys(options.ids))
    if not options.yes and not console.interactive:
        raise ConfigurationError("delete: there is no terminal to ask on; --yes is needed")

    return lambda session: _delete(session, ids, unasked=options.yes)


async def _delete(session: Session, ids: list[str], *, unasked: bool) -> int:
    """Fetch all and ask once, unless `unasked`, and delete one after the other."""
    report = BatchReport(session.console, session.settings.profile, "deleted", len(ids))
    if unasked:
        return await _delete_each(session, ids, report, for_good=True)
    rows = await _found(session, ids, report)
    check = session.service.journal.check
    why_no_copy = await check(sum(len(row.text) for row in rows)) if rows else ""
    if rows and not await _confirmed(session.console, rows, why_no_copy):
        session.console.note("nothing was deleted")
        return 1
    found = [row.id for row in rows]
    return await _delete_each(session, found, report, for_good=bool(why_no_copy))


async def _delete_each(
    session: Session, ids: list[str], report: BatchReport, *, for_good: bool
) -> int:
    """Delete one after the other, each looked at just before; `for_good` also without a copy."""
    with report.all():
        for each in report.in_turn(ids, shown_id):
            with session.write(), report.attempt(shown_id(each)):
                if not await session.service.delete(each, allow_without_backup=for_good):
                    raise NotFound(f"No assistant with the id {shown_id(each)}")
                report.add()
                _report_deleted(session, each, for_good=for_good)
    return report.code


def _report_deleted(session: Session, assistant_id: str, *, for_good: bool) -> None:
    session.console.written_id(assistant_id)
    trouble = session.service.journal.trouble
    if for_good and trouble:
        session.console.note(f"{shown_id(assistant_id)}: {NO_UNDO}{trouble}")


async def _found(session: Session, ids: list[str], report: BatchReport) -> list[ResourceRow]:
    """Fetch the assistants; note each that is not there."""
    rows: list[ResourceRow] = []
    for each in report.in_turn(ids, shown_id):
        with report.attempt(shown_id(each)):
            rows.append(await session.service.fetch(each))
    return rows


async def _confirmed(console: Console, rows: list[ResourceRow], why_no_copy: str) -> bool:
    """Confirm one by yes, more by their count; the question says where no copy can be kept."""
    lines = [row.label for row in rows]
    if why_no_copy:
        lines.append(f"No copy can be kept, so that nothing brings this back: {why_no_copy}")
    good = " for good" if why_no_copy else ""
    if len(rows) == 1:
        return await console.confirmed(lines, f"Delete it{good}? [y/N]", ("y", "yes"))
    count = str(len(rows))
    return await console.confirmed(lines, f"Type {count} to delete all of these{good}:", (count,))
