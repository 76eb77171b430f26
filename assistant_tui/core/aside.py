"""What is typed in a form but is not part of a save, so that nobody loses it unasked."""

from collections.abc import Iterator, Mapping

from assistant_tui.core.fields import FORMAT, FORMAT_TYPE, RESOURCES, Field, Kind
from assistant_tui.core.raw import Composite, Raw
from assistant_tui.core.tools import parts_of, tool_label

_BLANK = "white space alone"
_READ_WITHOUT_BLANKS = (Kind.NUMBER, Kind.COUNT, Kind.SCHEMA)


def aside(field: Field, raw: Raw) -> tuple[str, ...]:
    """What an editor holds beside what it would send, each in a few words, not safe for display.

    These are the parts of a tool that is switched off, those of a response format while another
    type is chosen, and white space where a number or a schema is expected.
    """
    return tuple(_aside(field, raw))


def _aside(field: Field, raw: Raw) -> Iterator[str]:
    match raw:
        case str() if field.kind in _READ_WITHOUT_BLANKS:
            if raw and not raw.strip():
                yield _BLANK
        case Composite() if field.kind is Kind.FORMAT:
            yield from _of_format(raw)
        case Composite() if field.kind is Kind.RESOURCES:
            yield from _of_parts(RESOURCES, raw)
        case tuple() if field.kind is Kind.TOOLS:
            for tool in raw:
                if isinstance(tool, Composite):
                    yield from _of_tool(tool)


def _of_format(raw: Composite) -> Iterator[str]:
    if raw.part(FORMAT_TYPE) == "json_schema":
        yield from _of_parts(FORMAT, raw)
        return
    yield from (FORMAT[name].label for name in raw.parts if name != FORMAT_TYPE.name)


def _of_tool(tool: Composite) -> Iterator[str]:
    label = tool_label(tool)
    if tool.chosen:
        yield from (f"{label}: {each}" for each in _of_parts(parts_of(tool.text), tool))
    elif tool.parts:
        yield label


def _of_parts(parts: Mapping[str, Field], composite: Composite) -> Iterator[str]:
    for name, raw in composite.parts.items():
        yield from (f"{parts[name].label}: {each}" for each in aside(parts[name], raw))
