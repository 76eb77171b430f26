"""``assistant-tui delete``: asks with name and id on a terminal; elsewhere only with --yes."""

import argparse

from assistant_tui.commands.console import Console
from assistant_tui.commands.outcomes import Tally
from assistant_tui.commands.session import Job, Session
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.listing import Row


def prepare(options: argparse.Namespace, console: Console) -> Job:
    """Delete each of the assistants, and print the id of each that is gone."""
    ids = list(dict.fromkeys(options.ids))
    if not options.yes and not console.can_ask:
        raise ConfigurationError("delete: there is no terminal to ask on; --yes is needed")

    async def job(session: Session) -> int:
        tally = Tally(console, session.settings.profile, "deleted", len(ids))
        rows = await _found(session, ids, tally)
        if rows and not options.yes and not await _confirmed(console, rows):
            console.note("nothing was deleted")
            return 1
        with tally.all():
            for row in rows:
                if tally.hopeless:
                    break
                with session.write(), tally.attempt(row.id):
                    await session.catalog.delete(row.id)
                    tally.add()
                    console.done(row.id)
        return tally.code

    return job


async def _found(session: Session, ids: list[str], tally: Tally) -> list[Row]:
    """The assistants as they are now; one that is not there is told."""
    rows: list[Row] = []
    for each in ids:
        if tally.hopeless:
            break
        with tally.attempt(each):
            rows.append(await session.catalog.fetch(each))
    return rows


async def _confirmed(console: Console, rows: list[Row]) -> bool:
    """One by yes, more by their count."""
    lines = [f"{row.name or '(no name)'} · {row.id}" for row in rows]
    if len(rows) == 1:
        return await console.confirmed(lines, "Delete it? [y/N]", ("y", "yes"))
    count = str(len(rows))
    return await console.confirmed(lines, f"Type {count} to delete all of these:", (count,))
