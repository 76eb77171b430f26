"""Makes and changes assistants as the API defines it, from requests that were checked before."""

from collections.abc import Mapping
from typing import Any

from assistant_tui.server.store.interface import ObjectKind
from assistant_tui.server.store.paging import Json

ASSISTANT = ObjectKind("assistant", "asst", members={"tool_resources": dict})

_DEFAULTS: Mapping[str, Any] = {
    "name": None,
    "description": None,
    "model": None,
    "instructions": None,
    "tools": [],
    "metadata": {},
    "top_p": 1,
    "temperature": 1,
    "reasoning_effort": None,
    "response_format": "auto",
    "tool_resources": {},
}
"""Every key an answer has, in the order of the API; null in a request means the value here."""

_EMPTY_LISTS: Mapping[str, Json] = {
    "code_interpreter": {"file_ids": []},
    "file_search": {"vector_store_ids": []},
}


def created(body: Json) -> Json:
    """All fields of a new assistant, in order; the store adds id, object and created_at."""
    return modified(dict(_DEFAULTS), body)


def modified(assistant: Json, body: Json) -> Json:
    """The assistant after a modify: absent is unchanged, null is the default again."""
    changes = {key: _DEFAULTS[key] if value is None else value for key, value in body.items()}
    if body.get("tool_resources") is not None:
        changes["tool_resources"] = merge_tool_resources(
            assistant["tool_resources"], body["tool_resources"]
        )
    return {**assistant, **changes}


def merge_tool_resources(old: Json, new: Json) -> Json:
    """A tool's list that is given replaces that tool's list; tools not named stay."""
    return {**old, **{tool: _resource(tool, old, given) for tool, given in new.items()}}


def _resource(tool: str, old: Json, given: Any) -> Any:
    if tool not in _EMPTY_LISTS:  # a tool of another server: kept as sent
        return given
    return {**_EMPTY_LISTS[tool], **old.get(tool, {}), **given}
