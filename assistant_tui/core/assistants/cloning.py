"""Drafts of new assistants made from others: a clone, one recreated, one for another server."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant_tui.core.assistants.draft import Draft, recreation_draft
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.assistants.tool_resources import ToolResourceList
from assistant_tui.core.json_text import compose, compose_list, read_json, write_json
from assistant_tui.core.raw_json import RawJson, elements_in, members_in, text_in
from assistant_tui.core.resource import is_set_by_server

COPY = " (copy)"
"""What the name of a clone ends in."""
_EMPTY = ("null", "[]", "{}")


def clone(document: RawJson) -> Draft:
    """The draft of a clone: all fields that a create takes; none of them counts as typed.

    Raises ValueError where the name cannot be read.
    """
    preset = dict(recreation_draft(document).preset)
    preset.pop("name", None)
    name = document.value("name")
    if isinstance(name, str) and name:
        room = (FIELDS["name"].limit or len(name)) - len(COPY)
        preset = {"name": write_json(name[:room] + COPY), **preset}
    return Draft(preset=preset)


def creation_draft(document: RawJson) -> Draft:
    """The draft of a new assistant with all that a file says, but for what a server sets.

    Unlike in a clone, fields that the API does not name are sent: they stand there for a reason.
    """
    members = document.members.items()
    return Draft(preset={n: t for n, t in members if not is_set_by_server(n) and t not in _EMPTY})


def with_edits(draft: Draft) -> RawJson:
    """The assistant as it would be if a draft were saved."""
    return RawJson(compose({**draft.start, **draft.patch()}))


def recreated(draft: Draft) -> Draft:
    """The draft of a new assistant from a deleted one's original and the edits of it."""
    return recreation_draft(with_edits(draft))


def uncreatable_fields(document: RawJson) -> tuple[str, ...]:
    """The names of the fields that are set but that a create request does not take."""
    kept = recreation_draft(document).preset
    return tuple(
        name
        for name, text in document.members.items()
        if name not in kept and not is_set_by_server(name) and text not in _EMPTY
    )


@dataclass(frozen=True)
class ServerInventory:
    """What a server has that an assistant may name, as far as it lists it."""

    models: tuple[str, ...] = ()
    """Empty where it lists none."""
    files: ToolResourceList | None = None
    """None where it has no such list; so for the vector stores."""
    vector_stores: ToolResourceList | None = None


@dataclass(frozen=True)
class Transfer:
    """A copy of one assistant for another server."""

    draft: Draft
    """What is created there; ids that are certainly unknown there are left out."""
    lost: tuple[str, ...]
    """What is not copied, or may not work there, in sentences. Not made safe for display."""


def transfer(document: RawJson, offer: ServerInventory) -> Transfer:
    """Prepare a copy of an assistant for a server.

    Args:
        document: the assistant.
        offer: the models, files and vector stores of the other server.

    Raises:
        ValueError: the text is no object.
    """
    lost = [f"{name} cannot be copied: no create takes it" for name in uncreatable_fields(document)]
    preset = dict(recreation_draft(document).preset)
    model = text_in(preset.get("model"))
    if offer.models and model and model not in offer.models:
        lost.append(f"model {model} is not among the models that are listed there")
    lost.extend(_named_elsewhere("tools", preset.get("tools", "[]")))
    if "tool_resources" in preset:
        lost.extend(_named_elsewhere("tool_resources", preset["tool_resources"]))
        kept = _ResourceFilter(offer)
        resources = kept.sieved(preset.pop("tool_resources"))
        lost.extend(kept.lost)
        if resources != "{}":
            preset["tool_resources"] = resources
    return Transfer(Draft(preset=preset), tuple(lost))


_CHECKED = ("file_ids", "vector_store_ids")
"""Members whose ids are looked for in what the other server lists."""
_CALLS = ("function", "response_format", "parameters")
"""Members that hold what a person defined, and no ids of the server's."""


def _named_elsewhere(place: str, text: str) -> Iterator[str]:
    """A sentence for each id of something else that may be on the first server alone.

    These are the ids of connected agents, and those of connections.
    """
    try:
        value = read_json(text)
    except ValueError:
        return
    for path, wanted in _ids_in(place, value):
        yield f"{path}: {wanted} may not be there: it belongs to the server that it is copied from"


def _ids_in(path: str, value: object) -> Iterator[tuple[str, str]]:
    """The paths and texts of all ids within a value, but for those that are checked."""
    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from _ids_in(f"{path}[{at}]", each)
    if not isinstance(value, dict):
        return
    for name, inside in value.items():
        if name in _CHECKED or name in _CALLS:
            continue
        below = f"{path}.{name}"
        ids = inside if isinstance(inside, list) else [inside]
        if name == "id" or name.endswith(("_id", "_ids")):
            yield from ((below, each) for each in ids if isinstance(each, str) and each)
        else:
            yield from _ids_in(below, inside)


class _ResourceFilter:
    """Leaves out the ids that a server certainly does not have."""

    def __init__(self, offer: ServerInventory) -> None:
        self._known = {"file_ids": offer.files, "vector_store_ids": offer.vector_stores}
        self.lost: list[str] = []

    def sieved(self, text: str) -> str:
        """The tool resources without the ids that are unknown there; what cannot be read stays."""
        parts = {}
        for tool, inside in members_in(text).items():
            kept = {kind: self._ids(tool, kind, ids) for kind, ids in members_in(inside).items()}
            kept = {kind: ids for kind, ids in kept.items() if ids != "[]"}
            if kept or not members_in(inside):
                parts[tool] = compose(kept) if kept else inside
        return compose(parts)

    def _ids(self, tool: str, kind: str, ids: str) -> str:
        wanted = elements_in(ids)
        if kind not in self._known or not wanted:
            return ids
        return compose_list(each for each in wanted if self._stays(tool, kind, each))

    def _stays(self, tool: str, kind: str, exact: str) -> bool:
        known, wanted = self._known[kind], text_in(exact)
        if known is not None and wanted in (each.id for each in known.found):
            return True
        where = f"tool_resources.{tool}.{kind}: {wanted}"
        if known is not None and known.complete:
            self.lost.append(f"{where} is not there and was left out")
            return False
        self.lost.append(f"{where} may not be there: the server does not list all it has")
        return True
