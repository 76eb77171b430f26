"""``assistant-tui get``: one assistant in words, or as the server sent it."""

import argparse

from assistant_tui.cli.console import Console
from assistant_tui.cli.session import Job, Session
from assistant_tui.core.assistants.description import describe


def prepare(options: argparse.Namespace, console: Console) -> Job:
    """Show an assistant as the server has it now."""

    async def job(session: Session) -> int:
        row = await session.service.fetch(options.id)
        if options.json:
            console.json(row.text)
            return 0
        for line in describe(row, show_all_with="--json"):
            for text in line.text.split("\n"):
                console.line(" " * line.indent + text)
        return 0

    return job
