"""Leaves a form without losing anything by accident."""

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog

DISCARD = "discard"


def question(draft: Draft) -> QuestionDialog:
    """Ask whether the changes may be lost; keeping them has the focus."""
    names = [FIELDS[name].label if name in FIELDS else one_line(name) for name in draft.touched]
    said = [f"Typed, but not part of a save: {words}"] if (words := named_aside(draft)) else []
    answers = (
        ButtonSpec("stay", "Keep editing"),
        ButtonSpec(DISCARD, "Discard the changes", dangerous=True),
    )
    return QuestionDialog(
        "There are unsaved changes", (f"Changed: {', '.join(names)}", *said), answers
    )


def named_aside(draft: Draft) -> str:
    """What is typed but would not be sent: `Tools: function f`; empty if nothing is."""
    return one_line(
        "; ".join(
            f"{FIELDS[name].label}: {', '.join(what)}" for name, what in draft.unsent_input.items()
        )
    )


async def may_leave(context: MainContext, draft: Draft | None) -> bool:
    """Whether the form may be closed: at once if nothing was changed, else by the person's word."""
    if draft is None or not draft.dirty:
        return True
    return await context.ask(question(draft)) == DISCARD


async def may_interrupt(context: MainContext) -> bool:
    """Whether to leave although a request is under way, whose end would not be seen."""
    answers = (ButtonSpec("stay", "Wait"), ButtonSpec("leave", "Leave anyway", dangerous=True))
    lines = (
        "The server may have carried it out already; that would not be shown.",
        "An edit that is not saved is kept, and offered at the next start.",
    )
    return await context.ask(QuestionDialog("A request is under way", lines, answers)) == "leave"
