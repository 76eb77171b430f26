"""Reads what a list shows of an assistant without pydantic, which takes long to import.

Only objects that plainly fit the API are read here. All others are left to the pydantic model
(`model.Assistant`), which accepts more and says what is wrong.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from assistant_tui.core.assistants.summary import AssistantSummary

_MOST_SECONDS = 100_000_000_000
"""Larger times are in milliseconds and are left to the model."""
_LARGEST_NUMBER = 1e300
Check = Callable[[Any], bool]


class ListedAssistant(NamedTuple):
    """What a list shows of an assistant; texts are as the server sent them, however long."""

    id: str
    created_at: int | None
    summary: AssistantSummary


def read_quickly(value: Mapping[str, Any]) -> ListedAssistant | None:
    """Read a decoded assistant that plainly fits the API.

    Returns:
        None where only the pydantic model can tell whether the object fits, and what it says.
    """
    identity, name, model = value.get("id"), value.get("name") or "", value.get("model") or ""
    if not isinstance(identity, str) or not identity or not _fits(value, _FIELDS):
        return None
    if not all(map(_is_unicode, (identity, name, model))):
        return None
    created = value["created_at"] if "created_at" in value else value.get("created")
    if not _is_time(created):
        return None
    tools = tuple(tool["type"] for tool in value.get("tools") or ())
    if not all(map(_is_unicode, tools)):
        return None
    return ListedAssistant(identity, created, AssistantSummary(name, model, tools))


def _fits(value: Any, checks: Mapping[str, Check]) -> bool:
    """Whether a value is an object whose members pass their checks; null and absent pass."""
    if not isinstance(value, dict) or not all(map(_is_unicode, value)):
        return False
    return all(value.get(name) is None or check(value[name]) for name, check in checks.items())


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and _is_number(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return _fits(value, {})


def _is_time(value: Any) -> bool:
    return value is None or (_is_whole(value) and 0 <= value <= _MOST_SECONDS)


def _is_list_of_tools(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_tool, value))


def _is_tool(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(kind := value.get("type"), str):
        return False
    return _fits(value, _TOOL_FIELDS.get(kind, {}))


def _is_function(value: Any) -> bool:
    # The name may be absent, but not null.
    named = not isinstance(value, dict) or "name" not in value or value["name"] is not None
    return named and _fits(value, _FUNCTION)


_FUNCTION: Mapping[str, Check] = {
    "name": _is_text,
    "description": _is_text,
    "parameters": _is_object,
    "strict": _is_flag,
}
_RANKING: Mapping[str, Check] = {"ranker": _is_text, "score_threshold": _is_number}
_FILE_SEARCH: Mapping[str, Check] = {
    "max_num_results": _is_whole,
    "ranking_options": lambda value: _fits(value, _RANKING),
}
_TOOL_FIELDS: Mapping[str, Mapping[str, Check]] = {
    "file_search": {"file_search": lambda value: _fits(value, _FILE_SEARCH)},
    "function": {"function": _is_function},
}
_FIELDS: Mapping[str, Check] = {
    "name": _is_text,
    "description": _is_text,
    "model": _is_text,
    "instructions": _is_text,
    "tools": _is_list_of_tools,
    "tool_resources": _is_object,
    "metadata": _is_object,
    "temperature": _is_number,
    "top_p": _is_number,
    "response_format": lambda value: _is_text(value) or _is_object(value),
    "reasoning_effort": _is_text,
}
