"""The subcommand `delete`: asks with name and id on a terminal; elsewhere --yes is needed."""

import argparse

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import NO_UNDO, BatchReport
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.labels import shown_id
from assistant_tui.core.rows import ResourceRow


def prepare_delete(options: argparse.Namespace, console: Console) -> Subcommand:
    """Delete each of the assistants, and print the id of each that is gone."""
    ids = list(dict.fromkeys(options.ids))
    if not options.yes and not console.interactive:
        raise ConfigurationError("delete: there is no terminal to ask on; --yes is needed")

    async def job(session: Session) -> int:
        tally = BatchReport(console, session.settings.profile, "deleted", len(ids))
        rows = await _found(session, ids, tally)
        journal = session.service.journal
        unkept = await journal.check(sum(len(row.text) for row in rows)) if rows else ""
        if rows and not options.yes and not await _confirmed(console, rows, unkept):
            console.note("nothing was deleted")
            return 1
        for_good = bool(options.yes or unkept)
        with tally.all():
            for row in rows:
                if tally.should_stop:
                    break
                with session.write(), tally.attempt(shown_id(row.id)):
                    await session.service.delete(row.id, for_good=for_good)
                    tally.add()
                    console.identity(row.id)
                    if for_good and journal.trouble:
                        console.note(f"{shown_id(row.id)}: {NO_UNDO}{journal.trouble}")
        return tally.code

    return job


async def _found(session: Session, ids: list[str], tally: BatchReport) -> list[ResourceRow]:
    """Fetch the assistants; note each that is not there."""
    rows: list[ResourceRow] = []
    for each in ids:
        if tally.should_stop:
            break
        with tally.attempt(shown_id(each)):
            rows.append(await session.service.fetch(each))
    return rows


async def _confirmed(console: Console, rows: list[ResourceRow], unkept: str) -> bool:
    """Confirm one by yes, more by their count; the question says where no copy can be kept."""
    lines = [row.label for row in rows]
    if unkept:
        lines.append(f"No copy can be kept, so that nothing brings this back: {unkept}")
    good = " for good" if unkept else ""
    if len(rows) == 1:
        return await console.confirmed(lines, f"Delete it{good}? [y/N]", ("y", "yes"))
    count = str(len(rows))
    return await console.confirmed(lines, f"Type {count} to delete all of these{good}:", (count,))
