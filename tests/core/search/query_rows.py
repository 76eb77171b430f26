"""Rows to look for, and whether a query finds them."""

import json
from typing import Any

from assistant_tui.core.assistants.summary import ASSISTANT_LIST, AssistantSummary
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.query import parse


def row(name: str = "", *, created_at: int | None = None, **members: Any) -> ResourceRow:
    """A row with its JSON; what the list shows follows from the members."""
    body = {"id": "asst_1", "name": name, "model": "gpt-4o", **members}
    tools = tuple(tool["type"] for tool in body.get("tools") or ())
    return ResourceRow(
        body["id"],
        created_at,
        json.dumps(body, ensure_ascii=False),
        summary=AssistantSummary(name, body["model"], tools),
    )


def finds(query: str, found: ResourceRow) -> bool:
    return parse(query, ASSISTANT_LIST).matches(found)
