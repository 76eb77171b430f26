"""Puts an assistant into words, from what the list already brought."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from assistant_tui.core.assistants.columns import created_text
from assistant_tui.core.assistants.fields import FIELDS, READ_ONLY
from assistant_tui.core.json_text import elements, members, read_json
from assistant_tui.core.labels import shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import many_lines, one_line, visible_line

SHOWN = 20_000
"""Characters of a long text that are shown; the object as the server sent it shows all."""
LONGEST = 1_000
"""Characters of an id that is shown whole."""
ENTRIES = 200
"""Tools, pairs and other fields of which each is shown."""
LARGEST = 1_000_000
"""Characters of an object that is taken apart, which is done whenever the cursor comes to it."""
_SETTINGS = ("temperature", "top_p", "reasoning_effort", "response_format", "tool_resources")


class StyledText(NamedTuple):
    """A stretch of text, safe to show, in one of a few styles; it may be many lines long."""

    text: str
    part: str = ""
    """"label", "muted" or "warning"; empty for plain text."""
    indent: int = 0
    """Cells before every line."""
    hanging: int = 0
    """Cells more before all lines but the first: what goes on there looks like no other entry."""


def describe(row: ResourceRow | None, *, exact: str = "v") -> tuple[StyledText, ...]:
    """What a person wants to know of an assistant; every word of the server's is made safe.

    `exact` is what shows the object as the server sent it: a key or an option.
    """
    if row is None:
        return ()
    if row.problem:
        return (
            StyledText("! This object does not fit the API", "warning"),
            StyledText(one_line(row.problem)),
            StyledText(""),
            StyledText(f"{exact} shows it as the server sent it.", "muted"),
        )
    if len(row.text) > LARGEST:
        return (
            *_head(row),
            StyledText(""),
            StyledText(f"Too large to be shown here: {len(row.text):,} characters.", "warning"),
            StyledText(f"{exact} shows it as the server sent it.", "muted"),
        )
    return tuple(_lines(row, RawJson(row.text), exact))


def _head(row: ResourceRow) -> Iterator[StyledText]:
    yield StyledText(visible_line(row.name) or "(no name)", "label")
    yield StyledText(shown_id(row.id, LONGEST))
    yield StyledText(
        f"{one_line(row.summary.model) or '(no model)'} · created {created_text(row.created_at)}"
    )


def _lines(row: ResourceRow, document: RawJson, exact: str) -> Iterator[StyledText]:
    yield from _head(row)
    description = document.value("description")
    if isinstance(description, str) and description:
        yield StyledText("")
        yield StyledText(_shortened(description, exact))
    yield from _tools(document.members.get("tools"), exact)
    yield from _values(document, exact)
    yield from _instructions(document.value("instructions"), exact)


def _tools(text: str | None, exact: str) -> Iterator[StyledText]:
    yield from _title("Tools")
    tools = elements(text) if text and text.startswith("[") else []
    if not tools:
        yield StyledText("none", "muted", 2)
    for tool in tools[:ENTRIES]:
        yield StyledText(_tool(tool, exact), indent=2)
    yield from _more(len(tools), exact)


def _tool(text: str, exact: str) -> str:
    tool = read_json(text)
    if not isinstance(tool, dict):
        return _written(text, exact)
    kind = str(tool.get("type"))
    inside = tool.get(kind)
    if not isinstance(inside, dict) or not inside:
        return _in_line(kind, exact)
    if isinstance(inside.get("name"), str):
        about = inside.get("description")
        words = f" · {about}" if isinstance(about, str) and about else ""
        return _in_line(f"{kind} {inside['name']}{words}", exact)
    return f"{_in_line(kind, exact)} · {_written(members(text)[kind], exact)}"


def _values(document: RawJson, exact: str) -> Iterator[StyledText]:
    """The small settings, then the metadata, then what the API does not name."""
    unset = (None, "null", "{}")
    settings = [name for name in _SETTINGS if document.members.get(name) not in unset]
    if settings:
        yield from _title("Settings")
        for name in settings:
            yield StyledText(f"{name}: {_plain(document.members[name], exact)}", indent=2)
    metadata = document.members.get("metadata", "")
    if metadata.startswith("{") and (pairs := members(metadata)):
        yield from _title("Metadata")
        for key, text in islice(pairs.items(), ENTRIES):
            yield StyledText(f"{one_line(key)}: {_plain(text, exact)}", indent=2)
        yield from _more(len(pairs), exact)
    known = {*FIELDS, *READ_ONLY}
    others = [name for name in document.members if name not in known]
    if others:
        yield from _title("Other fields")
        for name in others[:ENTRIES]:
            yield StyledText(f"{one_line(name)}: {_plain(document.members[name], exact)}", indent=2)
        yield from _more(len(others), exact)


def _more(count: int, exact: str) -> Iterator[StyledText]:
    if count > ENTRIES:
        yield StyledText(f"… {count - ENTRIES:,} more: {exact} shows all", "muted", 2)


def _instructions(instructions: Any, exact: str) -> Iterator[StyledText]:
    yield from _title("Instructions")
    if not isinstance(instructions, str) or not instructions:
        yield StyledText("none", "muted", 2)
        return
    yield StyledText(_shortened(instructions, exact))


def _title(text: str) -> Iterator[StyledText]:
    yield StyledText("")
    yield StyledText(text, "label")


def _plain(text: str, exact: str) -> str:
    """What a JSON text says, in one line: a text as it reads, anything else as it was written."""
    value = read_json(text)
    return _in_line(value, exact) if isinstance(value, str) else _written(text, exact)


def _written(text: str, exact: str) -> str:
    """JSON as it was written, numbers that nothing can compute with included, in one line."""
    return _in_line(" ".join(line.strip() for line in text.split("\n")), exact)


def _in_line(text: str, exact: str) -> str:
    return _shortened(one_line(text), exact)


def _shortened(text: str, exact: str) -> str:
    safe = many_lines(text[:SHOWN])
    left = len(text) - SHOWN
    return safe if left <= 0 else f"{safe}\n… {left:,} more characters: {exact} shows all"
