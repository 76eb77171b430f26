"""JSON into rows and pages, as tolerant as the servers are various."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from assistant_tui.core.assistants.model import Assistant
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.assistants.tool_resources import ToolResource
from assistant_tui.core.errors import ResponseTooLarge, Unreadable
from assistant_tui.core.json_text import elements, is_too_deep, members, read_json
from assistant_tui.core.labels import placeholder_id
from assistant_tui.core.list_decoder import (
    MOST_PARTS,
    MOST_PARTS_AT_ONCE,
    UNDECODED,
    TooManyItems,
    count_parts,
    decode_list,
    has_too_many_parts,
)
from assistant_tui.core.listing import Page
from assistant_tui.core.rows import ResourceRow, RowText

Keep = Callable[[str], RowText]
"""How a row holds its text."""

_Few = TypeVar("_Few", str, tuple[str, ...])

MOST_ITEMS = 50_000
"""Elements of one answer; some servers give all that they have at once, whatever is asked for."""
_MOST_MODELS = 10_000
_MOST_TOOLS = 200
"""Types of tools in a row; the API allows 128 tools."""
_LONGEST_WORD = 1_000
"""Characters of a name, a model or a type of tool in a row; its text has all of them."""
_LONGEST_ID = 4_000
"""Characters of an id: what an address can carry, percent-encoded, in most servers."""
_BLANK = " \t\r\n\ufeff"
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


def read_page(text: str, *, after: str | None, limit: int, keep: Keep = str) -> Page:
    """Read the answer to a list request; one bad object spoils only its own row.

    A bare array, and null for an empty one, are lists, too. `keep` says how a row holds its text.

    Raises:
        Unreadable: not JSON, cut off, not a list, or one with too many elements.
        TooLarge: it has too many parts to be read at once.
    """
    _check_cost(text)
    try:
        scanned = decode_list(text, lambda value, item: _read_value(value, item, keep), MOST_ITEMS)
    except TooManyItems:
        raise _too_many_items() from None
    if scanned is not None:
        rows, rest = scanned
        with suppress(Unreadable):
            items, has_more = _list(rest, "data")
            if not items:
                return Page(tuple(rows), has_more, after, limit)
    items, has_more = _list(text, "data")
    if len(items) > MOST_ITEMS:
        raise _too_many_items()
    return Page(tuple(read_row(item, keep) for item in items), has_more, after, limit)


def read_row(text: str, keep: Keep = str) -> ResourceRow:
    """Read one assistant; what does not fit the API is told in the row's `problem`.

    An object without a usable id gets one made from its text, so that it stays the same when a
    server repeats it; no server knows that id.
    """
    return _read_value(UNDECODED, text, keep)


def _check_cost(text: str) -> None:
    if count_parts(text) > MOST_PARTS_AT_ONCE:
        raise ResponseTooLarge(f"the answer has more than {MOST_PARTS_AT_ONCE:,} values")


def _too_many_items() -> Unreadable:
    return Unreadable(f"the answer is a list of more than {MOST_ITEMS:,}")


def _read_value(value: Any, text: str, keep: Keep) -> ResourceRow:
    if has_too_many_parts(text) and not is_too_deep(text):
        return _rescued(text, f"it has more than {MOST_PARTS:,} values", keep)
    if value is UNDECODED:
        try:
            value = read_json(text)
        except ValueError as error:
            return _rescued(text, str(error).partition(";")[0], keep)
    if not isinstance(value, dict):
        return _rescued(text, "not an object", keep)
    try:
        assistant = Assistant.model_validate(value)
    except ValidationError as error:
        return _rescued(text, _complaint(error), keep)
    if _unicode(assistant.id) != assistant.id:
        return _rescued(text, "id: not Unicode text", keep)
    if len(assistant.id) > _LONGEST_ID:
        return _rescued(text, f"id: longer than {_LONGEST_ID:,} characters", keep)
    return _row(assistant, keep(text))


def read_assistant(text: str, keep: Keep = str) -> ResourceRow:
    """Read the answer that should be one assistant.

    Raises:
        Unreadable: not a JSON object, or one without an id.
        TooLarge: it has too many parts to be read.
    """
    _check_cost(text)
    try:
        known = _text_of(members(text), "id")
    except ValueError as error:
        raise Unreadable(f"the answer is not an assistant: {_reason(text, error)}") from None
    if not known:
        raise Unreadable("the answer is not an assistant: it has no id")
    return read_row(text.strip(_BLANK), keep)


def read_models(text: str) -> tuple[str, ...]:
    """Read the names of the models, in their order.

    Elements are objects with an `id` or a `name`, or bare texts; others are left out.

    Raises:
        Unreadable: not JSON, cut off, or not a list.
    """
    _check_cost(text)
    names = (_model(item) for item in _list(text, "data", "models")[0][:_MOST_MODELS])
    return tuple(dict.fromkeys(name for name in names if name))


def read_resource(row: ResourceRow) -> ToolResource:
    """Read an entry of a list of files or vector stores; whatever is odd counts as not told."""
    parts = members(row.text)
    name = _text_of(parts, "filename") or _text_of(parts, "name")
    sizes = (_size(_text_of(parts, member)) for member in ("bytes", "usage_bytes"))
    return ToolResource(row.id, name, next((size for size in sizes if size is not None), None))


def is_null(text: str) -> bool:
    """Whether an answer says null, as one server does for an assistant that it does not have."""
    return text.strip(_BLANK) == "null"


class Deletion(NamedTuple):
    """What the answer to a deletion says."""

    id: str = ""
    """The assistant that it is about; empty where none is named."""
    deleted: bool | None = None
    """Whether it was done; None where the answer says neither."""


def read_deletion(text: str) -> Deletion:
    """Read the answer to a deletion, be it empty or anything else; raises TooLarge as above."""
    _check_cost(text)
    try:
        parts = members(text)
    except ValueError:
        return Deletion()
    said = {"true": True, "false": False}.get(parts.get("deleted", ""))
    return Deletion(_text_of(parts, "id"), said)


def _list(text: str, *names: str) -> tuple[list[str], bool | None]:
    """The elements of the first member with one of the names, and `has_more`."""
    if is_null(text):
        return [], None
    try:
        if text.lstrip(_BLANK).startswith("["):
            return elements(text), None
        parts = members(text)
        data = next((parts[name] for name in names if name in parts), None)
        if data is None:
            raise ValueError(f"it has no {' or '.join(names)}")
        more = {"true": True, "false": False}.get(parts.get("has_more", ""))
        return ([] if is_null(data) else elements(data)), more
    except ValueError as error:
        raise Unreadable(f"the answer is not a list: {_reason(text, error)}") from None


def _reason(text: str, error: ValueError) -> str:
    if not text.strip(_BLANK):
        return "it is empty"
    return "it is an HTML page; is base_url right?" if text.lstrip()[:1] == "<" else str(error)


def _row(assistant: Assistant, held: RowText) -> ResourceRow:
    return ResourceRow(
        id=assistant.id,
        created_at=assistant.created_at,
        stored_text=held,
        summary=AssistantSummary(
            _unicode(assistant.name or "")[:_LONGEST_WORD],
            _one_of_few(_unicode(assistant.model)[:_LONGEST_WORD]),
            _one_of_few(
                tuple(_unicode(tool.type)[:_LONGEST_WORD] for tool in assistant.tools[:_MOST_TOOLS])
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
    known = _text_of(parts, "id")
    name = _text_of(parts, "name")[:_LONGEST_WORD]
    model = _text_of(parts, "model")[:_LONGEST_WORD]
    identity = known if 0 < len(known) <= _LONGEST_ID else placeholder_id(text)
    summary = AssistantSummary(name, model, _kinds(parts))
    return ResourceRow(identity, None, keep(text), problem, summary)


def _text_of(parts: Mapping[str, str], name: str) -> str:
    """A text or a number as text; empty for anything else, and for what is not Unicode."""
    try:
        value = read_json(parts.get(name, "null"))
        text = value if isinstance(value, str) else str(value) if _is_number(value) else ""
        text.encode()
    except ValueError:
        return ""
    return text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kinds(parts: Mapping[str, str]) -> tuple[str, ...]:
    try:
        listed = elements(parts.get("tools", "[]"))[:_MOST_TOOLS]
        tools = [members(tool) for tool in listed if not has_too_many_parts(tool)]
    except ValueError:
        return ()
    return tuple(kind[:_LONGEST_WORD] for tool in tools if (kind := _text_of(tool, "type")))


def _complaint(error: ValidationError) -> str:
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


def _unicode(text: str) -> str:
    """Text without lone surrogates, which neither a terminal nor a database can take."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _size(text: str) -> int | None:
    """A number of bytes; servers send it as an integer, a float or a decimal string."""
    try:
        size = int(float(text))
    except (ValueError, OverflowError):
        return None
    return size if size >= 0 else None


def _model(item: str) -> str:
    try:
        parts = {"id": item} if item.startswith('"') else members(item)
    except ValueError:
        return ""
    return _text_of(parts, "id") or _text_of(parts, "name")
