"""The assistant that is talked to, as it is saved, or as it is being edited."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant_tui.core.assistants.cloning import with_edits
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.summary import summary_of
from assistant_tui.core.labels import name_or_id
from assistant_tui.core.raw_json import RawJson, text_in
from assistant_tui.core.rows import ResourceRow


@dataclass(frozen=True)
class Partner:
    """What the playground knows of an assistant."""

    id: str
    """Empty for one that is not created yet."""
    name: str
    model: str
    document: RawJson | None = None
    """It as it is saved; None for one that is not created yet."""
    schemas: Mapping[str, Any] = field(default_factory=dict)
    """The parameters of its functions, as JSON Schemas, by name."""
    draft: Draft | None = None
    """What is edited and not saved; it is what answers."""

    @property
    def changes(self) -> int:
        """How many fields are edited and not saved."""
        return 0 if self.draft is None else len(self.draft.patch())


def partner_of(row: ResourceRow) -> Partner:
    """The assistant of a row, as it is saved."""
    document = RawJson(row.text)
    name, schemas = name_or_id(row.name, row.id), dict(_schemas(document))
    return Partner(row.id, name, summary_of(row).model, document, schemas)


def partner_of_draft(draft: Draft) -> Partner:
    """The assistant as it would be if a draft were saved, which has no errors."""
    edited = with_edits(draft)
    members, identity = edited.members, draft.assistant_id or ""
    name = name_or_id(text_in(members.get("name")), identity or "a new assistant")
    model, schemas = text_in(members.get("model")), dict(_schemas(edited))
    changed = draft if draft.patch() else None
    return Partner(identity, name, model, draft.original, schemas, changed)


def _schemas(document: RawJson) -> Iterator[tuple[str, Any]]:
    """The functions of an assistant by name, with the schemas of their parameters."""
    try:
        tools = document.value("tools")
    except ValueError:
        return
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            yield function["name"], function.get("parameters")
