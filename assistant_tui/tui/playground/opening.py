"""Opens the playground on an assistant."""

from collections.abc import Iterator, Mapping
from typing import Any

from assistant_tui.core.assistants.summary import summary_of
from assistant_tui.core.labels import name_or_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.playground.context import Partner
from assistant_tui.tui.playground.screen import PlaygroundScreen


def talk(context: MainContext) -> None:
    """Talk to the highlighted assistant."""
    if (row := context.list_model.highlighted) is not None:
        open_playground(context, partner_of(row))


def open_playground(context: MainContext, partner: Partner) -> None:
    """Show the playground."""
    context.app.push_screen(PlaygroundScreen(context, partner))


def partner_of(row: ResourceRow, overrides: Mapping[str, str] | None = None) -> Partner:
    """The assistant of a row; `overrides` are the names and JSON texts of unsaved changes."""
    name = name_or_id(row.name, row.id)
    schemas = dict(_schemas(row))
    return Partner(row.id, name, summary_of(row).model, schemas, overrides or {})


def _schemas(row: ResourceRow) -> Iterator[tuple[str, Any]]:
    """The functions of an assistant by name, with the schemas of their parameters."""
    try:
        tools = RawJson(row.text).value("tools")
    except ValueError:
        return
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            yield function["name"], function.get("parameters")
