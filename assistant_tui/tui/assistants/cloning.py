"""Opens the form on a new assistant that is like another."""

from assistant_tui.core.copies import clone, left_behind
from assistant_tui.core.display import one_line
from assistant_tui.core.document import Document
from assistant_tui.core.listing import Row
from assistant_tui.core.naming import called
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.widgets.status_line import Tone

_NEXT = "Ctrl+S creates it"


async def open_clone(context: MainContext, row: Row) -> None:
    """Open it with all that can come along, and name what cannot; nothing is sent yet."""
    name = called(row.name, row.id)
    if row.problem:
        context.say(
            f"{name} does not fit the API, so it cannot be cloned · v shows it", Tone.WARNING
        )
        return
    document = Document(row.text)
    lost = one_line(", ".join(left_behind(document)))
    title = f"Clone of {name}"
    await context.open_form(clone(document), title=f"{title}, without {lost}" if lost else title)
    if lost:
        context.say(f"Cannot come along: {lost} · {_NEXT}", Tone.WARNING)
    else:
        context.say(f"A clone of {name}, with all that it has · {_NEXT}")
