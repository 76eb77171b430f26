"""``assistant-tui clone``: a new assistant like another, on the same server or on another one."""

import argparse

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import report_saved
from assistant_tui.cli.session import Job, Session, describe_error
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.assistants.cloning import clone, transfer, uncreatable_fields
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.labels import shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.offers import offer_of


def prepare(options: argparse.Namespace, console: Console) -> Job:
    """Create the new one, print its id, and tell what could not come along."""

    async def job(session: Session) -> int:
        row = await session.service.fetch(options.id)
        if row.problem:
            console.note(
                f"{shown_id(row.id)} does not fit the API, so it cannot be cloned: {row.problem}"
            )
            return 1
        if options.to is None:
            return await _clone_here(session, row)
        return await _clone_to(session, row, options.to)

    return job


async def _clone_here(session: Session, row: ResourceRow) -> int:
    document = RawJson(row.text)
    if lost := uncreatable_fields(document):
        session.console.note(f"cannot come along: {', '.join(lost)}")
    with session.write():
        saved = await session.service.create(clone(document))
        report_saved(session.console, saved)
        session.console.identity(saved.row.id)
    return 0


async def _clone_to(session: Session, row: ResourceRow, name: str) -> int:
    profiles = session.settings.profiles
    if name not in profiles:
        raise ConfigurationError(f"--to: no profile '{name}'; there are: {', '.join(profiles)}")
    if profiles[name].read_only:
        raise ConfigurationError(f"--to: profile {name} is read-only")
    try:
        async with session.open_profile(profiles[name]) as target:
            await _create_there(session, target, row)
    except ServiceError as error:
        session.console.note(f"--to {name}: {describe_error(error, profiles[name])}")
        return 1
    return 0


async def _create_there(session: Session, target: AssistantService, row: ResourceRow) -> None:
    move = transfer(RawJson(row.text), await offer_of(target))
    for lost in move.lost:
        session.console.note(lost)
    with session.write():
        saved = await target.create(move.draft)
        report_saved(session.console, saved)
        session.console.identity(saved.row.id)
