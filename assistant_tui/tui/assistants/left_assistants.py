"""Deletes the temporary assistants of programs that ended before they could do it."""

from collections.abc import Iterator, Sequence

from assistant_tui.core.labels import shown_id
from assistant_tui.services.temporary_assistants import Removal
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.widgets.status_line import Tone


async def delete_left_behind(context: MainContext) -> None:
    """Delete them, take them out of the list, and say so."""
    if context.profile.read_only:
        return
    removals = await context.service.temporary.delete_left_behind()
    gone = [each.assistant_id for each in removals if not each.problem]
    if gone:
        model = context.list_model
        model.change(model.listing.without(gone))
    for sentence, tone in _told(removals):
        context.say(sentence, tone)


def _told(removals: Sequence[Removal]) -> Iterator[tuple[str, Tone]]:
    for each in removals:
        which = f" {shown_id(each.assistant_id)}" if each.assistant_id else ""
        if each.problem:
            yield f"The temporary assistant{which} is still there: {each.problem}", Tone.WARNING
        else:
            yield f"Deleted the temporary assistant{which} that was left behind", Tone.PLAIN
