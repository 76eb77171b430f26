"""Shows what was changed and deleted here, restores versions, and creates anew what is gone."""

from collections.abc import Callable, Iterator
from functools import partial

from assistant_tui.core.assistants.comparison import differences
from assistant_tui.core.assistants.draft import Draft, recreation_draft, reverting_draft
from assistant_tui.core.errors import ServerFault, ServiceError
from assistant_tui.core.labels import (
    IN_A_LABEL,
    IN_A_SENTENCE,
    name_or_id,
    short_name,
    shown_id,
)
from assistant_tui.core.list_spec import created_text
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.journal.entries import Entry
from assistant_tui.services.undoing import NOT_GONE, is_still_there
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.saving import RESTORING, Purpose, save
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.dialogs.prompts import ChoiceDialog, dated_line
from assistant_tui.tui.widgets.status_line import Tone

_MOST_LINES = 200
"""Lines of a diff that a question shows."""


def history(context: MainContext) -> None:
    """Show the versions of the highlighted assistant, wherever the cursor goes meanwhile."""
    if (row := context.list_model.highlighted) is not None:
        context.run_job(partial(show_history, context, row))


async def show_history(context: MainContext, row: ResourceRow) -> None:
    """List the versions of an assistant that were seen here, and restore the chosen one."""
    entries = [each for each in await context.service.journal.history(row.id) if each.after]
    if not entries:
        context.say(context.service.journal.trouble or "It was not changed here yet")
        return
    versions = {str(each.number): str(each.after) for each in entries}
    lines = {str(each.number): _line(each) for each in entries}
    if entries[-1].before is not None:
        versions["first"], lines["first"] = entries[-1].before, f"{' ' * 18}before all of these"
    title = f"Versions of {name_or_id(row.name, row.id)} · {shown_id(row.id)}"
    chosen = await context.ask(ChoiceDialog(title, lines))
    if chosen is not None:
        await _restore(context, row, RawJson(versions[chosen]))


async def trash(context: MainContext) -> None:
    """List what was deleted here, and create what is chosen anew."""
    entries = await context.service.journal.trash()
    if not entries:
        context.say(context.service.journal.trouble or "Nothing was deleted here")
        return
    entry = await _choose(context, "Deleted here", entries, _in_trash)
    if entry is not None:
        await recreate(context, entry)


async def _choose(
    context: MainContext, title: str, entries: tuple[Entry, ...], line: Callable[[Entry], str]
) -> Entry | None:
    chosen = await context.ask(
        ChoiceDialog(title, {str(each.number): line(each) for each in entries})
    )
    return next((each for each in entries if str(each.number) == chosen), None)


async def _restore(context: MainContext, row: ResourceRow, wanted: RawJson) -> None:
    try:
        now = await context.service.fetch(row.id, context.list_model.previous_id(row.id))
    except ServiceError as error:
        context.report(error, "Not restored")
        return
    draft = reverting_draft(RawJson(now.text), wanted)
    if not draft.dirty:
        context.say("It is as it was in that version")
    elif await agreed(context, "Restore this version?", "Restore", draft):
        await save(context, draft, RESTORING)


async def recreate(context: MainContext, entry: Entry) -> None:
    """Create what was deleted anew, unless the deletion did not come about at all."""
    context.say("Looking whether it is gone…", Tone.WORKING)
    try:
        there, doubt = await is_still_there(context.service, entry), ""
    except ServerFault as error:
        # One server says so of every id that it does not know.
        there, doubt = False, f"Whether it is gone is not known: {one_line(error.message)}"
    finally:
        context.say("")
    if there:
        context.say(
            f"{name_of(entry, IN_A_SENTENCE)} was not brought back: {NOT_GONE}", Tone.WARNING
        )
        return
    lines = [f"Id    {shown_id(entry.object_id)}", "Created anew, the id will be a new one."]
    answers = (ButtonSpec("cancel", "Cancel"), ButtonSpec("yes", "Create it anew"))
    title = f"Bring back {name_of(entry)}? (deleted {when(entry)})"
    question = QuestionDialog(title, [*lines, doubt] if doubt else lines, answers)
    if await context.ask(question) == "yes" and entry.before is not None:
        await save(context, recreation_draft(RawJson(entry.before)), Purpose.undoing(entry.number))


async def agreed(context: MainContext, title: str, label: str, draft: Draft) -> bool:
    """Show what would be sent, and ask."""
    lines = list(_diff(draft))
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES} more lines"]
    about = (f"Id    {shown_id(str(draft.assistant_id))}", "")
    answers = (ButtonSpec("cancel", "Cancel"), ButtonSpec("yes", label))
    return await context.ask(QuestionDialog(title, lines, answers, about)) == "yes"


def _diff(draft: Draft) -> Iterator[str]:
    for mark, text in differences(draft):
        yield f"{mark} {one_line(text)}" if mark else one_line(text)


def _line(entry: Entry) -> str:
    return f"{when(entry)}  {entry.kind.value} {one_line(', '.join(entry.fields))}".rstrip()


def when(entry: Entry) -> str:
    """When it was done, in local time."""
    return created_text(int(entry.at))


def name_of(entry: Entry, most: int = IN_A_LABEL) -> str:
    """What its assistant is called, in so many characters at most; safe to show."""
    return name_or_id(entry.name, entry.object_id, most)


def _in_trash(entry: Entry) -> str:
    name = short_name(entry.name) or "(no name)"
    return dated_line(entry.at, name, shown_id(entry.object_id))
