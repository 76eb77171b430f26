"""Describes one assistant as lines of text, from the row that the list already holds."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from assistant_tui.core.assistants.fields import FIELDS, RESOURCES
from assistant_tui.core.assistants.summary import summary_of
from assistant_tui.core.json_text import elements, members, read_json
from assistant_tui.core.labels import shown_id
from assistant_tui.core.list_spec import created_text
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import READ_ONLY
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import many_lines, one_line, visible_line

SHOWN = 20_000
"""Characters of a long text that are shown; the object as the server sent it shows all."""
LONGEST = 1_000
"""Characters of an id that is shown whole."""
ENTRIES = 200
"""Tools, pairs and other fields of which each is shown."""
LARGEST = 1_000_000
"""Characters of an object that is described in full; it is done at every move of the cursor."""
_SETTINGS = ("temperature", "top_p", "reasoning_effort", "response_format")
_WIDEST_NAME = 24
"""Characters of a name in a column of names; the value of a longer one stands below it."""


class StyledText(NamedTuple):
    """A text, safe to show, in one of a few styles; it may be many lines long."""

    text: str
    part: str = ""
    """"label", "muted" or "warning"; empty for plain text."""
    indent: int = 0
    """Cells before every line."""
    hanging: int = 0
    """More cells before all lines but the first: a wrapped line does not look like an entry."""
    lead: str = ""
    """What stands muted before the text, such as the name of a value; it is never wrapped, and the
    lines of the text stand behind it."""


def describe(row: ResourceRow | None, *, show_all_with: str = "v") -> tuple[StyledText, ...]:
    """Describe an assistant for a person; all text of the server's is made safe to show.

    Args:
        row: the assistant; None gives nothing.
        show_all_with: the key or option that shows the object as the server sent it. It is named
            wherever something is left out.
    """
    if row is None:
        return ()
    if row.problem:
        return (
            StyledText("! This object does not fit the API", "warning"),
            StyledText(one_line(row.problem)),
            StyledText(""),
            StyledText(f"{show_all_with} shows it as the server sent it.", "muted"),
        )
    if len(row.text) > LARGEST:
        return (
            *_head(row),
            StyledText(""),
            StyledText(f"Too large to be shown here: {len(row.text):,} characters.", "warning"),
            StyledText(f"{show_all_with} shows it as the server sent it.", "muted"),
        )
    return (*_head(row), *_Description(row, RawJson(row.text), show_all_with).lines())


def _head(row: ResourceRow) -> Iterator[StyledText]:
    yield StyledText(visible_line(row.name) or "(no name)", "label")
    yield StyledText(shown_id(row.id, LONGEST))


class _Description:
    """The lines below the head: description, settings, tools, metadata, instructions."""

    def __init__(self, row: ResourceRow, document: RawJson, show_all_with: str) -> None:
        self._row = row
        self._document = document
        self._show_all_with = show_all_with

    def lines(self) -> Iterator[StyledText]:
        """All lines, in the order in which they are shown."""
        description = self._document.value("description")
        if isinstance(description, str) and description:
            yield StyledText("")
            yield StyledText(self._shortened(description))
        yield StyledText("")
        yield from _columns(self._settings())
        yield from self._tools()
        yield from self._resources()
        yield from self._metadata()
        yield from self._other_fields()
        yield from self._instructions()

    def _settings(self) -> Iterator[tuple[str, str]]:
        yield FIELDS["model"].label, one_line(summary_of(self._row).model) or "(no model)"
        values = self._document.members
        for name in _SETTINGS:
            if values.get(name) not in (None, "null"):
                yield FIELDS[name].label, self._setting(values[name])
        yield "Created", created_text(self._row.created_at)

    def _setting(self, text: str) -> str:
        """A setting as it was written; an answer's format that is a word alone as that word."""
        value = read_json(text)
        if isinstance(value, dict) and [*value] == ["type"] and isinstance(value["type"], str):
            return self._line(value["type"])
        return self._value(text)

    def _tools(self) -> Iterator[StyledText]:
        yield from _title("Tools")
        text = self._document.members.get("tools")
        tools = elements(text) if text and text.startswith("[") else []
        if not tools:
            yield StyledText("none", "muted", 2)
        for tool in tools[:ENTRIES]:
            yield from self._tool(tool)
        yield from self._more(len(tools))

    def _tool(self, text: str) -> Iterator[StyledText]:
        tool = read_json(text)
        if not isinstance(tool, dict):
            yield StyledText(self._json_line(text), indent=2)
            return
        kind = str(tool.get("type"))
        inside = tool.get(kind)
        if not isinstance(inside, dict) or not inside:
            yield StyledText(self._line(kind), indent=2)
        elif isinstance(inside.get("name"), str):
            lead = "fn " if kind == "function" else f"{self._line(kind)} "
            yield StyledText(self._line(_signature(inside)), indent=2, hanging=4, lead=lead)
            if isinstance(about := inside.get("description"), str) and about:
                yield StyledText(self._line(about), "muted", 2 + len("fn "))
        else:
            yield StyledText(self._line(kind), indent=2)
            pairs = members(members(text)[kind])
            yield from self._pairs(pairs, 2 + len("fn "))

    def _resources(self) -> Iterator[StyledText]:
        """The ids that tools were given, each whole on a line; what else is there as JSON."""
        text = self._document.members.get("tool_resources", "")
        if not text.startswith("{"):
            return
        lines: list[tuple[str, str]] = []
        for tool, given in members(text).items():
            parts = members(given) if given.startswith("{") else {"": given}
            for name, value in parts.items():
                label = RESOURCES[path].label if (path := f"{tool}.{name}") in RESOURCES else path
                ids = elements(value) if value.startswith("[") else [value]
                lines += [(one_line(label).rstrip("."), self._value(each)) for each in ids]
        if lines:
            yield from _title(FIELDS["tool_resources"].label)
            yield from _columns(lines[:ENTRIES], 2)
            yield from self._more(len(lines))

    def _metadata(self) -> Iterator[StyledText]:
        metadata = self._document.members.get("metadata", "")
        if metadata.startswith("{") and (pairs := members(metadata)):
            yield from _title("Metadata")
            yield from self._pairs(pairs)

    def _other_fields(self) -> Iterator[StyledText]:
        """The fields that the API does not name."""
        known = {*FIELDS, *READ_ONLY}
        others = {n: text for n, text in self._document.members.items() if n not in known}
        if others:
            yield from _title("Other fields")
            yield from self._pairs(others)

    def _pairs(self, pairs: Mapping[str, str], indent: int = 2) -> Iterator[StyledText]:
        shown = islice(pairs.items(), ENTRIES)
        yield from _columns(((one_line(name), self._value(text)) for name, text in shown), indent)
        yield from self._more(len(pairs))

    def _more(self, count: int) -> Iterator[StyledText]:
        if count > ENTRIES:
            left = count - ENTRIES
            yield StyledText(f"… {left:,} more: {self._show_all_with} shows all", "muted", 2)

    def _instructions(self) -> Iterator[StyledText]:
        yield from _title("Instructions")
        instructions = self._document.value("instructions")
        if not isinstance(instructions, str) or not instructions:
            yield StyledText("none", "muted", 2)
            return
        yield StyledText(self._shortened(instructions))

    def _value(self, text: str) -> str:
        """A JSON value on one line: a string as it reads, anything else as it was written."""
        value = read_json(text)
        return self._line(value) if isinstance(value, str) else self._json_line(text)

    def _json_line(self, text: str) -> str:
        """JSON as it was written, on one line; so also numbers that no float can hold."""
        return self._line(" ".join(line.strip() for line in text.split("\n")))

    def _line(self, text: str) -> str:
        return self._shortened(one_line(text))

    def _shortened(self, text: str) -> str:
        safe, left = many_lines(text[:SHOWN]), len(text) - SHOWN
        if left <= 0:
            return safe
        return f"{safe}\n… {left:,} more characters: {self._show_all_with} shows all"


def _title(text: str) -> Iterator[StyledText]:
    yield StyledText("")
    yield StyledText(text, "label")


def _columns(pairs: Iterable[tuple[str, str]], indent: int = 0) -> Iterator[StyledText]:
    """Names and values, each in a column of its own."""
    lines = [*pairs]
    names = [_cells(name) for name, _ in lines]
    width = max((cells for cells in names if cells <= _WIDEST_NAME), default=0)
    for (name, value), cells in zip(lines, names, strict=True):
        if cells > width:
            yield StyledText(name, "muted", indent)
            name, cells = "", 0
        yield StyledText(value, indent=indent, lead=name + " " * (width - cells + 2))


def _cells(text: str) -> int:
    """About as many cells as a terminal needs; a column may be uneven where it needs others."""
    if text.isascii():
        return len(text)
    return sum(1 + (east_asian_width(c) in "WF") for c in text if not combining(c))


def _signature(function: Mapping[str, object]) -> str:
    """A function as `name(key: type, other?: type)`, as far as its parameters are understood."""
    name, schema = function["name"], function.get("parameters")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or not isinstance(properties, dict) or not properties:
        return f"{name}()"
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    arguments = (
        f"{key}{'' if key in needed else '?'}{_type(value)}" for key, value in properties.items()
    )
    return f"{name}({', '.join(arguments)})"


def _type(schema: object) -> str:
    kind = schema.get("type") if isinstance(schema, dict) else None
    return f": {kind}" if isinstance(kind, str) else ""
