"""What the editors of a form hold, as it stands while one types: unfinished, or over a limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from assistant_tui.core.document import elements, indent, member_at, members, read_json, same_json
from assistant_tui.core.fields import FORMAT_TYPE, Field, Kind


@dataclass(frozen=True)
class Entry:
    """One pair of the metadata; a value that is no text is kept as the JSON that came."""

    key: str
    value: str
    kept: str | None = None


@dataclass(frozen=True)
class Composite:
    """An object that is edited by its parts."""

    text: str
    """The JSON that it started from."""
    parts: Mapping[str, "Raw"] = field(default_factory=dict)
    """What the editors of the touched parts hold, by the parts' names."""
    chosen: bool = True
    """Whether it is sent; a tool that is switched off may hold what was typed before."""

    def with_part(self, part: Field, raw: "Raw") -> "Composite":
        """Take what the editor of a part holds; back where it started it counts as untouched."""
        others = {name: held for name, held in self.parts.items() if name != part.name}
        start = replace(self, parts=others)
        if raw == start.part(part):
            return start
        return replace(self, parts={**others, part.name: raw})

    def part(self, part: Field) -> "Raw":
        """What the editor of a part holds.

        Raises:
            ValueError: the JSON cannot be edited as this kind of field.
        """
        if part.name in self.parts:
            return self.parts[part.name]
        return from_json(part, member_at(_as_object(part, self.text), part.name.split(".")))


Raw = str | tuple[str, ...] | tuple[Entry, ...] | tuple[Composite, ...] | Composite
"""A text; ids; the pairs of the metadata; the tools; or the response format or the resources."""


def _as_object(part: Field, text: str) -> str:
    """A response format that is a mere word, as the object that its parts are read from."""
    if part is FORMAT_TYPE and isinstance(read_json(text), str):
        return f'{{"type": {text}}}'
    return text


def from_json(field: Field, text: str | None) -> Raw:
    """Return what an editor holds for the JSON text that a server sent (None: it sent nothing).

    Raises:
        ValueError: the JSON cannot be edited as this kind of field.
    """
    value = None if text is None else read_json(text)
    if text is None or value is None:
        return _EMPTY.get(field.kind, "")
    _check_size(field, text, value)
    match field.kind:
        case Kind.METADATA:
            return _entries(text, value)
        case Kind.TOOLS:
            return tuple(Composite(tool) for tool in elements(text))
        case Kind.IDS:
            return _ids(field, value)
        case Kind.FORMAT | Kind.RESOURCES:
            return _composite(field, text, value)
        case Kind.SCHEMA:
            return indent(text)
        case Kind.FLAG if isinstance(value, bool):
            return text
        case Kind.NUMBER | Kind.COUNT if _is_number(value):
            return text
        case Kind.LINE | Kind.TEXT | Kind.MODEL | Kind.CHOICE if isinstance(value, str):
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


MOST_SHOWN: Mapping[Kind, int] = {Kind.METADATA: 48, Kind.TOOLS: 192, Kind.IDS: 48}
"""How many entries a form has editors for, each of which costs time at every key; well beyond the
limits of the API, so that what is over a limit can be seen and mended there."""
LONGEST_LINE = 20_000
"""Characters of a text that an input of one line is made for."""
LONGEST_TEXT = 1_000_000
"""Characters of a text that a text area is made for."""
_AREAS = (Kind.TEXT, Kind.SCHEMA)
_LINES = (Kind.LINE, Kind.MODEL, Kind.CHOICE)


def _check_size(field: Field, text: str, value: object) -> None:
    """Raise ValueError for what would make every key in the form slow."""
    if isinstance(value, list | dict) and len(value) > MOST_SHOWN.get(field.kind, len(value)):
        raise ValueError(f"{field.name}: {len(value):,} are more than a form shows")
    parts: Iterable[object] = ()
    if field.kind is Kind.METADATA and isinstance(value, dict):
        parts = (*value, *value.values())
    elif field.kind is Kind.IDS and isinstance(value, list):
        parts = value
    longest = max((len(each) for each in parts if isinstance(each, str)), default=0)
    if field.kind in _LINES:
        longest = len(text)
    if longest > LONGEST_LINE or (field.kind in _AREAS and len(text) > LONGEST_TEXT):
        raise ValueError(f"{field.name}: longer than a form shows")


_EMPTY: Mapping[Kind, Raw] = {
    Kind.METADATA: (),
    Kind.TOOLS: (),
    Kind.IDS: (),
    Kind.FORMAT: Composite("null"),
    Kind.RESOURCES: Composite("{}"),
}
"""What an editor holds for nothing, where that is not an empty text."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _composite(field: Field, text: str, value: object) -> Composite:
    if field.kind is Kind.FORMAT and isinstance(value, dict | str):
        Composite(text).part(FORMAT_TYPE)
        return Composite(text)
    if isinstance(value, dict):
        return Composite(text)
    raise ValueError(f"{field.name} is no object")


def _ids(field: Field, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError(f"{field.name} is no list of ids")


def _entries(text: str, value: object) -> tuple[Entry, ...]:
    if not isinstance(value, dict):
        raise ValueError("metadata is not an object")
    return tuple(
        Entry(key, item) if isinstance(item := value[key], str) else Entry(key, "", exact)
        for key, exact in members(text).items()
    )
