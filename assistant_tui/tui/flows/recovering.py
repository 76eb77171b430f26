"""Takes up edits that a program left behind when it was ended in the middle of them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from assistant_tui.core.display import one_line
from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.naming import shown_id
from assistant_tui.core.outcome import is_made_of
from assistant_tui.tui.dialogs.choice import Choice, dated
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.editor import EditorError, EditorFile
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.flows.left_edit import LeftEdit
from assistant_tui.tui.messages import Tone

CLOCKS = 60
"""Seconds by which the server's clock may be behind this machine's."""


async def offer(desk: Desk) -> None:
    """Say that there are such edits, and which key takes them up."""
    left = await _left(desk)
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        desk.say(f"Left unsaved: {left[0].name}{more} · R takes it up", Tone.WARNING)


async def recover(desk: Desk) -> None:
    """List the edits that were left behind, and open or discard the chosen one."""
    left = await _left(desk)
    if not left:
        desk.say(desk.service.record.trouble or "No edit was left behind")
        return
    lines = {str(at): dated(each.kept.at, each.name, each.id) for at, each in enumerate(left)}
    chosen = await desk.ask(Choice("Left unsaved", lines))
    if chosen is None:
        return
    edit: LeftEdit | None = left[int(chosen)]
    while edit is not None:
        edit = await _take_up(desk, edit)


async def _left(desk: Desk) -> list[LeftEdit]:
    """The edits that were left behind; an editor that was left without a change leaves none."""
    record, found = desk.service.record, []
    for kept in await record.orphans():
        edit = await asyncio.to_thread(LeftEdit.read, kept)
        if edit.is_empty:
            await record.discard(kept)
            edit.remove_file()
        else:
            found.append(edit)
    # The draft of a form is part of that of a text of it that was in an editor.
    inside = {(e.kept.owner, e.key) for e in found if e.file is not None and e.is_of_a_form}
    return [e for e in found if e.file is not None or (e.kept.owner, e.key) not in inside]


async def _take_up(desk: Desk, edit: LeftEdit) -> LeftEdit | None:
    """Ask what becomes of an edit; returns it as it is after another visit to the editor."""
    if edit.draft is None and edit.file is None:
        desk.say(edit.problem, Tone.ERROR)
        return None
    going_on = Answer("open", "Open") if edit.draft else Answer("again", "Back to the editor")
    answers = (Answer("later", "Later"), going_on, Answer("drop", "Discard", True))
    said = [f"Id    {edit.id}"] if edit.id else []
    said += _changed(desk, edit) if edit.draft else [one_line(edit.problem)]
    answer = await desk.ask(Question(f"Unsaved edit of {edit.name}", said, answers))
    if answer == "drop":
        await _discard(desk, edit)
        trouble = desk.service.record.trouble
        desk.say(f"Not discarded: {trouble}" if trouble else "Discarded")
    elif answer == "again" and edit.file is not None:
        return await _edit_again(desk, edit, edit.file)
    elif answer == "open" and edit.draft is not None:
        await _open(desk, edit, edit.draft)
    return None


async def _open(desk: Desk, edit: LeftEdit, draft: Draft) -> None:
    """Open the form; the draft is kept for it before what was kept for the editor goes."""
    record = desk.service.record
    if not await record.adopt(edit.kept):
        why = record.trouble or "another program has taken it up"
        desk.say(f"Not opened: {why}", Tone.ERROR)
        return
    if edit.kept.key != edit.key:
        await record.keep_draft(edit.key, draft)
        if record.trouble:
            desk.say(f"Not opened: {record.trouble}", Tone.ERROR)
            return
        await record.forget_draft(edit.kept.key)
        await _discard(desk, edit)
    await desk.open_form(draft.for_the_form(), edit.key)


async def _discard(desk: Desk, edit: LeftEdit) -> None:
    """Remove an edit, its file, and the draft of the form that it is more than."""
    record = desk.service.record
    await record.discard(edit.kept)
    if edit.is_of_a_form:
        await record.discard(replace(edit.kept, key=edit.key))
    edit.remove_file()


async def _edit_again(desk: Desk, edit: LeftEdit, file: EditorFile) -> LeftEdit | None:
    """Visit the editor again with what it left, which stays where it is until it can be read."""
    try:
        file.reopen()
        file.run(desk.app)
    except EditorError as error:
        desk.say(str(error), Tone.ERROR)
        return None
    return LeftEdit.read(edit.kept)


def _changed(desk: Desk, edit: LeftEdit) -> Iterator[str]:
    assert edit.draft is not None
    yield f"Changed: {', '.join(map(one_line, edit.draft.touched))}"
    yield from _made(desk, edit.draft, edit.kept.at)


def _made(desk: Desk, draft: Draft, since: float) -> Iterator[str]:
    """Tell of an assistant that the draft's own create may have made before the program ended."""
    for row in desk.listing.rows if draft.original is None else ():
        new = not row.problem and (row.created_at or 0) >= since - CLOCKS
        if new and is_made_of(draft.patch(), Document(row.text)):
            yield ""
            yield f"One just like it was created since: {shown_id(row.id)}"
            yield "If that was this edit, discard it: saving makes a second one."
            return
