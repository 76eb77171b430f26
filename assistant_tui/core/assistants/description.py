"""Describes one assistant as lines of text, from the row that the list already holds."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from assistant_tui.core.assistants.fields import FIELDS
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
_SETTINGS = ("temperature", "top_p", "reasoning_effort", "response_format", "tool_resources")


class StyledText(NamedTuple):
    """A text, safe to show, in one of a few styles; it may be many lines long."""

    text: str
    part: str = ""
    """"label", "muted" or "warning"; empty for plain text."""
    indent: int = 0
    """Cells before every line."""
    hanging: int = 0
    """More cells before all lines but the first: a wrapped line does not look like an entry."""


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
    return (*_head(row), *_Description(RawJson(row.text), show_all_with).lines())


def _head(row: ResourceRow) -> Iterator[StyledText]:
    yield StyledText(visible_line(row.name) or "(no name)", "label")
    yield StyledText(shown_id(row.id, LONGEST))
    yield StyledText(
        f"{one_line(summary_of(row).model) or '(no model)'}"
        f" · created {created_text(row.created_at)}"
    )


class _Description:
    """The lines below the head: description, tools, settings, metadata, instructions."""

    def __init__(self, document: RawJson, show_all_with: str) -> None:
        self._document = document
        self._show_all_with = show_all_with

    def lines(self) -> Iterator[StyledText]:
        """All lines, in the order in which they are shown."""
        description = self._document.value("description")
        if isinstance(description, str) and description:
            yield StyledText("")
            yield StyledText(self._shortened(description))
        yield from self._tools()
        yield from self._settings()
        yield from self._metadata()
        yield from self._other_fields()
        yield from self._instructions()

    def _tools(self) -> Iterator[StyledText]:
        yield from _title("Tools")
        text = self._document.members.get("tools")
        tools = elements(text) if text and text.startswith("[") else []
        if not tools:
            yield StyledText("none", "muted", 2)
        for tool in tools[:ENTRIES]:
            yield StyledText(self._tool(tool), indent=2)
        yield from self._more(len(tools))

    def _tool(self, text: str) -> str:
        tool = read_json(text)
        if not isinstance(tool, dict):
            return self._json_line(text)
        kind = str(tool.get("type"))
        inside = tool.get(kind)
        if not isinstance(inside, dict) or not inside:
            return self._line(kind)
        if isinstance(inside.get("name"), str):
            about = inside.get("description")
            words = f" · {about}" if isinstance(about, str) and about else ""
            return self._line(f"{kind} {inside['name']}{words}")
        return f"{self._line(kind)} · {self._json_line(members(text)[kind])}"

    def _settings(self) -> Iterator[StyledText]:
        values = self._document.members
        settings = [name for name in _SETTINGS if values.get(name) not in (None, "null", "{}")]
        if settings:
            yield from _title("Settings")
            for name in settings:
                yield StyledText(f"{name}: {self._value(values[name])}", indent=2)

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

    def _pairs(self, pairs: Mapping[str, str]) -> Iterator[StyledText]:
        for name, text in islice(pairs.items(), ENTRIES):
            yield StyledText(f"{one_line(name)}: {self._value(text)}", indent=2)
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
