"""Deletes one assistant or many: asks with all that is needed to be sure, deletes, reports."""

import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from assistant_tui.core.assistants.summary import summary_of
from assistant_tui.core.batch import DeleteResult
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.labels import IN_A_SENTENCE, ON_A_LINE, name_or_id, short_name, shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.services.writes import WriteContext
from assistant_tui.tui.assistants.bulk import Rows, carry_out
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs.deletion import FOR_GOOD, YES, DeleteDialog, DeleteManyDialog
from assistant_tui.tui.dialogs.dialog import about_line
from assistant_tui.tui.widgets.status_line import Tone


def delete(context: MainContext) -> None:
    """Ask whether to delete what is marked; else the highlighted one, and just this."""
    if context.list_model.marks:
        context.run_job(partial(delete_marked, context))
    elif row := context.list_model.highlighted:
        context.app.push_screen(question(context, row), partial(_answered, context, row))


def question(context: MainContext, row: ResourceRow) -> DeleteDialog:
    """Ask with all that is needed to be sure; Cancel has the focus."""
    return DeleteDialog(list(about(row)), lambda: why_no_copy(context, [row]))


def _answered(context: MainContext, row: ResourceRow, answer: str | None) -> None:
    if answer in (YES, FOR_GOOD):
        context.run_job(partial(delete_row, context, row, for_good=answer == FOR_GOOD))


async def why_no_copy(context: MainContext, rows: Sequence[ResourceRow]) -> str:
    """Why no copies of these could be kept just now; empty if they could."""
    try:
        service = await context.connector.connected()
    except ServiceError as error:
        return str(error)
    return await service.journal.check(sum(len(row.text) for row in rows))


async def delete_row(context: MainContext, row: ResourceRow, *, for_good: bool = False) -> None:
    """Delete just this row, and report the outcome; with `for_good` also if no copy is kept."""
    name, identity = name_or_id(row.name, row.id, IN_A_SENTENCE), shown_id(row.id)
    context.say(f"Deleting {name}…", Tone.WORKING)
    try:
        place = WriteContext(previous_id=context.list_model.previous_id(row.id))
        deleted = await context.service.delete(row.id, place, allow_without_backup=for_good)
    except ServiceError as error:
        context.report(error, f"{name} was not deleted")
        return
    context.list_model.change(context.list_model.listing.without([row.id]))
    if not deleted:
        context.say(f"{name} was gone already · {identity}", Tone.WARNING)
        return
    trouble = context.service.journal.trouble if for_good else ""
    undo = f"u cannot undo it: {trouble}" if trouble else "u undoes it"
    context.say(f"Deleted {name} · {identity} · {undo}", Tone.WARNING if trouble else Tone.PLAIN)


def about(row: ResourceRow) -> Iterator[str]:
    """What identifies this assistant to a person, line by line, safe to show."""
    yield about_line("Name", short_name(row.name, ON_A_LINE) or "(no name)")
    yield f"Id    {shown_id(row.id)}"
    yield about_line("Model", short_name(summary_of(row).model, ON_A_LINE) or "-")
    yield about_line("Uses", short_name(", ".join(_uses(row)), ON_A_LINE) or "no tools")


_RESOURCES = {"file_ids": "file", "vector_store_ids": "vector store"}


def _uses(row: ResourceRow) -> Iterator[str]:
    """The tools, and how many files and stores hang on them."""
    for tool, count in Counter(summary_of(row).tools).items():
        yield one_line(tool) + (f" ×{count}" if count > 1 else "")
    try:
        resources = RawJson(row.text).value("tool_resources")
    except ValueError:
        return
    for tool in resources.values() if isinstance(resources, dict) else ():
        for kind, ids in tool.items() if isinstance(tool, dict) else ():
            if isinstance(ids, list) and ids:
                word = _RESOURCES.get(kind, one_line(str(kind)))
                yield f"{len(ids)} {word}{'s' if len(ids) > 1 else ''}"


async def delete_marked(context: MainContext) -> None:
    """Delete all that are marked when it begins."""
    await delete_all(context, context.list_model.marked_rows)


async def delete_all(context: MainContext, rows: Rows) -> None:
    """Delete all of them, once their number was typed."""
    question = DeleteManyDialog([row.label for row in rows], lambda: why_no_copy(context, rows))
    if await context.ask(question):
        token, for_good = secrets.token_hex(8), question.for_good
        anchors = _anchors(context, frozenset(row.id for row in rows))

        async def operation(row: ResourceRow) -> DeleteResult:
            part = WriteContext(previous_id=anchors.get(row.id), batch=token)
            await context.service.delete(row.id, part, allow_without_backup=for_good)
            return DeleteResult(row.id, context.service.journal.trouble if for_good else "")

        await carry_out(context, "Deleting", "Deleted", rows, operation)


def _anchors(context: MainContext, going: Collection[str]) -> dict[str, str | None]:
    """For each row that is to be deleted, the nearest one before it that stays."""
    anchors: dict[str, str | None] = {}
    stays = None
    for row in context.list_model.listing.rows:
        if row.id in going:
            anchors[row.id] = stays
        else:
            stays = row.id
    return anchors
