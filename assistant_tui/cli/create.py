"""``assistant-tui create``: a new assistant from a file."""

import argparse

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import report_saved
from assistant_tui.cli.session import Job, Session
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.assistants.cloning import creation_draft
from assistant_tui.files.reading import read_object


def prepare(options: argparse.Namespace, console: Console) -> Job:
    """Create what the file says, and print the new id."""
    draft = creation_draft(read_object(options.file))
    for problem in draft.errors.values():
        raise ConfigurationError(f"--file {options.file}: {problem}")

    async def job(session: Session) -> int:
        with session.write():
            saved = await session.service.create(draft)
            report_saved(console, saved)
            console.identity(saved.row.id)
        return 0

    return job
