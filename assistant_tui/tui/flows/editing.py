"""Edits a whole object in the person's own editor."""

from assistant_tui.core.display import one_line
from assistant_tui.core.document import Document, compose, indent
from assistant_tui.core.draft import Draft, from_editor
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.listing import Row
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.editor import EditorError, UnreadableFile
from assistant_tui.tui.flows.deleting import row_above
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.flows.editor_session import EditorSession
from assistant_tui.tui.flows.saving import save
from assistant_tui.tui.messages import Tone

_ERROR_MARK = "// "


async def edit_object(desk: Desk, row: Row) -> None:
    """Fetch the object, open it as JSON in the editor, and save what was changed.

    What cannot be read or saved is offered for another round, so that no edit is lost.
    """
    desk.say("Fetching…", Tone.WORKING)
    try:
        row = await desk.service.fetch(row.id, row_above(desk, row.id))
    except ServiceError as error:
        desk.report(error, "Not opened")
        return
    original = Document(row.text)
    draft: Draft | None = Draft(original)
    while draft is not None:
        draft = await _edit(desk, original, draft)


async def _edit(desk: Desk, original: Document, draft: Draft) -> Draft | None:
    """Open an edit in the editor and save what comes back; returns what another round is for."""
    text = (
        indent(compose({**original.members, **draft.patch()})) if draft.dirty else original.pretty
    )
    try:
        session = EditorSession(desk, str(original.value("id")), f"{text}\n", ".json")
        session.keep(draft)
    except EditorError as error:
        desk.say(str(error), Tone.ERROR)
        return None
    edited = await _come_back(desk, original, session)
    if edited is None:
        return None
    if not edited.dirty:
        session.end()
        desk.say("Nothing was changed")
        return None
    session.settle(edited)
    if await save(desk, edited) is not None:
        session.end()
        return None
    question = Question("The edit was not saved", (), _answers("Discard the edit"))
    if await desk.ask(question) == "drop":
        session.end()
        return None
    session.file.remove()
    return edited


async def _come_back(desk: Desk, original: Document, session: EditorSession) -> Draft | None:
    """Visit the editor as often as it takes to get JSON back; None gives up."""
    while True:
        text = session.file.before
        try:
            text = without_error(session.run())
            return from_editor(original, text)
        except UnreadableFile as error:
            told, marked = str(error), None
        except EditorError as error:
            desk.say(str(error), Tone.ERROR)
            return None
        except ValueError as error:
            if text.strip() in ("", session.file.before.strip()):
                return Draft(original)
            told, marked = str(error), f"{_ERROR_MARK}{error}\n{text}"
        if await desk.ask(unreadable(told)) == "drop":
            session.end()
            return None
        session.file.reopen(marked)


def unreadable(told: str) -> Question:
    """Ask what becomes of a text that was left in an editor and cannot be read."""
    return Question("Not saved", (one_line(told),), _answers("Discard"))


def _answers(drop: str) -> tuple[Answer, Answer]:
    return Answer("again", "Back to the editor"), Answer("drop", drop, dangerous=True)


def without_error(text: str) -> str:
    """The text without the lines about an error that stood on top of it."""
    lines = text.split("\n")
    while lines and lines[0].startswith(_ERROR_MARK):
        lines.pop(0)
    return "\n".join(lines)
