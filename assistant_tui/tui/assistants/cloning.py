"""Opens the form on a new assistant that is like another."""

from assistant_tui.core.assistants.cloning import clone, uncreatable_fields
from assistant_tui.core.labels import name_or_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.widgets.status_line import Tone

_NEXT = "Ctrl+S creates it"


async def open_clone(context: MainContext, row: ResourceRow) -> None:
    """Open it with all that can come along, and name what cannot; nothing is sent yet."""
    name = name_or_id(row.name, row.id)
    if row.problem:
        context.say(
            f"{name} does not fit the API, so it cannot be cloned · v shows it", Tone.WARNING
        )
        return
    document = RawJson(row.text)
    lost = one_line(", ".join(uncreatable_fields(document)))
    title = f"Clone of {name}"
    await context.open_form(clone(document), title=f"{title}, without {lost}" if lost else title)
    if lost:
        context.say(f"Cannot come along: {lost} · {_NEXT}", Tone.WARNING)
    else:
        context.say(f"A clone of {name}, with all that it has · {_NEXT}")
