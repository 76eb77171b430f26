"""Attaches files and images to the message that is being written."""

import asyncio
from functools import partial
from pathlib import Path

from assistant_tui.api.uploads import check_attachment
from assistant_tui.core.errors import Invalid
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.prompts import InputDialog, InputSpec
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start


def attach(context: PlaygroundContext) -> None:
    """Ask for a file, and attach it if it can be sent."""
    start(context.screen, partial(_attach, context), "form")


async def _attach(context: PlaygroundContext) -> None:
    hint = "attaches it; no path takes all away" if context.attachments else "attaches it"
    values = await context.ask(InputDialog("Attach a file", [InputSpec("Path")], hint))
    if values is None:
        return
    typed = values[0].strip()
    if not typed:
        context.attach(())
        return
    try:
        path = await asyncio.to_thread(check_attachment, Path(typed))
    except Invalid as error:
        context.say(f"Not attached: {one_line(str(error))}", Tone.ERROR)
    else:
        context.attach((*context.attachments, path))
