"""Turns what an editor holds into the JSON to send; refuses what is over a limit of the API."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from assistant_tui.core.assistants.editor_values import (
    MOST_SHOWN,
    EditorValue,
    MetadataPair,
    ObjectValue,
    parts_of,
    tool_label,
)
from assistant_tui.core.assistants.fields import (
    FORMAT,
    FORMAT_TYPE,
    METADATA_KEY_LIMIT,
    METADATA_VALUE_LIMIT,
    RESOURCES,
    Field,
    FieldKind,
)
from assistant_tui.core.json_text import (
    compose,
    compose_list,
    member_at,
    with_member,
    write_json,
)
from assistant_tui.core.strict_json import schema_problem

_Item = TypeVar("_Item", str, MetadataPair, ObjectValue)
_TYPED_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
"""What people write for numbers, also where JSON would not: `.5`, `1.`, `+1`."""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_COUNT = re.compile(r"(\d{1,9})(?:\.0{1,9})?", re.ASCII)
"""A whole number; by JSON Schema 1.0 is one, too."""


class FieldError(ValueError):
    """A value that the API would refuse; the message says what is allowed."""


def to_json(field: Field, raw: EditorValue) -> str:
    """Return the JSON text to send for what an editor holds.

    Raises:
        FieldError: over a limit or of the wrong form.
    """
    return _WRITERS[field.kind](field, raw)


def part_errors(parts: Mapping[str, Field], composite: ObjectValue) -> dict[str, str]:
    """What is wrong with the parts of an object, by their names; what nobody touched is right."""
    _, errors = _object(parts, composite)
    return errors


def check_length(label: str, text: str, limit: int) -> None:
    """Raise FieldError if a text has more than `limit` characters."""
    if len(text) > limit:
        raise FieldError(f"{label}: at most {limit:,} characters, this has {len(text):,}")


def _write_text(field: Field, raw: EditorValue) -> str:
    assert isinstance(raw, str)
    if not raw and field.nullable:
        return "null"
    if not raw.strip() and not field.nullable:
        raise FieldError(f"{field.label} is needed")
    if field.limit is not None:
        check_length(field.label, raw, field.limit)
    if field.pattern and not re.fullmatch(field.pattern, raw):
        raise FieldError(f"{field.label}: {field.allowed}")
    return write_json(raw)


def _write_number(field: Field, raw: EditorValue) -> str:
    assert isinstance(raw, str)
    text = raw.strip()
    if not text and field.nullable:
        return "null"
    or_empty = ", or empty" if field.nullable else ""
    allowed = f"{field.label}: a number from {field.least:g} to {field.most:g}{or_empty}"
    if not _TYPED_NUMBER.fullmatch(text):
        raise FieldError(allowed)
    number = float(text)
    if not field.least <= number <= field.most:
        raise FieldError(allowed)
    return text if _NUMBER.fullmatch(text) else write_json(number)


def _write_count(field: Field, raw: EditorValue) -> str:
    assert isinstance(raw, str)
    text = raw.strip()
    if not text:
        return "null"
    count = _COUNT.fullmatch(text)
    if count is None or not field.least <= int(count[1]) <= field.most:
        bounds = f"{field.least:g} to {field.most:g}"
        raise FieldError(f"{field.label}: a whole number from {bounds}, or empty")
    return write_json(int(count[1]))


def _write_flag(field: Field, raw: EditorValue) -> str:
    assert isinstance(raw, str)
    return raw or "null"


def _write_schema(field: Field, raw: EditorValue) -> str:
    assert isinstance(raw, str)
    text = raw.strip()
    if not text:
        return "null"
    if problem := schema_problem(raw):
        raise FieldError(f"{field.label}: {problem}")
    return text


def _all(kind: type[_Item], raw: EditorValue) -> list[_Item]:
    """The items of a list; one of another kind is never left out in silence."""
    assert isinstance(raw, tuple)
    items = [each for each in raw if isinstance(each, kind)]
    assert len(items) == len(raw)
    return items


def _write_ids(field: Field, raw: EditorValue) -> str:
    ids = _all(str, raw)
    if field.limit is not None and len(ids) > field.limit:
        raise FieldError(f"{field.label}: at most {field.limit}, these are {len(ids)}")
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise FieldError(f"{field.label}: '{each}' stands twice")
        if each and not each.strip():
            raise FieldError(f"{field.label}: an id is no white space alone")
        if len(pasted := each.split()) > MOST_SHOWN[FieldKind.IDS]:
            raise FieldError(f"{field.label}: at most {field.limit}, these are {len(pasted):,}")
        seen.add(each)
    return write_json(ids)


def _write_metadata(field: Field, raw: EditorValue) -> str:
    pairs = _all(MetadataPair, raw)
    if field.limit is not None and len(pairs) > field.limit:
        raise FieldError(f"{field.label}: at most {field.limit} pairs, these are {len(pairs)}")
    parts: dict[str, str] = {}
    for pair in pairs:
        check_length("Key", pair.key, METADATA_KEY_LIMIT)
        check_length("Value", pair.value, METADATA_VALUE_LIMIT)
        if not pair.key:
            raise FieldError(f"The value '{pair.value[:20]}' needs a key")
        if pair.key in parts:
            raise FieldError(f"The key '{pair.key}' stands twice")
        parts[pair.key] = write_json(pair.value) if pair.kept is None else pair.kept
    return compose(parts)


def _write_tools(field: Field, raw: EditorValue) -> str:
    tools = [tool for tool in _all(ObjectValue, raw) if tool.chosen]
    if field.limit is not None and len(tools) > field.limit:
        raise FieldError(f"{field.label}: at most {field.limit}, these are {len(tools)}")
    return compose_list(
        _write_object(tool_label(tool), parts_of(tool.text), tool) for tool in tools
    )


def _write_resources(field: Field, raw: EditorValue) -> str:
    assert isinstance(raw, ObjectValue)
    return _write_object(field.label, RESOURCES, raw)


def _write_format(field: Field, raw: EditorValue) -> str:
    assert isinstance(raw, ObjectValue)
    kind = str(raw.part(FORMAT_TYPE))
    as_it_was = FORMAT_TYPE.name not in raw.parts and kind != "json_schema"
    if as_it_was or not raw.parts:
        return raw.text
    if not kind:
        return "null"
    if kind == "auto":
        return write_json(kind)
    if kind != "json_schema":
        return compose({"type": write_json(kind)})
    return _write_object(field.label, FORMAT, started_format(raw))


def started_format(raw: ObjectValue) -> ObjectValue:
    """A response format of the type `json_schema`, with the object that its parts are put into."""
    new = compose({"type": '"json_schema"', "json_schema": "{}"})
    start = raw.text if member_at(raw.text, ["json_schema"]) else new
    return ObjectValue(start, {**raw.parts, FORMAT_TYPE.name: "json_schema"})


def _write_object(label: str, parts: Mapping[str, Field], composite: ObjectValue) -> str:
    text, errors = _object(parts, composite)
    for problem in errors.values():
        raise FieldError(f"{label}: {problem}")
    return text


def _object(parts: Mapping[str, Field], composite: ObjectValue) -> tuple[str, dict[str, str]]:
    """The JSON of an object with its touched parts put in, and what is wrong with them."""
    text, errors = composite.text, {}
    for name, raw in composite.parts.items():
        try:
            value = "null" if raw == "" else to_json(parts[name], raw)
        except FieldError as error:
            errors[name] = str(error)
        else:
            text = with_member(text, name.split("."), None if value == "null" else value)
    for name, part in parts.items():
        if not part.nullable and name not in errors and _lacks(composite, text, name):
            errors[name] = f"{part.label} is needed"
    return text, errors


def _lacks(composite: ObjectValue, text: str, name: str) -> bool:
    """Whether a part that its object needs is missing, and not just as the server sent it.

    An object that is empty is as good as none, but for one that was there to be filled.
    """
    path = name.split(".")
    if member_at(text, path) is not None:
        return False
    started = member_at(composite.text, path[:1])
    touched = any(other.rpartition(".")[0] == name.rpartition(".")[0] for other in composite.parts)
    if len(path) == 2 and started is not None:
        return touched or started == "{}"
    return touched and member_at(text, path[:-1]) is not None


_WRITERS: Mapping[FieldKind, Callable[[Field, EditorValue], str]] = {
    FieldKind.LINE: _write_text,
    FieldKind.TEXT: _write_text,
    FieldKind.MODEL: _write_text,
    FieldKind.CHOICE: _write_text,
    FieldKind.NUMBER: _write_number,
    FieldKind.COUNT: _write_count,
    FieldKind.FLAG: _write_flag,
    FieldKind.SCHEMA: _write_schema,
    FieldKind.IDS: _write_ids,
    FieldKind.METADATA: _write_metadata,
    FieldKind.TOOLS: _write_tools,
    FieldKind.FORMAT: _write_format,
    FieldKind.RESOURCES: _write_resources,
}
