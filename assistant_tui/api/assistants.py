"""Assistants: their JSON into rows, whose problem says what does not fit the API."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from assistant_tui.api.parsing import (
    LONGEST_ID,
    Keep,
    Misfit,
    check_id,
    decode_object,
    text_of,
    without_surrogates,
)
from assistant_tui.core.assistants.quick_read import ListedAssistant, read_quickly
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.json_text import elements, members
from assistant_tui.core.labels import placeholder_id
from assistant_tui.core.list_decoder import has_too_many_parts
from assistant_tui.core.rows import ResourceRow, RowText

if TYPE_CHECKING:
    from pydantic import ValidationError

_Few = TypeVar("_Few", str, tuple[str, ...])

_MOST_TOOLS = 200
"""Types of tools in a row; the API allows 128 tools."""
_LONGEST_WORD = 1_000
"""Characters of a name, a model or a type of tool in a row; its text has all of them."""
_WORDS = {
    "missing": "is missing",
    "string_type": "should be a string",
    "string_unicode": "should be Unicode text",
    "too_short": "is empty",
    "dict_type": "should be an object",
    "model_type": "should be an object",
    "tuple_type": "should be a list",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
}
"""What pydantic's types of errors mean to the reader."""


def parse_assistant(value: Any, text: str, keep: Keep = str) -> ResourceRow:
    """Make the row of one assistant, as a `Parser` does."""
    try:
        decoded = decode_object(value, text)
        listed = read_quickly(decoded) or _validated(decoded)
        check_id(listed.id)
    except Misfit as misfit:
        return _rescued(text, str(misfit), keep)
    return _row(listed, keep(text))


def _validated(value: Mapping[str, Any]) -> ListedAssistant:
    """Read an assistant by its pydantic model.

    Raises:
        Misfit: it does not fit the API.
    """
    # Only objects that do not plainly fit wait for pydantic's import.
    from pydantic import ValidationError

    from assistant_tui.core.assistants.model import Assistant

    try:
        assistant = Assistant.model_validate(value)
    except ValidationError as error:
        raise Misfit(_complaint(error)) from None
    tools = tuple(tool.type for tool in assistant.tools)
    summary = AssistantSummary(assistant.name or "", assistant.model, tools)
    return ListedAssistant(assistant.id, assistant.created_at, summary)


def _row(listed: ListedAssistant, stored_text: RowText) -> ResourceRow:
    name, model, tools = listed.summary
    return ResourceRow(
        id=listed.id,
        created_at=listed.created_at,
        stored_text=stored_text,
        summary=AssistantSummary(
            without_surrogates(name)[:_LONGEST_WORD],
            _one_of_few(without_surrogates(model)[:_LONGEST_WORD]),
            _one_of_few(
                tuple(without_surrogates(kind)[:_LONGEST_WORD] for kind in tools[:_MOST_TOOLS])
            ),
        ),
    )


@lru_cache(maxsize=1_000)
def _one_of_few(value: _Few) -> _Few:
    """The same value, but one object for all rows that have it."""
    return value


def _rescued(text: str, problem: str, keep: Keep) -> ResourceRow:
    """A row with what can be read of an object that does not fit."""
    try:
        parts = members(text)
    except ValueError:
        parts = {}
    known = text_of(parts, "id")
    name = text_of(parts, "name")[:_LONGEST_WORD]
    model = text_of(parts, "model")[:_LONGEST_WORD]
    identity = known if 0 < len(known) <= LONGEST_ID else placeholder_id(text)
    summary = AssistantSummary(name, model, _kinds(parts))
    return ResourceRow(identity, None, keep(text), problem, summary)


def _kinds(parts: Mapping[str, str]) -> tuple[str, ...]:
    try:
        listed = elements(parts.get("tools", "[]"))[:_MOST_TOOLS]
        tools = [members(tool) for tool in listed if not has_too_many_parts(tool)]
    except ValueError:
        return ()
    return tuple(kind[:_LONGEST_WORD] for tool in tools if (kind := text_of(tool, "type")))


def _complaint(error: "ValidationError") -> str:
    """The first thing that is wrong, in few words: `tools[0].function: is missing`."""
    first = error.errors(include_url=False, include_input=False)[0]
    said = _WORDS.get(first["type"], first["msg"].removeprefix("Value error, "))
    return f"{_path(first['loc'])}: {said}"


def _path(places: tuple[int | str, ...]) -> str:
    """Where it is wrong; but in tools what stands below a field names the member of a union."""
    if not places:
        return "the name of a field"
    name, *below = places if places[0] == "tools" else places[:1]
    steps = (f"[{place}]" if isinstance(place, int) else f".{place}" for place in below)
    return str(name) + "".join(steps)
