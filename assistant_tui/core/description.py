"""Puts an assistant into words, from what the list already brought."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from assistant_tui.core.columns import created_text
from assistant_tui.core.display import many_lines, one_line
from assistant_tui.core.document import Document, write_json
from assistant_tui.core.fields import FIELDS, READ_ONLY
from assistant_tui.core.listing import Row

SHOWN = 20_000
"""Characters of a long text that are shown; the object as the server sent it shows all."""
_SETTINGS = ("temperature", "top_p", "reasoning_effort", "response_format", "tool_resources")


class Line(NamedTuple):
    """A stretch of text, safe to show, in one of a few styles; it may be many lines long."""

    text: str
    part: str = ""
    """"label", "muted" or "warning"; empty for plain text."""
    indent: int = 0
    """Cells before every line."""


def describe(row: Row | None, *, exact: str = "v") -> tuple[Line, ...]:
    """What a person wants to know of an assistant; every word of the server's is made safe.

    `exact` is what shows the object as the server sent it: a key or an option.
    """
    if row is None:
        return ()
    if row.problem:
        return (
            Line("! This object does not fit the API", "warning"),
            Line(one_line(row.problem)),
            Line(""),
            Line(f"{exact} shows it as the server sent it.", "muted"),
        )
    return tuple(_lines(row, Document(row.text), exact))


def _lines(row: Row, document: Document, exact: str) -> Iterator[Line]:
    yield Line(one_line(row.name) or "(no name)", "label")
    yield Line(one_line(row.id))
    yield Line(f"{one_line(row.model) or '(no model)'} · created {created_text(row.created_at)}")
    description = document.value("description")
    if isinstance(description, str) and description:
        yield Line("")
        yield Line(_shortened(description, exact))
    yield from _tools(document.value("tools"))
    yield from _values(document, exact)
    yield from _instructions(document.value("instructions"), exact)


def _tools(tools: Any) -> Iterator[Line]:
    yield from _title("Tools")
    if not isinstance(tools, list) or not tools:
        yield Line("none", "muted", 2)
        return
    for tool in tools:
        yield Line(_tool(tool), indent=2)


def _tool(tool: Any) -> str:
    if not isinstance(tool, dict):
        return one_line(write_json(tool))
    kind = one_line(str(tool.get("type")))
    inside = tool.get(str(tool.get("type")))
    if not isinstance(inside, dict) or not inside:
        return kind
    if isinstance(inside.get("name"), str):
        about = inside.get("description")
        words = f" · {one_line(about)}" if isinstance(about, str) and about else ""
        return f"{kind} {one_line(inside['name'])}{words}"
    return f"{kind} · {one_line(write_json(inside))}"


def _values(document: Document, exact: str) -> Iterator[Line]:
    """The small settings, then the metadata, then what the API does not name."""
    unset = (None, "null", "{}")
    settings = [name for name in _SETTINGS if document.members.get(name) not in unset]
    if settings:
        yield from _title("Settings")
        for name in settings:
            value = _shortened(one_line(_plain(document.value(name))), exact)
            yield Line(f"{name}: {value}", indent=2)
    metadata = document.value("metadata")
    if isinstance(metadata, dict) and metadata:
        yield from _title("Metadata")
        for key, value in metadata.items():
            yield Line(f"{one_line(key)}: {one_line(_plain(value))}", indent=2)
    known = {*FIELDS, *READ_ONLY}
    others = [name for name in document.members if name not in known]
    if others:
        yield from _title("Other fields")
        for name in others:
            value = _shortened(one_line(_plain(document.value(name))), exact)
            yield Line(f"{one_line(name)}: {value}", indent=2)


def _instructions(instructions: Any, exact: str) -> Iterator[Line]:
    yield from _title("Instructions")
    if not isinstance(instructions, str) or not instructions:
        yield Line("none", "muted", 2)
        return
    yield Line(_shortened(instructions, exact))


def _title(text: str) -> Iterator[Line]:
    yield Line("")
    yield Line(text, "label")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else write_json(value)


def _shortened(text: str, exact: str) -> str:
    safe = many_lines(text[:SHOWN])
    left = len(text) - SHOWN
    return safe if left <= 0 else f"{safe}\n… {left:,} more characters: {exact} shows all"
