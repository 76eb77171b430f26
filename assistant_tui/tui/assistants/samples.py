"""Fills an empty store with three samples, so that there is something to look at."""

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.samples import three_samples
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.json_text import write_json
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.widgets.status_line import Tone


async def add_samples(context: MainContext) -> None:
    """Create them one after the other; a failure ends it and is told."""
    context.say("Adding samples…", Tone.WORKING)
    bodies = three_samples()
    for body in bodies:
        preset = {name: write_json(value) for name, value in body.items()}
        try:
            saved = await context.service.create(Draft(preset=preset))
        except ServiceError as error:
            context.report(error, "Samples were not added")
            return
        context.show_row(saved.row)
    context.say(f"Added {len(bodies)} samples")
