"""Does one thing to many: asks what is needed, carries it out, tells what became of it."""

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from assistant_tui.api.capabilities import Capability
from assistant_tui.core.assistants import bulk_edits
from assistant_tui.core.assistants.bulk_edits import BulkEdit
from assistant_tui.core.assistants.cloning import clone
from assistant_tui.core.assistants.editor_values import NEW_TOOLS
from assistant_tui.core.assistants.verification import SaveResult
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
from assistant_tui.core.errors import Invalid, ServiceError
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.services.verified_writes import WriteContext
from assistant_tui.tui.assistants.cloning_to import clone_to
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.deleting import why_unkept
from assistant_tui.tui.assistants.exporting import export
from assistant_tui.tui.dialogs.deletion import DeleteManyDialog
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.dialogs.progress import BatchProgress
from assistant_tui.tui.dialogs.prompts import ChoiceDialog, InputDialog, InputSpec, InputValues
from assistant_tui.tui.widgets.status_line import Tone

Rows = Sequence[ResourceRow]
_MOST_LINES = 200
"""Lines that a question shows."""
_ADDABLE = ("code_interpreter", "file_search")
"""What can be added without further words; functions are taken from those that are marked."""


class MenuAction(NamedTuple):
    """One thing that can be done to many."""

    label: str
    needs: Capability | None
    do: Callable[[MainContext, Rows], Awaitable[None]]


async def menu(context: MainContext) -> None:
    """Let the person choose what is to be done to all that are marked."""
    rows = context.marked
    if not rows:
        context.say("Nothing is marked: Space marks one, * all that match", Tone.WARNING)
        return
    can = context.service.can
    actions = {n: each for n, each in _ACTIONS.items() if each.needs is None or can(each.needs)}
    lines = {name: action.label for name, action in actions.items()}
    chosen = await context.ask(ChoiceDialog(f"With {len(rows):,} marked", lines))
    if chosen is not None:
        await actions[chosen].do(context, rows)


async def delete(context: MainContext, rows: Rows) -> None:
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
    known = [row.id for row in context.listing.loaded]

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


async def set_model(context: MainContext, rows: Rows) -> None:
    """Give all of them another model."""
    try:
        models = await context.service.models()
    except ServiceError:
        models = ()  # The list only helps to type; what matters fails, and is told, below.
    title = f"Another model for {len(rows):,}"
    asked = [InputSpec("Model", completions=models)]
    values = await context.ask(InputDialog(title, asked, "sets it", _wrong_model))
    if values is not None:
        await _change(context, rows, bulk_edits.with_model(values[0].strip()), "Set the model of")


async def set_metadata(context: MainContext, rows: Rows) -> None:
    """Add a pair to the metadata of all of them, or give it another value."""
    keys = bulk_edits.metadata_keys(RawJson(row.text) for row in rows)
    title = f"A pair of the metadata for {len(rows):,}"
    entry = InputDialog(
        title, [InputSpec("Key", completions=keys), InputSpec("Value")], "sets it", _wrong_pair
    )
    values = await context.ask(entry)
    if values is not None:
        await _change(context, rows, bulk_edits.with_metadata(*values), "Set the metadata of")


async def remove_metadata(context: MainContext, rows: Rows) -> None:
    """Take a pair out of the metadata of all of them."""
    keys = bulk_edits.metadata_keys(RawJson(row.text) for row in rows)
    key = await _choose(context, "Remove from the metadata", dict(zip(keys, keys, strict=True)))
    if key is not None:
        await _change(context, rows, bulk_edits.without_metadata(key), "Removed it from")


async def add_tool(context: MainContext, rows: Rows) -> None:
    """Give all of them a tool, be it one that one of them has."""
    found = bulk_edits.tools_of(RawJson(row.text) for row in rows)
    tools = {kind: NEW_TOOLS[kind] for kind in _ADDABLE} | found
    label = await _choose(context, "Add, or replace", {each: each for each in tools})
    if label is not None:
        await _change(context, rows, bulk_edits.with_tool(tools[label]), "Gave the tool to")


async def remove_tool(context: MainContext, rows: Rows) -> None:
    """Take a tool from all of them."""
    found = bulk_edits.tools_of(RawJson(row.text) for row in rows)
    label = await _choose(context, "Remove", {each: each for each in found})
    if label is not None:
        await _change(context, rows, bulk_edits.without_tool(label), "Took the tool from")


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
    await context.ask(BatchProgress(f"{doing} {len(items):,}", batch, context.give_up_waits))
    _bring_up_to_date(context, batch.results)
    said = f"{done} {len(batch.of(Status.DONE)):,}" if isinstance(done, str) else done(batch)
    _tell(context, said, batch, undoing)
    return batch.results


def _bring_up_to_date(context: MainContext, results: Sequence[Result[ItemT]]) -> None:
    """What is done is not marked any more; what is left stays marked, to be tried again."""
    finished = [each for each in results if each.status in (Status.DONE, Status.UNCHANGED)]
    gone = [each.removed for each in finished if each.removed]
    listing = context.listing.without(gone) if gone else context.listing
    rows = [each.saved.row for each in finished if each.saved is not None]
    # The list shows the newest first, and they were created in the other order.
    context.listing = listing.with_rows(reversed(rows)) if rows else listing
    context.unmark([each.item.id for each in finished if each.item.id])


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


async def _change(context: MainContext, rows: Rows, edit: BulkEdit, done: str) -> None:
    token = secrets.token_hex(8)

    async def operation(row: ResourceRow) -> SaveResult:
        part = WriteContext(previous_id=previous_id(context, row.id), batch=token)
        return await context.service.change(row.id, edit, part)

    await carry_out(context, "Changing", done, rows, operation)


async def _choose(context: MainContext, title: str, lines: Mapping[str, str]) -> str | None:
    """Let one of the lines be chosen, which need not be safe to show; None where there is none."""
    if not lines:
        context.say("None of those that are marked has any", Tone.WARNING)
        return None
    keys = [*lines]
    shown = {str(at): one_line(lines[key]) for at, key in enumerate(keys)}
    chosen = await context.ask(ChoiceDialog(title, shown))
    return None if chosen is None else keys[int(chosen)]


def _wrong_model(values: InputValues) -> str:
    return "" if values[0].strip() else "Model is needed"


def _wrong_pair(values: InputValues) -> str:
    try:
        bulk_edits.with_metadata(*values)
    except Invalid as error:
        return error.message
    return ""


def previous_id(context: MainContext, assistant_id: str) -> str | None:
    """The id of the row before it, from which a list can be asked for it."""
    position = context.listing.position(assistant_id)
    return context.listing.rows[position - 1].id if position else None


def _anchors(context: MainContext, going: Collection[str]) -> dict[str, str | None]:
    """For each that is going, the nearest row before it that stays."""
    anchors: dict[str, str | None] = {}
    stays = None
    for row in context.listing.rows:
        if row.id in going:
            anchors[row.id] = stays
        else:
            stays = row.id
    return anchors


_ACTIONS: Mapping[str, MenuAction] = {
    "model": MenuAction("Set the model", Capability.MODIFY, set_model),
    "metadata": MenuAction("Set a pair of the metadata", Capability.MODIFY, set_metadata),
    "no_metadata": MenuAction("Remove a pair of the metadata", Capability.MODIFY, remove_metadata),
    "tool": MenuAction("Add a tool", Capability.MODIFY, add_tool),
    "no_tool": MenuAction("Remove a tool", Capability.MODIFY, remove_tool),
    "clone": MenuAction("Clone", Capability.CREATE, clone_all),
    "clone_to": MenuAction(
        "Clone to another server", None, lambda context, rows: clone_to(context)
    ),
    "export": MenuAction("Export to files", None, lambda context, rows: export(context)),
    "delete": MenuAction("Delete", Capability.DELETE, delete),
}


async def delete_marked(context: MainContext) -> None:
    """Delete all that are marked when it begins."""
    await delete(context, context.marked)


async def clone_marked(context: MainContext) -> None:
    """Clone all that are marked when it begins."""
    await clone_all(context, context.marked)
