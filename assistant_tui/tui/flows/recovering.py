"""Takes up edits that a program left behind when it was ended in the middle of them."""

from collections.abc import Iterator

from assistant_tui.core.columns import created_text
from assistant_tui.core.display import one_line
from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.outcome import is_made_of
from assistant_tui.journal.drafts import KeptDraft, load_draft
from assistant_tui.journal.errors import JournalError
from assistant_tui.tui.dialogs.choice import Choice
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone

CLOCKS = 60
"""Seconds by which the server's clock may be behind this machine's."""


async def offer(desk: Desk) -> None:
    """Say that there are such edits, and which key takes them up."""
    left = await desk.catalog.record.orphans()
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        desk.say(f"Left unsaved: {_name(left[0])}{more} · R takes it up", Tone.WARNING)


async def recover(desk: Desk) -> None:
    """List the edits that were left behind, and open or discard the chosen one."""
    record = desk.catalog.record
    left = await record.orphans()
    if not left:
        desk.say(record.trouble or "No edit was left behind")
        return
    lines = {
        str(at): f"{created_text(int(each.at))}  {_name(each)}" for at, each in enumerate(left)
    }
    chosen = await desk.ask(Choice("Left unsaved", lines))
    if chosen is None:
        return
    kept = left[int(chosen)]
    try:
        draft = load_draft(kept.text)
    except JournalError as error:
        desk.say(str(error), Tone.ERROR)
        return
    answers = (Answer("later", "Later"), Answer("open", "Open"), Answer("drop", "Discard", True))
    said = [f"Changed: {', '.join(map(one_line, draft.touched))}", *_made(desk, draft, kept.at)]
    answer = await desk.ask(Question(f"Unsaved edit of {_name(kept)}", said, answers))
    if answer == "drop":
        await record.discard(kept)
        desk.say("Discarded")
    elif answer == "open" and await record.adopt(kept):
        await desk.open_form(draft, kept.key)


def _made(desk: Desk, draft: Draft, since: float) -> Iterator[str]:
    """Tell of an assistant that the draft's own create may have made before the program ended."""
    for row in desk.listing.rows if draft.original is None else ():
        new = not row.problem and (row.created_at or 0) >= since - CLOCKS
        if new and is_made_of(draft.patch(), Document(row.text)):
            yield ""
            yield f"One just like it was created since: {one_line(row.id)}"
            yield "If that was this edit, discard it: saving makes a second one."
            return


def _name(kept: KeptDraft) -> str:
    try:
        draft = load_draft(kept.text)
    except JournalError:
        return one_line(kept.key)
    typed = draft.raw.get("name")
    name = typed if isinstance(typed, str) else None
    if name is None and draft.original is not None:
        name = draft.original.value("name")
    return one_line(name) if isinstance(name, str) and name else "(no name)"
