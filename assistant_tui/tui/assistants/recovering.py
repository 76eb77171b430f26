"""Offers edits that were left unsaved when the program ended, and takes them up again."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant_tui.core.assistants.draft import Draft, editor_draft
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.labels import short_name, shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import is_made_of
from assistant_tui.journal.drafts import (
    EditorState,
    KeptDraft,
    load_draft,
    load_editor_state,
    with_editor_text,
)
from assistant_tui.journal.errors import JournalError
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.editing import key_of_form, without_error
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.dialogs.prompts import ChoiceDialog, dated_line
from assistant_tui.tui.terminal.external_editor import (
    MAX_FILE_SIZE,
    MAX_TEXT_SIZE,
    EditorError,
    EditorFile,
    UnreadableFile,
)
from assistant_tui.tui.widgets.status_line import Tone


@dataclass(frozen=True)
class LeftEdit:
    """A draft that is kept, as far as it can be read."""

    kept: KeptDraft
    draft: Draft | None
    """None where what was kept, or what an editor left, cannot be read."""
    problem: str = ""
    """Why it cannot be read."""
    original: RawJson | None = None
    file: EditorFile | None = None
    """What was in an editor when the program ended."""
    is_of_a_form: bool = False
    """Whether that was one text of a form, and not the whole object."""

    @classmethod
    def read(cls, kept: KeptDraft) -> "LeftEdit":
        """Read the draft, and the file that it names."""
        try:
            base, editor_state = load_draft(kept.text), load_editor_state(kept.text)
        except JournalError as error:
            return cls(kept, None, str(error))
        if editor_state is None:
            return cls(kept, base, original=base.original)
        largest = MAX_TEXT_SIZE if editor_state.placeholder else MAX_FILE_SIZE
        file = EditorFile(editor_state.file, editor_state.before, largest)
        problem, draft = "", None
        try:
            draft = _with_file(kept, base, editor_state, file)
        except (UnreadableFile, JournalError, ValueError) as error:
            problem = str(error)
        return cls(kept, draft, problem, base.original, file, bool(editor_state.placeholder))

    @property
    def key(self) -> str:
        """Where the draft of its form is kept."""
        return key_of_form(self.kept.key)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was edited, since the editor was just opened."""
        return self.file is not None and self.draft is not None and not self.draft.dirty

    @property
    def name(self) -> str:
        """The beginning of its name, safe to show; the key of one that cannot be read."""
        if self.draft is None and self.original is None:
            return shown_id(self.key)
        said = self.draft.entered_text("name") if self.draft is not None else None
        if said is None and self.original is not None:
            said = self.original.value("name")
        return short_name(said if isinstance(said, str) else "") or "(no name)"

    @property
    def id(self) -> str:
        """The id of what was edited, safe to show; empty for a new one."""
        known = None if self.original is None else self.original.value("id")
        return shown_id(known) if isinstance(known, str) else ""

    def remove_file(self) -> None:
        """Take away what was in an editor."""
        if self.file is not None:
            self.file.remove()


def _with_file(kept: KeptDraft, base: Draft, editor_state: EditorState, file: EditorFile) -> Draft:
    """The draft with what the editor left. Raises ValueError, UnreadableFile or JournalError."""
    try:
        text = file.read()
    except UnreadableFile:
        raise
    except EditorError:
        text = editor_state.before  # The file is gone: nothing was written there.
    if editor_state.placeholder:
        return _as_edited(with_editor_text(kept.text, editor_state, text))
    return base if base.original is None else editor_draft(base.original, without_error(text))


def _as_edited(draft: Draft) -> Draft:
    """The draft without the fields that are what they were."""
    plain = Draft(draft.original, exact=draft.exact, preset=draft.preset)
    for name, raw in draft.raw.items():
        plain = plain.edited(name, raw)
    return plain


_STAYS = 3600
"""Seconds for which the unchanged file of an editor is kept."""
CLOCKS = 60
"""Seconds by which the server's clock may be behind this machine's."""


async def offer(context: MainContext) -> None:
    """Say that there are such edits, and which key takes them up."""
    left = await _left(context)
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        context.say(f"Left unsaved: {left[0].name}{more} · R takes it up", Tone.WARNING)


async def recover(context: MainContext) -> None:
    """List the edits that were left behind, and open or discard the chosen one."""
    left = await _left(context)
    if not left:
        context.say(context.service.journal.trouble or "No edit was left behind")
        return
    lines = {str(at): dated_line(each.kept.at, each.name, each.id) for at, each in enumerate(left)}
    chosen = await context.ask(ChoiceDialog("Left unsaved", lines))
    if chosen is None:
        return
    edit: LeftEdit | None = left[int(chosen)]
    while edit is not None:
        edit = await _take_up(context, edit)


async def _left(context: MainContext) -> list[LeftEdit]:
    """The edits that were left behind; an editor that was left without a change leaves none.

    Its file stays for a while: the editor may be the window of another program.
    """
    journal, found = context.service.journal, []
    for kept in await journal.drafts.orphans():
        edit = await asyncio.to_thread(LeftEdit.read, kept)
        if edit.is_empty:
            if edit.kept.at > time.time() - _STAYS:
                continue
            await journal.drafts.discard(kept)
            edit.remove_file()
        else:
            found.append(edit)
    # The draft of a form is part of that of a text of it that was in an editor.
    inside = {(e.kept.owner, e.key) for e in found if e.file is not None and e.is_of_a_form}
    return [e for e in found if e.file is not None or (e.kept.owner, e.key) not in inside]


async def _take_up(context: MainContext, edit: LeftEdit) -> LeftEdit | None:
    """Ask what becomes of an edit; returns it as it is after another visit to the editor."""
    if edit.draft is None and edit.file is None:
        context.say(edit.problem, Tone.ERROR)
        return None
    going_on = (
        ButtonSpec("open", "Open") if edit.draft else ButtonSpec("again", "Back to the editor")
    )
    answers = (ButtonSpec("later", "Later"), going_on, ButtonSpec("drop", "Discard", True))
    said = [f"Id    {edit.id}"] if edit.id else []
    said += _changed(context, edit) if edit.draft else [one_line(edit.problem)]
    answer = await context.ask(QuestionDialog(f"Unsaved edit of {edit.name}", said, answers))
    if answer == "drop":
        await _discard(context, edit)
        trouble = context.service.journal.trouble
        context.say(f"Not discarded: {trouble}" if trouble else "Discarded")
    elif answer == "again" and edit.file is not None:
        return await _edit_again(context, edit, edit.file)
    elif answer == "open" and edit.draft is not None:
        await _open(context, edit, edit.draft)
    return None


async def _open(context: MainContext, edit: LeftEdit, draft: Draft) -> None:
    """Open the form; the draft is kept for it before what was kept for the editor goes."""
    journal = context.service.journal
    if not await journal.drafts.adopt(edit.kept):
        why = journal.trouble or "another program has taken it up"
        context.say(f"Not opened: {why}", Tone.ERROR)
        return
    if edit.kept.key != edit.key:
        await journal.drafts.keep(edit.key, draft)
        if journal.trouble:
            context.say(f"Not opened: {journal.trouble}", Tone.ERROR)
            return
        await journal.drafts.forget(edit.kept.key)
        await _discard(context, edit)
    await context.open_form(draft.for_form(), edit.key)


async def _discard(context: MainContext, edit: LeftEdit) -> None:
    """Remove an edit, its file, and the draft of the form that it is more than."""
    journal = context.service.journal
    await journal.drafts.discard(edit.kept)
    if edit.is_of_a_form:
        await journal.drafts.discard(replace(edit.kept, key=edit.key))
    edit.remove_file()


async def _edit_again(context: MainContext, edit: LeftEdit, file: EditorFile) -> LeftEdit | None:
    """Visit the editor again with what it left, which stays where it is until it can be read."""
    try:
        file.reopen()
        file.run(context.app)
    except EditorError as error:
        context.say(str(error), Tone.ERROR)
        return None
    return LeftEdit.read(edit.kept)


def _changed(context: MainContext, edit: LeftEdit) -> Iterator[str]:
    assert edit.draft is not None
    yield f"Changed: {', '.join(map(one_line, edit.draft.touched))}"
    yield from _made(context, edit.draft, edit.kept.at)


def _made(context: MainContext, draft: Draft, since: float) -> Iterator[str]:
    """Mention an assistant that the draft's own create may have made before the program ended."""
    for row in context.list_model.listing.rows if draft.original is None else ():
        new = not row.problem and (row.created_at or 0) >= since - CLOCKS
        if new and is_made_of(draft.patch(), RawJson(row.text), FIELDS):
            yield ""
            yield f"One just like it was created since: {shown_id(row.id)}"
            yield "If that was this edit, discard it: saving makes a second one."
            return
