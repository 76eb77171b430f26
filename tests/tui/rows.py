"""Rows as a server would have sent them, without a server."""

import json
from typing import Any

from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow

CREATED = 1_785_585_600
"""2026-08-01 12:00 UTC."""

HOSTILE = "\x1b[31m\x1b]52;c;RVZJTA==\x07\u202e\x9b2J\x00[/][@click=app.quit]x[/]"
"""Colour, clipboard, direction, C1, NUL, and markup that would crash or run an action."""


def row(
    identity: str = "asst_1",
    name: str = "One",
    *,
    model: str = "gpt-4o",
    tools: tuple[str, ...] = (),
    created_at: int | None = CREATED,
    problem: str = "",
    **members: Any,
) -> ResourceRow:
    """A row whose JSON says the same, and what else is given."""
    body = {
        "id": identity,
        "object": "assistant",
        "created_at": created_at,
        "name": name,
        "model": model,
        "tools": [{"type": tool} for tool in tools],
        **members,
    }
    return ResourceRow(
        identity, created_at, json.dumps(body), problem, AssistantSummary(name, model, tools)
    )


def listing(count: int, *, complete: bool = True) -> Listing:
    """So many rows, `asst_0` and so on, named `Row 0` and so on."""
    rows = tuple(row(f"asst_{index}", f"Row {index}") for index in range(count))
    return Listing(rows, complete=complete)
