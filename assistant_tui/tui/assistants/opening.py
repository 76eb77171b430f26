"""Opens an assistant: the highlighted one, a new one, one by its id; and adds the first samples."""

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.samples import three_samples
from assistant_tui.core.errors import NotFound, ServiceError
from assistant_tui.core.json_text import write_json
from assistant_tui.core.labels import name_or_id, shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.tui.assistants import showing
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs.prompts import InputDialog, InputSpec, InputValues
from assistant_tui.tui.widgets.status_line import Tone


async def open_highlighted(context: MainContext) -> None:
    """Open the form on the highlighted assistant; where it cannot be edited, show it."""
    row = context.list_model.highlighted
    if row is None:
        return
    if row.problem:
        showing.show_json(context)
    elif context.only_reads:
        context.browser.switch_pane()
    else:
        await context.open_form(Draft(RawJson(row.text)))


async def create(context: MainContext) -> None:
    """Open the form on a new assistant."""
    await context.open_form(context.form.new_draft())


async def go_to(context: MainContext) -> None:
    """Ask for an id; highlight its assistant in the list, or open it where it is not loaded."""
    values = await context.ask(
        InputDialog("Go to an assistant", [InputSpec("Id")], "goes there", _wrong)
    )
    if values is None:
        return
    assistant_id = values[0].strip()
    if context.list_model.listing.row(assistant_id) is not None:
        context.filter.reveal(assistant_id)
        return
    context.say(f"Looking for {shown_id(assistant_id)}…", Tone.WORKING)
    try:
        row = await context.service.fetch(assistant_id)
    except NotFound:
        context.say(f"This server has no assistant {shown_id(assistant_id)}", Tone.WARNING)
        return
    except ServiceError as error:
        context.report(error, f"{shown_id(assistant_id)} was not found")
        return
    context.say(f"{name_or_id(row.name, row.id)} is not in the list that is loaded")
    await _open(context, row)


def _wrong(values: InputValues) -> str:
    text = values[0].strip()
    return "" if text and not any(map(str.isspace, text)) else "An id is one word, such as asst_abc"


async def _open(context: MainContext, row: ResourceRow) -> None:
    if row.problem or context.profile.read_only:
        context.app.push_screen(showing.json_screen(row))
    else:
        await context.open_form(Draft(RawJson(row.text)))


async def add_samples(context: MainContext) -> None:
    """Create the samples one after the other; a failure ends this and is reported."""
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
