"""Saves a draft: sends it, settles a conflict, and tells what the server made of it."""

from assistant_tui.core.display import one_line
from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import EditConflict, ServiceError
from assistant_tui.core.listing import Row
from assistant_tui.core.outcome import Saved
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.flows.deleting import row_above
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone

_SHOWN = 60
"""Characters of a value that the dialog shows of each side."""


async def save(desk: Desk, draft: Draft, undoes: int | None = None) -> Saved | None:
    """Create or modify; returns what the server has now, or None if the draft is still needed.

    `undoes` is the number of the journal's entry that this takes back.
    """
    desk.say("Saving…", Tone.WORKING)
    try:
        if draft.assistant_id is None:
            known = [row.id for row in desk.listing.rows]
            saved = await desk.catalog.create(draft, known, undoes)
        else:
            above = row_above(desk, draft.assistant_id)
            saved = await desk.catalog.save(draft, above, undoes)
    except EditConflict as error:
        return await _settle(desk, draft, error, undoes)
    except ServiceError as error:
        desk.report(error, "Not saved; the edit is kept here")
        return None
    desk.show_row(saved.row)
    _tell(desk, draft, saved)
    return saved


async def _settle(
    desk: Desk, draft: Draft, conflict: EditConflict, undoes: int | None
) -> Saved | None:
    """Ask what shall become of fields that were changed here and elsewhere."""
    answers = (
        Answer("stay", "Keep editing"),
        Answer("mine", "Save mine over theirs", dangerous=True),
    )
    lines = [line for name in conflict.fields for line in _sides(draft, conflict.newer, name)]
    question = Question("Changed elsewhere meanwhile", lines, answers)
    if await desk.ask(question) != "mine":
        desk.say("Not saved; the edit is kept here", Tone.WARNING)
        return None
    return await save(desk, draft.rebased(Document(conflict.newer.text)), undoes)


def _sides(draft: Draft, newer: Row, name: str) -> tuple[str, ...]:
    texts = {
        "original": draft.start.get(name, "null"),
        "theirs": Document(newer.text).members.get(name, "null"),
        "mine": draft.patch().get(name, "null"),
    }
    return (name, *(f"  {side:<9}{_cut(text)}" for side, text in texts.items()))


def _cut(text: str) -> str:
    return one_line(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _tell(desk: Desk, draft: Draft, saved: Saved) -> None:
    """Say what was saved, and what the server did beside."""
    name = one_line(saved.row.name) or saved.row.id
    done = "Created" if draft.assistant_id is None else "Saved"
    remarks = []
    if saved.answer_lost:
        remarks.append("the answer was lost, but it has arrived")
    if saved.merged:
        remarks.append(f"changed elsewhere and kept: {', '.join(saved.merged)}")
    if saved.outcome.ignored:
        remarks.append(f"the server did not take: {', '.join(saved.outcome.ignored)}")
    if saved.outcome.wiped:
        remarks.append(f"the server wiped: {', '.join(saved.outcome.wiped)}")
    trouble = desk.catalog.record.trouble
    if trouble:
        remarks.append(f"u cannot undo it: {trouble}")
    tone = Tone.WARNING if trouble or not saved.outcome.as_asked else Tone.PLAIN
    desk.say(" · ".join([f"{done} {name}", saved.row.id, *remarks]), tone)
