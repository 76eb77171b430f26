"""What the editors of the form hold: as typed, so perhaps unfinished or over a limit.

Also what is known of a tool from its JSON, and what an editor holds that a save does not send.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from assistant_tui.core.assistants.fields import (
    FORMAT,
    FORMAT_TYPE,
    FUNCTION,
    RESOURCES,
    TOOL_PARTS,
    Field,
    FieldKind,
)
from assistant_tui.core.json_text import elements, indent, member_at, members, read_json, write_json
from assistant_tui.core.raw_json import same_json


@dataclass(frozen=True)
class MetadataPair:
    """One pair of the metadata; a value that is no text is kept as the JSON that came."""

    key: str
    value: str
    kept: str | None = None


@dataclass(frozen=True)
class ObjectValue:
    """An object that is edited by its parts."""

    text: str
    """The JSON that it started from."""
    parts: Mapping[str, "EditorValue"] = field(default_factory=dict)
    """What the editors of the touched parts hold, by the parts' names."""
    chosen: bool = True
    """Whether it is sent; a tool that is switched off may hold what was typed before."""

    def with_part(self, part: Field, raw: "EditorValue") -> "ObjectValue":
        """Take what the editor of a part holds; back where it started it counts as untouched."""
        others = {name: held for name, held in self.parts.items() if name != part.name}
        start = replace(self, parts=others)
        if raw == start.part(part):
            return start
        return replace(self, parts={**others, part.name: raw})

    def part(self, part: Field) -> "EditorValue":
        """What the editor of a part holds.

        Raises:
            ValueError: the JSON cannot be edited as this kind of field.
        """
        if part.name in self.parts:
            return self.parts[part.name]
        return from_json(part, member_at(_as_object(part, self.text), part.name.split(".")))


EditorValue = (
    str | tuple[str, ...] | tuple[MetadataPair, ...] | tuple[ObjectValue, ...] | ObjectValue
)
"""A text; ids; the pairs of the metadata; the tools; or the response format or the resources."""


def _as_object(part: Field, text: str) -> str:
    """A response format that is a mere word, as the object that its parts are read from."""
    if part is FORMAT_TYPE and isinstance(read_json(text), str):
        return f'{{"type": {text}}}'
    return text


def from_json(field: Field, text: str | None) -> EditorValue:
    """Return what an editor holds for the JSON text that a server sent (None: it sent nothing).

    Raises:
        ValueError: the JSON cannot be edited as this kind of field.
    """
    value = None if text is None else read_json(text)
    if text is None or value is None:
        return _EMPTY.get(field.kind, "")
    _check_size(field, text, value)
    match field.kind:
        case FieldKind.METADATA:
            return _entries(text, value)
        case FieldKind.TOOLS:
            return tuple(ObjectValue(tool) for tool in elements(text))
        case FieldKind.IDS:
            return _ids(field, value)
        case FieldKind.FORMAT | FieldKind.RESOURCES:
            return _composite(field, text, value)
        case FieldKind.SCHEMA:
            return indent(text)
        case FieldKind.FLAG if isinstance(value, bool):
            return text
        case FieldKind.NUMBER | FieldKind.COUNT if _is_number(value):
            return text
        case FieldKind.LINE | FieldKind.TEXT | FieldKind.MODEL | FieldKind.CHOICE if isinstance(
            value, str
        ):
            return value
    raise ValueError(f"{field.name} is of another kind")


def is_editable(field: Field, text: str | None) -> bool:
    """Whether an editor of this kind can hold what a server sent."""
    try:
        from_json(field, text)
    except ValueError:
        return False
    return True


def looks_same(field: Field, one: str | None, other: str | None) -> bool:
    """Whether an editor holds the same for both: null, absent and empty are one to it."""
    if same_json(one, other):
        return True
    try:
        return from_json(field, one) == from_json(field, other)
    except ValueError:
        return False


MOST_SHOWN: Mapping[FieldKind, int] = {
    FieldKind.METADATA: 48,
    FieldKind.TOOLS: 192,
    FieldKind.IDS: 48,
}
"""How many entries a form has editors for, each of which costs time at every key; well beyond the
limits of the API, so that what is over a limit can be seen and corrected there."""
LONGEST_LINE = 20_000
"""Characters of a text that an input of one line is made for."""
LONGEST_TEXT = 1_000_000
"""Characters of a text that a text area is made for."""
_AREAS = (FieldKind.TEXT, FieldKind.SCHEMA)
_LINES = (FieldKind.LINE, FieldKind.MODEL, FieldKind.CHOICE)


def _check_size(field: Field, text: str, value: object) -> None:
    """Raise ValueError for what would make every key in the form slow."""
    if isinstance(value, list | dict) and len(value) > MOST_SHOWN.get(field.kind, len(value)):
        raise ValueError(f"{field.name}: {len(value):,} are more than a form shows")
    parts: Iterable[object] = ()
    if field.kind is FieldKind.METADATA and isinstance(value, dict):
        parts = (*value, *value.values())
    elif field.kind is FieldKind.IDS and isinstance(value, list):
        parts = value
    longest = max((len(each) for each in parts if isinstance(each, str)), default=0)
    if field.kind in _LINES:
        longest = len(text)
    if longest > LONGEST_LINE or (field.kind in _AREAS and len(text) > LONGEST_TEXT):
        raise ValueError(f"{field.name}: longer than a form shows")


_EMPTY: Mapping[FieldKind, EditorValue] = {
    FieldKind.METADATA: (),
    FieldKind.TOOLS: (),
    FieldKind.IDS: (),
    FieldKind.FORMAT: ObjectValue("null"),
    FieldKind.RESOURCES: ObjectValue("{}"),
}
"""What an editor holds for nothing, where that is not an empty text."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _composite(field: Field, text: str, value: object) -> ObjectValue:
    if field.kind is FieldKind.FORMAT and isinstance(value, dict | str):
        ObjectValue(text).part(FORMAT_TYPE)
        return ObjectValue(text)
    if isinstance(value, dict):
        return ObjectValue(text)
    raise ValueError(f"{field.name} is no object")


def _ids(field: Field, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError(f"{field.name} is no list of ids")


def _entries(text: str, value: object) -> tuple[MetadataPair, ...]:
    if not isinstance(value, dict):
        raise ValueError("metadata is not an object")
    return tuple(
        MetadataPair(key, item)
        if isinstance(item := value[key], str)
        else MetadataPair(key, "", exact)
        for key, exact in members(text).items()
    )


NEW_TOOLS: Mapping[str, str] = {
    "code_interpreter": write_json({"type": "code_interpreter"}),
    "file_search": write_json({"type": "file_search"}),
    "function": write_json({"type": "function", "function": {}}),
}
"""The JSON that a new tool of each type starts from."""


def tool_type(text: str) -> str:
    """The type of a tool; `?` where it has none."""
    found = member_at(text, ["type"])
    try:
        kind = None if found is None else read_json(found)
    except ValueError:
        return "?"
    return kind if isinstance(kind, str) else "?"


def parts_of(text: str) -> Mapping[str, Field]:
    """What can be edited in a tool, by name; nothing where the API does not name its type."""
    return TOOL_PARTS.get(tool_type(text), {})


def tool_label(tool: ObjectValue) -> str:
    """A tool in a few words: its type, and the name of a function. Not made safe for display."""
    kind = tool_type(tool.text)
    if kind not in TOOL_PARTS:
        return f"{kind} (kept as it came)"
    if kind != "function":
        return kind
    try:
        name = tool.part(FUNCTION["function.name"])
    except ValueError:
        name = ""
    return f"{kind} {name}".rstrip()


_BLANK = "white space alone"
_READ_WITHOUT_BLANKS = (FieldKind.NUMBER, FieldKind.COUNT, FieldKind.SCHEMA)


def unsent_input(field: Field, raw: EditorValue) -> tuple[str, ...]:
    """What an editor holds but would not send, each in a few words, not safe for display.

    These are the parts of a tool that is switched off, those of a response format while another
    type is chosen, and white space where a number or a schema is expected.
    """
    return tuple(_aside(field, raw))


def _aside(field: Field, raw: EditorValue) -> Iterator[str]:
    match raw:
        case str() if field.kind in _READ_WITHOUT_BLANKS:
            if raw and not raw.strip():
                yield _BLANK
        case ObjectValue() if field.kind is FieldKind.FORMAT:
            yield from _of_format(raw)
        case ObjectValue() if field.kind is FieldKind.RESOURCES:
            yield from _of_parts(RESOURCES, raw)
        case tuple() if field.kind is FieldKind.TOOLS:
            for tool in raw:
                if isinstance(tool, ObjectValue):
                    yield from _of_tool(tool)


def _of_format(raw: ObjectValue) -> Iterator[str]:
    if raw.part(FORMAT_TYPE) == "json_schema":
        yield from _of_parts(FORMAT, raw)
        return
    yield from (FORMAT[name].label for name in raw.parts if name != FORMAT_TYPE.name)


def _of_tool(tool: ObjectValue) -> Iterator[str]:
    label = tool_label(tool)
    if tool.chosen:
        yield from (f"{label}: {each}" for each in _of_parts(parts_of(tool.text), tool))
    elif tool.parts:
        yield label


def _of_parts(parts: Mapping[str, Field], composite: ObjectValue) -> Iterator[str]:
    for name, raw in composite.parts.items():
        yield from (f"{parts[name].label}: {each}" for each in unsent_input(parts[name], raw))
