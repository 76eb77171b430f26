"""Leaves a form without losing anything by accident."""

from assistant_tui.core.draft import Draft
from assistant_tui.core.fields import FIELDS
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.flows.desk import Desk


async def may_leave(desk: Desk, draft: Draft | None) -> bool:
    """Whether the form may be closed: at once if nothing was changed, else by the person's word."""
    if draft is None or not draft.dirty:
        return True
    names = [FIELDS[name].label if name in FIELDS else name for name in draft.touched]
    answers = (
        Answer("stay", "Keep editing"),
        Answer("discard", "Discard the changes", dangerous=True),
    )
    lines = (f"Changed: {', '.join(names)}",)
    return await desk.ask(Question("There are unsaved changes", lines, answers)) == "discard"


async def may_interrupt(desk: Desk) -> bool:
    """Whether to leave although a request is under way, whose end would not be seen."""
    answers = (Answer("stay", "Wait"), Answer("leave", "Leave anyway", dangerous=True))
    lines = ("What the server makes of it would not be shown.",)
    return await desk.ask(Question("A request is under way", lines, answers)) == "leave"
