"""Runs one operation on many assistants, and brings the list and the marks up to date."""

from collections.abc import Callable, Sequence

from assistant_tui.core.batch import (
    AT_ONCE,
    UNFINISHED,
    Batch,
    ItemT,
    Operation,
    Result,
    Status,
)
from assistant_tui.core.rows import ResourceRow
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs.progress import BatchProgress
from assistant_tui.tui.widgets.status_line import Tone

Rows = Sequence[ResourceRow]


async def carry_out(
    context: MainContext,
    doing: str,
    done: str | Callable[[Batch[ItemT]], str],
    items: Sequence[ItemT],
    operation: Operation[ItemT],
    *,
    at_once: int = AT_ONCE,
    undoing: bool = False,
) -> tuple[Result[ItemT], ...]:
    """Run an operation on each, show how it goes, and bring list and marks up to date.

    `done` says what was done, before the count, or with the counts where it is of several kinds.
    What is `undoing` itself is not undone in its turn.
    """
    batch = Batch(items, operation, at_once=at_once)
    await context.ask(
        BatchProgress(f"{doing} {len(items):,}", batch, context.reporter.give_up_waits)
    )
    _bring_up_to_date(context, batch.results)
    said = f"{done} {len(batch.of(Status.DONE)):,}" if isinstance(done, str) else done(batch)
    _report(context, said, batch, undoing)
    return batch.results


def _bring_up_to_date(context: MainContext, results: Sequence[Result[ItemT]]) -> None:
    """What is done is not marked any more; what is left stays marked, to be tried again."""
    finished = [each for each in results if each.status in (Status.DONE, Status.UNCHANGED)]
    gone = [each.removed for each in finished if each.removed]
    listing = context.list_model.listing.without(gone) if gone else context.list_model.listing
    rows = [each.saved.row for each in finished if each.saved is not None]
    # The list shows the newest first, and they were created in the other order.
    context.list_model.change(listing.with_rows(reversed(rows)) if rows else listing)
    context.list_model.mark(
        context.list_model.marks.without([each.item.id for each in finished if each.item.id])
    )


def _report(context: MainContext, first: str, batch: Batch[ItemT], undoing: bool) -> None:
    counts = {status: len(batch.of(status)) for status in Status}
    said = [first]
    for status, words in _SAID.items():
        if counts[status]:
            said.append(f"{counts[status]:,} {words}")
    reasons = [each.why_no_undo for each in batch.of(Status.DONE) if each.why_no_undo]
    if counts[Status.DONE] and not undoing:
        said.append(_undo_words(counts[Status.DONE], reasons))
    wrong = reasons or batch.of(*UNFINISHED)
    context.say(" · ".join(said), Tone.WARNING if wrong else Tone.PLAIN)


def _undo_words(done: int, reasons: Sequence[str]) -> str:
    """What u will take back, where some were not kept in the journal for these reasons."""
    if not reasons:
        return "u undoes it"
    if len(reasons) == done:
        return f"u cannot undo it: {reasons[0]}"
    return f"u undoes only {done - len(reasons):,}: {reasons[0]}"


_SAID = {
    Status.UNCHANGED: "had it already",
    Status.FAILED: "failed",
    Status.NOT_TRIED: "not tried",
}
