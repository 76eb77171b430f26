"""JSON of any kind of object into rows and pages, as tolerant as the servers are various."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from assistant_tui.core.errors import ResponseTooLarge, Unreadable
from assistant_tui.core.json_text import elements, is_too_deep, members, read_json
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
from assistant_tui.core.resource import ResourceKind
from assistant_tui.core.rows import ResourceRow, RowText

Keep = Callable[[str], RowText]
"""How a row holds its text."""
Parser = Callable[[Any, str, Keep], ResourceRow]
"""Makes a row of one object, given as its value, or as UNDECODED, and as its JSON text.

Whatever the object is, there is a row: its `problem` names what does not fit the API. An
object without a usable id gets one made from its text, so that it stays the same when a server
repeats it; no server knows that id.
"""

MOST_ITEMS = 50_000
"""Elements of one answer; some servers give all that they have at once, whatever is asked for."""
LONGEST_ID = 4_000
"""Characters of an id: what an address can carry, percent-encoded, in most servers."""
_MOST_MODELS = 10_000
_TOTALS = ("total", "total_count", "total_results", "total_items", "totalCount", "totalResults")
"""Members in which servers tell how many objects they have."""
_ABOUT_PAGES = ("meta", "pagination", "paging", "page_info")
"""Members that hold what servers tell about a list, beside its elements."""
_LONGEST_COUNT = 15
"""Digits of a total that are read: no server has as many objects."""
_BLANK = " \t\r\n\ufeff"


class Misfit(ValueError):
    """Why an object cannot be read as what it should be."""


def read_page(text: str, parse: Parser, *, after: str | None, limit: int, keep: Keep = str) -> Page:
    """Read the answer to a list request; one bad object spoils only its own row.

    A bare array, and null for an empty one, are lists, too. `keep` says how a row holds its text.

    Raises:
        Unreadable: not JSON, cut off, not a list, or one with too many elements.
        ResponseTooLarge: it has too many parts to be read at once.
    """
    _check_cost(text)
    try:
        scanned = decode_list(text, lambda value, item: parse(value, item, keep), MOST_ITEMS)
    except TooManyItems:
        raise _too_many_items() from None
    if scanned is not None:
        rows, rest = scanned
        with suppress(Unreadable):
            items, has_more, total = _list(rest, "data")
            if not items:
                return Page(tuple(rows), has_more, after, limit, total=total)
    items, has_more, total = _list(text, "data")
    if len(items) > MOST_ITEMS:
        raise _too_many_items()
    parsed = (parse(UNDECODED, item, keep) for item in items)
    return Page(tuple(parsed), has_more, after, limit, total=total)


def read_object(text: str, kind: ResourceKind, parse: Parser, keep: Keep = str) -> ResourceRow:
    """Read the answer that should be one object.

    Raises:
        Unreadable: not a JSON object, or one without an id.
        ResponseTooLarge: it has too many parts to be read.
    """
    _check_cost(text)
    try:
        known = text_of(members(text), "id")
    except ValueError as error:
        raise Unreadable(f"the answer is not {kind.title}: {_reason(text, error)}") from None
    if not known:
        raise Unreadable(f"the answer is not {kind.title}: it has no id")
    return parse(UNDECODED, text.strip(_BLANK), keep)


def decode_object(value: Any, text: str) -> dict[str, Any]:
    """The members of an object that a parser was given.

    Raises:
        Misfit: it is no object, or one with too many parts.
    """
    if has_too_many_parts(text) and not is_too_deep(text):
        raise Misfit(f"it has more than {MOST_PARTS:,} values")
    if value is UNDECODED:
        try:
            value = read_json(text)
        except ValueError as error:
            raise Misfit(str(error).partition(";")[0]) from None
    if not isinstance(value, dict):
        raise Misfit("not an object")
    return value


def check_id(known: str) -> None:
    """Raise Misfit for an id that no request can carry."""
    if without_surrogates(known) != known:
        raise Misfit("id: not Unicode text")
    if len(known) > LONGEST_ID:
        raise Misfit(f"id: longer than {LONGEST_ID:,} characters")


def read_models(text: str) -> tuple[str, ...]:
    """Read the names of the models, in their order.

    Elements are objects with an `id` or a `name`, or bare texts; others are left out.

    Raises:
        Unreadable: not JSON, cut off, or not a list.
    """
    _check_cost(text)
    names = (_model(item) for item in _list(text, "data", "models").items[:_MOST_MODELS])
    return tuple(dict.fromkeys(name for name in names if name))


def is_null(text: str) -> bool:
    """Whether an answer says null, as one server does for an assistant that it does not have."""
    return text.strip(_BLANK) == "null"


class Deletion(NamedTuple):
    """What the answer to a deletion says."""

    id: str = ""
    """The object that it is about; empty where none is named."""
    deleted: bool | None = None
    """Whether it was done; None where the answer says neither."""


def read_deletion(text: str) -> Deletion:
    """Read the answer to a deletion, also an empty one. Raises ResponseTooLarge."""
    _check_cost(text)
    try:
        parts = members(text)
    except ValueError:
        return Deletion()
    said = {"true": True, "false": False}.get(parts.get("deleted", ""))
    return Deletion(text_of(parts, "id"), said)


def _check_cost(text: str) -> None:
    if count_parts(text) > MOST_PARTS_AT_ONCE:
        raise ResponseTooLarge(f"the answer has more than {MOST_PARTS_AT_ONCE:,} values")


def _too_many_items() -> Unreadable:
    return Unreadable(f"the answer is a list of more than {MOST_ITEMS:,}")


class _List(NamedTuple):
    """The elements of a list as JSON texts, and what the server says about the list."""

    items: Sequence[str]
    has_more: bool | None = None
    total: int | None = None


def _list(text: str, *names: str) -> _List:
    """The elements of the first member with one of the names, `has_more`, and a told total."""
    if is_null(text):
        return _List(())
    try:
        if text.lstrip(_BLANK).startswith("["):
            return _List(elements(text))
        parts = members(text)
        data = next((parts[name] for name in names if name in parts), None)
        if data is None:
            raise ValueError(f"it has no {' or '.join(names)}")
        more = {"true": True, "false": False}.get(parts.get("has_more", ""))
        return _List(() if is_null(data) else elements(data), more, _total(parts))
    except ValueError as error:
        raise Unreadable(f"the answer is not a list: {_reason(text, error)}") from None


def _total(parts: Mapping[str, str]) -> int | None:
    """How many objects there are in all; None where no member tells, or none tells a count."""
    inner = (parts.get(name, "") for name in _ABOUT_PAGES)
    for told in (parts, *map(_members, inner)):
        for name in _TOTALS:
            if (count := text_of(told, name)).isdecimal():
                return int(count[:_LONGEST_COUNT])
    return None


def _members(text: str) -> Mapping[str, str]:
    """The members of an object; none of anything else."""
    try:
        return members(text) if text.startswith("{") else {}
    except ValueError:
        return {}


def _reason(text: str, error: ValueError) -> str:
    if not text.strip(_BLANK):
        return "it is empty"
    return "it is an HTML page; is base_url right?" if text.lstrip()[:1] == "<" else str(error)


def text_of(parts: Mapping[str, str], name: str) -> str:
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


def without_surrogates(text: str) -> str:
    """Text without lone surrogates, which neither a terminal nor a database can take."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _model(item: str) -> str:
    try:
        parts = {"id": item} if item.startswith('"') else members(item)
    except ValueError:
        return ""
    return text_of(parts, "id") or text_of(parts, "name")
