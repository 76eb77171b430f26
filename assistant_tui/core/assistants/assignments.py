"""Fields that are given as `NAME=VALUE`: texts as they are, all else as JSON."""

from collections.abc import Mapping, Sequence

from assistant_tui.core.assistants.fields import FIELDS, FieldKind
from assistant_tui.core.assistants.serialization import to_json
from assistant_tui.core.json_text import compose, with_member, write_json
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import is_set_by_server
from assistant_tui.core.strict_json import read_strictly

_TYPED = (
    FieldKind.LINE,
    FieldKind.TEXT,
    FieldKind.MODEL,
    FieldKind.CHOICE,
    FieldKind.NUMBER,
)
"""Kinds of fields whose value is written as in their editor of the form."""
_JSON_ONLY = (FieldKind.TOOLS, FieldKind.RESOURCES, FieldKind.METADATA)
"""Kinds of fields of which no plain word is a value."""
_METADATA = "metadata."


def assigned(document: RawJson, before: Mapping[str, str], given: Sequence[str]) -> RawJson:
    """Put fields into what a file says of an assistant.

    Args:
        document: what the file says; `{}` without one.
        before: the fields that the assistant has, into which `metadata.KEY=VALUE` goes where the
            file does not name the outer field.
        given: each `NAME=VALUE`; a name with dots leads into an object, and null clears.

    Raises:
        ValueError: the message names the field, and says what is wrong or allowed.
    """
    parts = dict(document.members)
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise ValueError(f"{each}: NAME=VALUE is allowed")
        if is_set_by_server(name):
            raise ValueError(f"{name} cannot be set: the server does that")
        head, *inner = _path(name)
        if not inner:
            parts[head] = _json(name, value)
            continue
        outer = parts.get(head, before.get(head, "null"))
        plain = head in FIELDS and FIELDS[head].kind in _TYPED
        if plain or (outer != "null" and not isinstance(read_strictly(outer), dict)):
            raise ValueError(f"{name}: {head} is no object")
        _check_path(name, outer, inner[:-1])
        text = write_json(value) if head == "metadata" and value != "null" else _json("", value)
        changed = with_member(outer, inner, None if text == "null" else text)
        parts[head] = changed
    return RawJson(compose(parts))


def _check_path(name: str, outer: str, inner: Sequence[str]) -> None:
    """Raise ValueError where a path leads through what is there and is no object."""
    value = read_strictly(outer)
    for part in inner:
        value = value.get(part) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, dict):
            raise ValueError(f"{name}: {part} is no object")


def _path(name: str) -> list[str]:
    """The names that lead to a value; a key of the metadata may hold dots itself."""
    if name.startswith(_METADATA):
        return ["metadata", name.removeprefix(_METADATA)]
    return name.split(".")


def _json(name: str, value: str) -> str:
    """The JSON of a value; `name` is that of its field, if it has one."""
    field = FIELDS.get(name)
    if value == "null":
        return value
    if field is not None and field.kind in _TYPED:
        return to_json(field, value)
    try:
        read_strictly(value)
    except ValueError as error:
        if field is None:
            return write_json(value)
        if field.kind in _JSON_ONLY:
            raise ValueError(f"{name}: JSON is allowed: {error}") from None
        return write_json(value) if value == "auto" else compose({"type": write_json(value)})
    return value.strip()
