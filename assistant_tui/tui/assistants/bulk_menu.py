"""Lets a person choose what is done to all marked assistants, and asks for what that needs."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from assistant_tui.core.assistants import bulk_edits as edits
from assistant_tui.core.assistants.bulk_edits import BulkEdit
from assistant_tui.core.assistants.editor_values import NEW_TOOLS
from assistant_tui.core.errors import Invalid, ServiceError
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import Capability
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import SaveResult
from assistant_tui.services.writes import WriteContext
from assistant_tui.tui.assistants.bulk import Rows, carry_out
from assistant_tui.tui.assistants.cloning import clone_all, clone_to
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.deleting import delete_all
from assistant_tui.tui.assistants.exporting import export
from assistant_tui.tui.dialogs.prompts import ChoiceDialog, InputDialog, InputSpec, InputValues
from assistant_tui.tui.widgets.status_line import Tone

_ADDABLE = ("code_interpreter", "file_search")
"""Tools that can be added as they are; functions are taken from the marked assistants."""


class MenuAction(NamedTuple):
    """One thing that can be done to many."""

    label: str
    needs: Capability | None
    do: Callable[[MainContext, Rows], Awaitable[None]]


async def bulk(context: MainContext) -> None:
    """Let the person choose what is to be done to all that are marked."""
    rows = context.list_model.marked_rows
    if not rows:
        context.say("Nothing is marked: Space marks one, * all that match", Tone.WARNING)
        return
    can = context.service.can
    actions = {n: each for n, each in _ACTIONS.items() if each.needs is None or can(each.needs)}
    lines = {name: action.label for name, action in actions.items()}
    chosen = await context.ask(ChoiceDialog(f"With {len(rows):,} marked", lines))
    if chosen is not None:
        await actions[chosen].do(context, rows)


async def set_model(context: MainContext, rows: Rows) -> None:
    """Give all of them another model."""
    try:
        models = await context.service.inventory.models()
    except ServiceError:
        models = ()  # The list only helps to type; what matters fails below, and is reported there.
    title = f"Another model for {len(rows):,}"
    asked = [InputSpec("Model", completions=models)]
    values = await context.ask(InputDialog(title, asked, "sets it", _wrong_model))
    if values is not None:
        await _change(context, rows, edits.with_model(values[0].strip()), "Set the model of")


async def set_metadata(context: MainContext, rows: Rows) -> None:
    """Add a pair to the metadata of all of them, or give it another value."""
    keys = edits.metadata_keys(RawJson(row.text) for row in rows)
    title = f"A pair of the metadata for {len(rows):,}"
    entry = InputDialog(
        title, [InputSpec("Key", completions=keys), InputSpec("Value")], "sets it", _wrong_pair
    )
    values = await context.ask(entry)
    if values is not None:
        await _change(context, rows, edits.with_metadata(*values), "Set the metadata of")


async def remove_metadata(context: MainContext, rows: Rows) -> None:
    """Take a pair out of the metadata of all of them."""
    keys = edits.metadata_keys(RawJson(row.text) for row in rows)
    key = await _choose(context, "Remove from the metadata", dict(zip(keys, keys, strict=True)))
    if key is not None:
        await _change(context, rows, edits.without_metadata(key), "Removed it from")


async def add_tool(context: MainContext, rows: Rows) -> None:
    """Give all of them a tool, be it one that one of them has."""
    found = edits.tools_of(RawJson(row.text) for row in rows)
    tools = {kind: NEW_TOOLS[kind] for kind in _ADDABLE} | found
    label = await _choose(context, "Add, or replace", {each: each for each in tools})
    if label is not None:
        await _change(context, rows, edits.with_tool(tools[label]), "Gave the tool to")


async def remove_tool(context: MainContext, rows: Rows) -> None:
    """Take a tool from all of them."""
    found = edits.tools_of(RawJson(row.text) for row in rows)
    label = await _choose(context, "Remove", {each: each for each in found})
    if label is not None:
        await _change(context, rows, edits.without_tool(label), "Took the tool from")


async def _change(context: MainContext, rows: Rows, edit: BulkEdit, done: str) -> None:
    token = secrets.token_hex(8)

    async def operation(row: ResourceRow) -> SaveResult:
        part = WriteContext(previous_id=context.list_model.previous_id(row.id), batch=token)
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
        edits.with_metadata(*values)
    except Invalid as error:
        return error.message
    return ""


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
    "delete": MenuAction("Delete", Capability.DELETE, delete_all),
}
