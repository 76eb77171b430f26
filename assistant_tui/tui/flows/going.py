"""Goes to an assistant by its id, whether it is in the list or not."""

from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import NotFound, ServiceError
from assistant_tui.core.listing import Row
from assistant_tui.core.naming import called, shown_id
from assistant_tui.tui.dialogs.entry import Asked, Entry, Values
from assistant_tui.tui.flows import showing
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone


async def go_to(desk: Desk) -> None:
    """Ask for an id; highlight its assistant in the list, or open it where it is not loaded."""
    values = await desk.ask(Entry("Go to an assistant", [Asked("Id")], "goes there", _wrong))
    if values is None:
        return
    assistant_id = values[0].strip()
    if desk.listing.row(assistant_id) is not None:
        desk.reveal(assistant_id)
        return
    desk.say(f"Looking for {shown_id(assistant_id)}…", Tone.WORKING)
    try:
        row = await desk.service.fetch(assistant_id)
    except NotFound:
        desk.say(f"This server has no assistant {shown_id(assistant_id)}", Tone.WARNING)
        return
    except ServiceError as error:
        desk.report(error, f"{shown_id(assistant_id)} was not found")
        return
    desk.say(f"{called(row.name, row.id)} is not in the list that is loaded")
    await _open(desk, row)


def _wrong(values: Values) -> str:
    text = values[0].strip()
    return "" if text and not any(map(str.isspace, text)) else "An id is one word, such as asst_abc"


async def _open(desk: Desk, row: Row) -> None:
    if row.problem or desk.profile.read_only:
        desk.app.push_screen(showing.json_screen(row))
    else:
        await desk.open_form(Draft(Document(row.text)))
