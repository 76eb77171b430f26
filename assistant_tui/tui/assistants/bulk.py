"""Does one thing to many assistants: shows how it goes, and brings list and marks up to date."""

import secrets
from collections.abc import Callable, Collection, Sequence

from assistant_tui.core.assistants.cloning import clone
from assistant_tui.core.batch import (
    AT_ONCE,
    UNFINISHED,
    Batch,
    DeleteResult,
    ItemT,
    Operation,
    Result,
    Status,
)
from assistant_tui.core.errors import Invalid
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import SaveResult
from assistant_tui.services.write_context import WriteContext
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.deleting import why_unkept
from assistant_tui.tui.dialogs.deletion import DeleteManyDialog
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.dialogs.progress import BatchProgress
from assistant_tui.tui.widgets.status_line import Tone

Rows = Sequence[ResourceRow]
_MOST_LINES = 200
"""Lines that a question shows."""


async def delete_marked(context: MainContext) -> None:
    """Delete all that are marked when it begins."""
    await delete_all(context, context.list_model.marked_rows)


async def clone_marked(context: MainContext) -> None:
    """Clone all that are marked when it begins."""
    await clone_all(context, context.list_model.marked_rows)


async def delete_all(context: MainContext, rows: Rows) -> None:
    """Delete all of them, once their number was typed."""
    question = DeleteManyDialog([row.label for row in rows], lambda: why_unkept(context, rows))
    if await context.ask(question):
        token, for_good = secrets.token_hex(8), question.for_good
        anchors = _anchors(context, frozenset(row.id for row in rows))

        async def operation(row: ResourceRow) -> DeleteResult:
            part = WriteContext(previous_id=anchors.get(row.id), batch=token)
            await context.service.delete(row.id, part, for_good=for_good)
            return DeleteResult(row.id, context.service.journal.trouble if for_good else "")

        await carry_out(context, "Deleting", "Deleted", rows, operation)


async def clone_all(context: MainContext, rows: Rows) -> None:
    """Create one like each of them, one after the other, since no two creates may be confused."""
    if await context.ask(_clone_question(rows)) != "clone":
        return
    token = secrets.token_hex(8)
    known = [row.id for row in context.list_model.listing.loaded]

    async def operation(row: ResourceRow) -> SaveResult:
        if row.problem:
            raise Invalid(f"it does not fit the API: {one_line(row.problem)}")
        part = WriteContext(batch=token)
        return await context.service.create(clone(RawJson(row.text)), known, part)

    # The first of them is created last, so that the copies stand in their order, too.
    await carry_out(context, "Cloning", "Cloned", rows[::-1], operation, at_once=1)


def _clone_question(rows: Rows) -> QuestionDialog:
    answers = (ButtonSpec("cancel", "Cancel"), ButtonSpec("clone", "Clone"))
    lines = [row.label for row in rows[:_MOST_LINES]]
    if len(rows) > _MOST_LINES:
        lines.append(f"… and {len(rows) - _MOST_LINES:,} more")
    return QuestionDialog(f"Create a clone of each of these {len(rows):,}?", lines, answers)


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
    _tell(context, said, batch, undoing)
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


def _tell(context: MainContext, first: str, batch: Batch[ItemT], undoing: bool) -> None:
    counts = {status: len(batch.of(status)) for status in Status}
    said = [first]
    for status, words in _SAID.items():
        if counts[status]:
            said.append(f"{counts[status]:,} {words}")
    unkept = [each.unkept for each in batch.of(Status.DONE) if each.unkept]
    if counts[Status.DONE] and not undoing:
        said.append(_undo_words(counts[Status.DONE], unkept))
    wrong = unkept or batch.of(*UNFINISHED)
    context.say(" · ".join(said), Tone.WARNING if wrong else Tone.PLAIN)


def _undo_words(done: int, unkept: Sequence[str]) -> str:
    """What u will do of so many, where these reasons kept some out of the journal."""
    if not unkept:
        return "u undoes it"
    if len(unkept) == done:
        return f"u cannot undo it: {unkept[0]}"
    return f"u undoes only {done - len(unkept):,}: {unkept[0]}"


_SAID = {
    Status.UNCHANGED: "had it already",
    Status.FAILED: "failed",
    Status.NOT_TRIED: "not tried",
}


def _anchors(context: MainContext, going: Collection[str]) -> dict[str, str | None]:
    """For each that is going, the nearest row before it that stays."""
    anchors: dict[str, str | None] = {}
    stays = None
    for row in context.list_model.listing.rows:
        if row.id in going:
            anchors[row.id] = stays
        else:
            stays = row.id
    return anchors
