"""``assistant-tui create``: a new assistant from a file."""

import argparse

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import report_saved
from assistant_tui.cli.session import Job, Session
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.assistants.cloning import creation_draft
from assistant_tui.core.raw_json import RawJson
from assistant_tui.storage.import_files import read_object
from assistant_tui.storage.user_files import FileError


def prepare(options: argparse.Namespace, console: Console) -> Job:
    """Create what the file says, and print the new id."""
    draft = creation_draft(read_file_option(options.file))
    for problem in draft.errors.values():
        raise ConfigurationError(f"--file {options.file}: {problem}")

    async def job(session: Session) -> int:
        with session.write():
            saved = await session.service.create(draft)
            report_saved(console, saved)
            console.identity(saved.row.id)
        return 0

    return job


def read_file_option(name: str) -> RawJson:
    """The assistant, or part of one, in the file of `--file`. Raises ConfigurationError."""
    try:
        return read_object(name)
    except FileError as error:
        raise ConfigurationError(f"--file {error}") from None
