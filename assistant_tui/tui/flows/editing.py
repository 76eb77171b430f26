"""Edits a whole object, or one text of the form, in the person's own editor."""

from assistant_tui.core.document import Document, compose, indent
from assistant_tui.core.draft import Draft, from_editor
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.listing import Row
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.editor import EditorError, edit
from assistant_tui.tui.flows.deleting import row_above
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.flows.saving import save
from assistant_tui.tui.messages import Tone

_ERROR_MARK = "// "


async def edit_object(desk: Desk, row: Row) -> None:
    """Fetch the object, open it as JSON in the editor, and save what was changed.

    What cannot be read or saved is offered for another round, so that no edit is lost.
    """
    desk.say("Fetching…", Tone.WORKING)
    try:
        row = await desk.catalog.fetch(row.id, row_above(desk, row.id))
    except ServiceError as error:
        desk.report(error, "Not opened")
        return
    original = Document(row.text)
    text = original.pretty + "\n"
    while (draft := await _round(desk, original, text)) is not None:
        if not draft.dirty:
            desk.say("Nothing was changed")
            return
        if await save(desk, draft) is not None:
            return
        answers = (Answer("again", "Back to the editor"), Answer("drop", "Discard the edit", True))
        if await desk.ask(Question("The edit was not saved", (), answers)) == "drop":
            return
        text = _as_edited(original, draft)


async def _round(desk: Desk, original: Document, text: str) -> Draft | None:
    """One visit to the editor, or as many as it takes to get JSON back; None gives up."""
    start = text
    while True:
        try:
            text = _without_error(edit(desk.app, text, ".json"))
        except EditorError as error:
            desk.say(str(error), Tone.ERROR)
            return None
        try:
            return from_editor(original, text)
        except ValueError as error:
            if text.strip() in ("", start.strip()):
                desk.say("Nothing was changed")
                return None
            answers = (Answer("again", "Back to the editor"), Answer("drop", "Discard", True))
            if await desk.ask(Question("Not saved", (str(error),), answers)) == "drop":
                return None
            text = f"{_ERROR_MARK}{error}\n{text}"


def _without_error(text: str) -> str:
    lines = text.split("\n")
    while lines and lines[0].startswith(_ERROR_MARK):
        lines.pop(0)
    return "\n".join(lines)


def _as_edited(original: Document, draft: Draft) -> str:
    return indent(compose({**original.members, **draft.patch()})) + "\n"
