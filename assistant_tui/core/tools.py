"""What is known of a tool from its JSON."""

from collections.abc import Mapping

from assistant_tui.core.document import member_at, read_json, write_json
from assistant_tui.core.fields import FUNCTION, TOOL_PARTS, Field
from assistant_tui.core.raw import Composite

NEW: Mapping[str, str] = {
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


def tool_label(tool: Composite) -> str:
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
