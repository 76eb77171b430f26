"""Edits one text of the form in the person's own editor."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from assistant_tui.tui.background import start
from assistant_tui.tui.editor import LARGEST_TEXT, EditorError, UnreadableFile
from assistant_tui.tui.faults import is_there
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.flows.editing import unreadable
from assistant_tui.tui.flows.editor_session import EditorSession, new_stand_in
from assistant_tui.tui.messages import Tone

if TYPE_CHECKING:
    from assistant_tui.tui.widgets.editors.text import TextEditor
    from assistant_tui.tui.widgets.form import AssistantForm


class FieldEditing:
    """Takes what the editor left into the form, as if it was typed there."""

    def __init__(self, desk: Desk, screen: Screen[None], keep: Callable[[], None]) -> None:
        """`keep` puts the draft of the form on disk before it returns."""
        self._desk = desk
        self._screen = screen
        self._keep = keep

    def edit(self, form: "AssistantForm", editor: "TextEditor", key: str) -> None:
        """Open a text of a form, whose draft is kept under a key."""
        stand_in = new_stand_in()
        draft = form.draft_with(editor, stand_in)
        try:
            text = str(editor.raw)
            session = EditorSession(self._desk, key, text, editor.suffix, LARGEST_TEXT)
            session.keep(draft, stand_in)
        except EditorError as error:
            self._desk.say(str(error), Tone.ERROR)
        else:
            self._visit(editor, session)

    def _visit(self, editor: "TextEditor", session: EditorSession) -> None:
        try:
            text = session.run()
        except UnreadableFile as error:
            start(self._screen, partial(self._visit_again, editor, session, str(error)), "form")
        except EditorError as error:
            self._desk.say(str(error), Tone.ERROR)
        else:
            if text != session.file.before:
                editor.replace(text)
            self._keep()
            session.end()

    async def _visit_again(self, editor: "TextEditor", session: EditorSession, told: str) -> None:
        if await self._desk.ask(unreadable(told)) == "drop":
            session.end()
        elif is_there(editor):
            try:
                session.file.reopen()
            except EditorError as error:
                self._desk.say(str(error), Tone.ERROR)
            else:
                self._visit(editor, session)
