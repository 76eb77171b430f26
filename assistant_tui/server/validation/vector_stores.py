"""What the bodies of requests about vector stores must be (OpenAPI document 2.3.0)."""

from typing import Any

from assistant_tui.server.errors import ApiError
from assistant_tui.server.validation.assistants import (
    CHUNKING_STRATEGY,
    IDENTIFIER,
    METADATA,
)
from assistant_tui.server.validation.checks import (
    Check,
    array,
    nullable,
    number,
    object_,
    one_of,
    string,
    string_map,
    tagged_union,
    wrong_type,
)

_EXPIRES_AFTER = object_(
    {"anchor": one_of("last_active_at"), "days": number(1, 365, whole=True)}, ("anchor", "days")
)


def _attribute(path: str, value: Any) -> None:
    """The value of an attribute: a short string, a number or a boolean."""
    if isinstance(value, str):
        string(512)(path, value)
    elif not isinstance(value, bool | int | float):
        got = "null" if value is None else f"an {'array' if isinstance(value, list) else 'object'}"
        raise wrong_type(path, "a string, a number or a boolean", got)


_ATTRIBUTES = nullable(string_map(_attribute, pairs=16, key_length=64))

CREATE_VECTOR_STORE = object_(
    {
        "file_ids": array(IDENTIFIER, maximum=500),
        "name": nullable(string()),
        "description": nullable(string()),
        "expires_after": nullable(_EXPIRES_AFTER),
        "chunking_strategy": CHUNKING_STRATEGY,
        "metadata": METADATA,
    },
    closed=True,
)
MODIFY_VECTOR_STORE = object_(
    {
        "name": nullable(string()),
        "expires_after": nullable(_EXPIRES_AFTER),
        "metadata": METADATA,
    },
    closed=True,
)
_FILE = {
    "file_id": IDENTIFIER,
    "chunking_strategy": CHUNKING_STRATEGY,
    "attributes": _ATTRIBUTES,
}
ADD_FILE = object_(_FILE, ("file_id",), closed=True)
MODIFY_FILE = object_({"attributes": _ATTRIBUTES}, ("attributes",), closed=True)


def _not_empty(item: Check, maximum: int) -> Check:
    every = array(item, maximum)

    def check(path: str, value: Any) -> None:
        every(path, value)
        if not value:
            raise ApiError(
                f"Invalid '{path}': empty array. Expected an array with minimum length 1.",
                code="array_below_min_length",
                param=path,
            )

    return check


_ADD_FILES = object_(
    {
        "file_ids": _not_empty(IDENTIFIER, 2000),
        "files": _not_empty(ADD_FILE, 2000),
        "chunking_strategy": CHUNKING_STRATEGY,
        "attributes": _ATTRIBUTES,
    },
    closed=True,
)


def add_files(path: str, value: Any) -> None:
    """The files of a batch, named by id or each with what is special about it."""
    _ADD_FILES(path, value)
    if "file_ids" in value and "files" in value:
        message = "Invalid 'files': give 'file_ids' or 'files', not both."
        raise ApiError(message, code="invalid_value", param="files")
    if "file_ids" not in value and "files" not in value:
        raise ApiError(
            "Missing required parameter: 'file_ids'.",
            code="missing_required_parameter",
            param="file_ids",
        )


_COMPARISONS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin")


def _filter(path: str, value: Any) -> None:
    """A comparison with an attribute, or several filters."""
    _FILTER(path, value)


def _operand(path: str, value: Any) -> None:
    if isinstance(value, list):
        array(_attribute)(path, value)
    else:
        _attribute(path, value)


_COMPARISON = object_(
    {"type": string(), "key": string(), "value": _operand}, ("key", "value"), closed=True
)
_COMPOUND = object_({"type": string(), "filters": array(_filter)}, ("filters",), closed=True)
_FILTER = tagged_union(
    {**dict.fromkeys(_COMPARISONS, _COMPARISON), "and": _COMPOUND, "or": _COMPOUND}
)


def _query(path: str, value: Any) -> None:
    """One query, or several."""
    check = _not_empty(string(), 50) if isinstance(value, list) else string()
    check(path, value)


SEARCH = object_(
    {
        "query": _query,
        "rewrite_query": lambda path, value: None,
        "max_num_results": number(1, 50, whole=True),
        "filters": nullable(_filter),
        "ranking_options": nullable(
            object_(
                {
                    "ranker": one_of("none", "auto", "default-2024-11-15", "default_2024_08_21"),
                    "score_threshold": number(0, 1),
                },
                closed=True,
            )
        ),
    },
    ("query",),
    closed=True,
)
