"""Moves about in two conversations, unfolds and copies what stands there."""

from functools import partial

from assistant_tui.core.threads.comparison import AnswerComparison
from assistant_tui.tui.assistants.copying import copy
from assistant_tui.tui.playground.composer import Composer
from assistant_tui.tui.playground.pair_columns import LETTERS
from assistant_tui.tui.playground.pair_context import PairContext
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start


def unfold(context: PairContext) -> None:
    """Show calls and thoughts whole, or fold them."""
    context.transcript_view.unfold()


def next_turn(context: PairContext) -> None:
    """Go to the next message that was said to both."""
    context.transcript_view.go_to_turn(1)


def previous_turn(context: PairContext) -> None:
    """Go to the message before."""
    context.transcript_view.go_to_turn(-1)


def write(context: PairContext) -> None:
    """Go to the message at the foot."""
    for composer in context.screen.query(Composer):
        context.screen.show_pane(composer)


async def stop_or_leave(context: PairContext) -> None:
    """Stop what is under way; else go back."""
    await context.screen.stop_or_leave()


def copy_answers(context: PairContext) -> None:
    """Copy both answers to the message that is in the middle."""
    view = context.transcript_view
    if not view.pair_layout.turns:
        context.say("There is nothing to copy", Tone.WARNING)
        return
    text = _as_text(context, view.pair_layout.turns[view.turn].comparison)
    start(
        context.screen,
        partial(copy, context.reporter, context.main.clipboard, text, "both answers"),
        "copy",
    )


def _as_text(context: PairContext, compared: AnswerComparison) -> str:
    sides = zip(LETTERS, context.sides, (compared.left, compared.right), strict=True)
    parts = [f"{letter} · {side.label}\n\n{answer.text}\n" for letter, side, answer in sides]
    return "\n".join([*parts, compared.verdict])
