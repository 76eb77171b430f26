"""Edits a whole object, or one text of the form, in the person's own editor."""

import secrets
from functools import partial
from typing import TYPE_CHECKING

from assistant_tui.core.assistants.draft import Draft, editor_draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.json_text import compose, indent
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.journal.drafts import EditorState
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.saving import save
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.terminal.external_editor import (
    MAX_FILE_SIZE,
    MAX_TEXT_SIZE,
    EditorError,
    EditorFile,
    UnreadableFile,
)
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import is_there, start

if TYPE_CHECKING:
    from assistant_tui.tui.widgets.editors.text import TextEditor


_SEPARATOR = "\nin the editor"


def new_placeholder() -> str:
    """A text that stands in a draft for the one in the editor, and is no other's."""
    return f"\ue000{secrets.token_hex(16)}\ue000"


def key_of_form(key: str) -> str:
    """Where the draft of the form is kept that a text in an editor belongs to."""
    return key.removesuffix(_SEPARATOR)


class EditorSession:
    """From before the editor is started until what it left is taken or given up.

    Whatever ends the program meanwhile, the next start finds the draft in the journal, and the file
    that it names.
    """

    def __init__(
        self, context: MainContext, key: str, text: str, suffix: str, largest: int = MAX_FILE_SIZE
    ) -> None:
        """`key` is where the draft of the form is or would be kept.

        Raises:
            EditorError: there is no room for a file.
        """
        self._app = context.app
        self._journal = context.journal
        self._key = f"{key}{_SEPARATOR}"
        self.file = EditorFile.make(self._journal.drafts.edits, text, suffix, largest)

    def keep(self, draft: Draft, placeholder: str = "") -> None:
        """Put the draft on disk that the text belongs to, then the text into the file.

        Raises:
            EditorError: the disk refused.
        """
        editor_state = EditorState(self.file.path, self.file.before, placeholder)
        self._journal.drafts.keep_now(self._key, draft, editor_state)
        try:
            self.file.write(self.file.before)
        except EditorError:
            self.end()
            raise

    def run(self) -> str:
        """Start the editor and return what it left.

        Raises:
            UnreadableFile: it is no text that can be taken, and is still there.
            EditorError: nothing is taken; what was written is left behind as a draft.
        """
        try:
            self.file.run(self._app)
            text = self.file.read()
        except UnreadableFile:
            raise
        except EditorError as error:
            if not self.file.changed:
                self.end()
                raise
            self._journal.drafts.leave_now(self._key)
            raise EditorError(f"{error} · R takes up what it wrote") from None
        if not self.file.hint or text != self.file.before:
            return text
        self._journal.drafts.leave_now(self._key)
        raise EditorError(f"{self.file.hint} · R takes up what it saves")

    def settle(self, draft: Draft) -> None:
        """Keep what was written as a draft, once it was read, and remove the file.

        At once: what ends the program must find both or the draft alone.
        """
        self._journal.drafts.keep_now(self._key, draft)
        if not self._journal.trouble:
            self.file.remove()

    def end(self) -> None:
        """What was written is taken over, or given up: nothing of it is left on disk."""
        self._journal.drafts.forget_now(self._key)
        self.file.remove()


_ERROR_MARK = "// "


def edit_json(context: MainContext) -> None:
    """Edit the highlighted object, wherever the cursor goes meanwhile."""
    if (row := context.list_model.highlighted) is not None:
        context.run_job(partial(edit_object, context, row))


async def edit_object(context: MainContext, row: ResourceRow) -> None:
    """Fetch the object, open it as JSON in the editor, and save what was changed.

    What cannot be read or saved is offered for another round, so that no edit is lost.
    """
    context.say("Fetching…", Tone.WORKING)
    try:
        row = await context.service.fetch(row.id, context.list_model.previous_id(row.id))
    except ServiceError as error:
        context.report(error, "Not opened")
        return
    original = RawJson(row.text)
    draft: Draft | None = Draft(original)
    while draft is not None:
        draft = await _edit(context, original, draft)


async def _edit(context: MainContext, original: RawJson, draft: Draft) -> Draft | None:
    """Open an edit in the editor and save what comes back; returns what another round is for."""
    text = _edited_json(original, draft)
    try:
        session = EditorSession(context, str(original.value("id")), f"{text}\n", ".json")
        session.keep(draft)
    except EditorError as error:
        context.say(str(error), Tone.ERROR)
        return None
    edited = await _come_back(context, original, session)
    if edited is None:
        return None
    if not edited.dirty:
        session.end()
        context.say("Nothing was changed")
        return None
    session.settle(edited)
    if await save(context, edited) is not None:
        session.end()
        return None
    question = QuestionDialog("The edit was not saved", (), _answers("Discard the edit"))
    if await context.ask(question) == "drop":
        session.end()
        return None
    session.file.remove()
    return edited


def _edited_json(original: RawJson, draft: Draft) -> str:
    if not draft.dirty:
        return original.pretty
    return indent(compose({**original.members, **draft.patch()}))


async def _come_back(
    context: MainContext, original: RawJson, session: EditorSession
) -> Draft | None:
    """Open the editor again until it leaves valid JSON; None if the person gives up."""
    while True:
        text = session.file.before
        try:
            text = without_error(session.run())
            return editor_draft(original, text)
        except UnreadableFile as error:
            reason, marked = str(error), None
        except EditorError as error:
            context.say(str(error), Tone.ERROR)
            return None
        except ValueError as error:
            if text.strip() in ("", session.file.before.strip()):
                return Draft(original)
            reason, marked = str(error), f"{_ERROR_MARK}{error}\n{text}"
        if await context.ask(unreadable(reason)) == "drop":
            session.end()
            return None
        session.file.reopen(marked)


def unreadable(reason: str) -> QuestionDialog:
    """Ask what becomes of a text that was left in an editor and cannot be read."""
    return QuestionDialog("Not saved", (one_line(reason),), _answers("Discard"))


def _answers(drop: str) -> tuple[ButtonSpec, ButtonSpec]:
    return ButtonSpec("again", "Back to the editor"), ButtonSpec("drop", drop, dangerous=True)


def without_error(text: str) -> str:
    """The text without the lines about an error that stood on top of it."""
    lines = text.split("\n")
    while lines and lines[0].startswith(_ERROR_MARK):
        lines.pop(0)
    return "\n".join(lines)


def edit_field(context: MainContext) -> None:
    """Open the text of the form that has the focus, and take in what the editor leaves."""
    form = context.form.form
    editor = None if form is None else form.focused_text
    if form is None or editor is None:
        return
    placeholder = new_placeholder()
    draft = form.draft_with_text(editor, placeholder)
    try:
        text = str(editor.raw)
        # First: it must be on disk when the session ends, whose draft holds the same edits.
        context.form.keep_now()
        session = EditorSession(context, context.form.key, text, editor.suffix, MAX_TEXT_SIZE)
        session.keep(draft, placeholder)
    except EditorError as error:
        context.say(str(error), Tone.ERROR)
    else:
        _visit(context, editor, session)


def _visit(context: MainContext, editor: "TextEditor", session: EditorSession) -> None:
    """Take what the editor left into the form, as if it was typed there."""
    try:
        text = session.run()
    except UnreadableFile as error:
        start(context.screen, partial(_visit_again, context, editor, session, str(error)), "form")
    except EditorError as error:
        context.say(str(error), Tone.ERROR)
    else:
        if text != session.file.before:
            editor.replace(text)
        context.form.keep_now()
        session.end()


async def _visit_again(
    context: MainContext, editor: "TextEditor", session: EditorSession, reason: str
) -> None:
    if await context.ask(unreadable(reason)) == "drop":
        session.end()
    elif is_there(editor):
        try:
            session.file.reopen()
        except EditorError as error:
            context.say(str(error), Tone.ERROR)
        else:
            _visit(context, editor, session)
