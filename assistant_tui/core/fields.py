"""The one table of what can be edited in an assistant, with its kinds and limits."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from assistant_tui.core.document import (
    compose,
    compose_list,
    elements,
    members,
    read_json,
    write_json,
)


class Kind(Enum):
    """What a field holds, and so which editor suits it."""

    LINE = auto()
    """A text of one line."""
    TEXT = auto()
    """A text of many lines."""
    MODEL = auto()
    """The name of a model; any text is allowed."""
    NUMBER = auto()
    """A decimal number, or nothing for the server's default."""
    METADATA = auto()
    """Names and texts."""
    TOOLS = auto()
    """The tools, in their order."""


@dataclass(frozen=True)
class Field:
    """One editable field; the limits are those of the API description, in code points."""

    name: str
    label: str
    kind: Kind
    limit: int | None = None
    """The most characters of a text, or entries of a list."""
    least: float = 0.0
    most: float = 0.0
    """The bounds of a number, both allowed."""
    nullable: bool = True
    """Whether null, back to the default, may be sent."""


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("name", "Name", Kind.LINE, limit=256),
        Field("model", "Model", Kind.MODEL, limit=256, nullable=False),
        Field("description", "Description", Kind.TEXT, limit=512),
        Field("instructions", "Instructions", Kind.TEXT, limit=256_000),
        Field("temperature", "Temperature", Kind.NUMBER, most=2.0),
        Field("top_p", "Top P", Kind.NUMBER, most=1.0),
        Field("tools", "Tools", Kind.TOOLS, limit=128),
        Field("metadata", "Metadata", Kind.METADATA, limit=16),
    )
}
"""The fields of the form, in its order."""

MODIFIABLE = (*FIELDS, "tool_resources", "response_format", "reasoning_effort")
"""All fields that a modify request of the API takes; servers may know more."""

READ_ONLY = ("id", "object", "created_at", "created")
"""What a server sets and never takes back."""

METADATA_KEY_LIMIT = 64
METADATA_VALUE_LIMIT = 512
FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TYPED_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
"""What people write for numbers, also where JSON would not: `.5`, `1.`, `+1`."""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Entry:
    """One pair of the metadata; a value that is no text is kept as the JSON that came."""

    key: str
    value: str
    kept: str | None = None


Raw = str | tuple[str, ...] | tuple[Entry, ...]
"""What an editor holds: a text, the JSON texts of the tools, or the pairs of the metadata."""


class FieldError(ValueError):
    """A value that the API would refuse; the message says what is allowed."""


def to_json(field: Field, raw: Raw) -> str:
    """Return the JSON text to send for what an editor holds.

    Raises:
        FieldError: over a limit or of the wrong form.
    """
    return _WRITERS[field.kind](field, raw)


def from_json(field: Field, text: str | None) -> Raw:
    """Return what an editor holds for the JSON text that a server sent (None: it sent nothing).

    Raises:
        ValueError: the JSON cannot be edited as this kind of field.
    """
    value = None if text is None else read_json(text)
    if field.kind is Kind.METADATA:
        return _entries(text, value)
    if field.kind is Kind.TOOLS:
        return () if value is None else tuple(elements(text or "[]"))
    if value is None:
        return ""
    if field.kind is Kind.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return text or ""
    if not isinstance(value, str):
        raise ValueError(f"{field.name} is not a text")
    return value


def _entries(text: str | None, value: object) -> tuple[Entry, ...]:
    if text is None or value is None:
        return ()
    if not isinstance(value, dict):
        raise ValueError("metadata is not an object")
    return tuple(
        Entry(key, item) if isinstance(item := value[key], str) else Entry(key, "", exact)
        for key, exact in members(text).items()
    )


def check_length(label: str, text: str, limit: int) -> None:
    """Raise FieldError if a text has more than `limit` characters."""
    if len(text) > limit:
        raise FieldError(f"{label}: at most {limit:,} characters, this has {len(text):,}")


def _write_text(field: Field, raw: Raw) -> str:
    assert isinstance(raw, str)
    if not raw and field.nullable:
        return "null"
    if not raw.strip() and not field.nullable:
        raise FieldError(f"{field.label} is needed")
    if field.limit is not None:
        check_length(field.label, raw, field.limit)
    return write_json(raw)


def _write_number(field: Field, raw: Raw) -> str:
    assert isinstance(raw, str)
    text = raw.strip()
    if not text:
        return "null"
    allowed = f"{field.label}: a number from {field.least:g} to {field.most:g}, or empty"
    if not _TYPED_NUMBER.fullmatch(text):
        raise FieldError(allowed)
    number = float(text)
    if not field.least <= number <= field.most:
        raise FieldError(allowed)
    return text if _NUMBER.fullmatch(text) else write_json(number)


def _write_tools(field: Field, raw: Raw) -> str:
    tools = [tool for tool in raw if isinstance(tool, str)]
    if field.limit is not None and len(tools) > field.limit:
        raise FieldError(f"{field.label}: at most {field.limit}, these are {len(tools)}")
    for tool in tools:
        _check_function(tool)
    return compose_list(tools)


def _check_function(tool: str) -> None:
    value = read_json(tool)
    if isinstance(value, dict) and value.get("type") == "function":
        function = value.get("function")
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(name, str) or not FUNCTION_NAME.fullmatch(name):
            raise FieldError("A function's name: 1 to 64 of a–z, A–Z, 0–9, _ and -")


def _write_metadata(field: Field, raw: Raw) -> str:
    entries = [entry for entry in raw if isinstance(entry, Entry)]
    if field.limit is not None and len(entries) > field.limit:
        raise FieldError(f"{field.label}: at most {field.limit} pairs, these are {len(entries)}")
    parts: dict[str, str] = {}
    for entry in entries:
        check_length("Key", entry.key, METADATA_KEY_LIMIT)
        check_length("Value", entry.value, METADATA_VALUE_LIMIT)
        if not entry.key:
            raise FieldError(f"The value '{entry.value[:20]}' needs a key")
        if entry.key in parts:
            raise FieldError(f"The key '{entry.key}' stands twice")
        parts[entry.key] = write_json(entry.value) if entry.kept is None else entry.kept
    return compose(parts)


_WRITERS: dict[Kind, Callable[[Field, Raw], str]] = {
    Kind.LINE: _write_text,
    Kind.TEXT: _write_text,
    Kind.MODEL: _write_text,
    Kind.NUMBER: _write_number,
    Kind.METADATA: _write_metadata,
    Kind.TOOLS: _write_tools,
}
