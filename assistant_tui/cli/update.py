"""``assistant-tui update``: changes the fields that a file names, and no other."""

import argparse

from assistant_tui.cli.console import Console
from assistant_tui.cli.create import read_file_option
from assistant_tui.cli.reports import report_saved
from assistant_tui.cli.session import Job, Session
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.assistants.draft import update_draft
from assistant_tui.core.labels import shown_id
from assistant_tui.core.raw_json import RawJson


def prepare(options: argparse.Namespace, console: Console) -> Job:
    """Send what differs from what the server has, and print the id."""
    wanted = read_file_option(options.file)

    async def job(session: Session) -> int:
        row = await session.service.fetch(options.id)
        try:
            draft = update_draft(RawJson(row.text), wanted)
        except ValueError as error:
            raise ConfigurationError(f"--file {options.file}: {error}") from None
        if not draft.dirty:
            console.note(f"{shown_id(row.id)} has all of it already; nothing was sent")
            console.identity(row.id)
            return 0
        with session.write():
            saved = await session.service.save(draft)
            report_saved(console, saved)
            console.identity(saved.row.id)
        return 0

    return job
