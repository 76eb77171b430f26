"""Switches tools on and off; what a tool holds is kept as it came."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Checkbox, Input, Static

from assistant_tui.core.display import one_line
from assistant_tui.core.document import read_json, write_json
from assistant_tui.core.fields import Raw
from assistant_tui.tui.widgets.field_editors import FieldEditor

SIMPLE = ("code_interpreter", "file_search")
"""The types that need nothing else to be switched on."""


class ToolBox(Checkbox):
    """One tool, by its exact JSON: `[x] code_interpreter`."""

    BUTTON_LEFT = BUTTON_RIGHT = ""

    def __init__(self, text: str, *, on: bool) -> None:
        self.BUTTON_INNER = _mark(on)
        super().__init__(Content(label(text)), on, compact=True)
        self.text = text

    def watch_value(self) -> None:
        """Show the state by the mark, not by its colour alone as Textual does."""
        self.BUTTON_INNER = _mark(self.value)
        super().watch_value()


class ToolsEditor(FieldEditor):
    """A check box for each tool there is, and for each that could be; the order stays."""

    def compose_editor(self) -> ComposeResult:
        """The assistant's tools, then the simple ones that it has not, then a new function."""
        chosen = [tool for tool in self.shown if isinstance(tool, str)]
        dropped = [tool for tool in self.start if isinstance(tool, str) and tool not in chosen]
        for text in chosen:
            yield ToolBox(text, on=True)
        for text in dropped:
            yield ToolBox(text, on=False)
        types = [tool_type(text) for text in (*chosen, *dropped)]
        for simple in SIMPLE:
            if simple not in types:
                yield ToolBox(write_json({"type": simple}), on=False)
        with Horizontal(classes="new-function"):
            yield Static(Content("new function "))
            holder = Input(compact=True, placeholder="a name adds it; the rest with e")
            holder.cursor_blink = False
            yield holder

    def show_count(self) -> None:
        """Tools are few: no count against the limit of 128."""

    @on(Checkbox.Changed)
    def _switched(self, event: Checkbox.Changed) -> None:
        event.stop()
        self.changed()

    @on(Input.Changed)
    def _named(self, event: Input.Changed) -> None:
        event.stop()
        self.changed()

    @property
    def raw(self) -> Raw:
        """The tools that are switched on, in their order, and the new function."""
        chosen = [box.text for box in self.query(ToolBox) if box.value]
        name = self.query_one(Input).value.strip()
        function = {"type": "function", "function": {"name": name}}
        return (*chosen, write_json(function)) if name else tuple(chosen)


def _mark(on: bool) -> str:
    return "[x]" if on else "[ ]"


def tool_type(text: str) -> str:
    """The type of a tool, from its JSON."""
    tool = read_json(text)
    return str(tool.get("type")) if isinstance(tool, dict) else "?"


def label(text: str) -> str:
    """What stands beside a tool's check box: its type, and the name of a function."""
    tool, kind = read_json(text), tool_type(text)
    function = tool.get("function") if isinstance(tool, dict) else None
    name = f" {function.get('name')}" if isinstance(function, dict) else ""
    kept = "" if kind in (*SIMPLE, "function") else " (kept as it came)"
    return one_line(f"{kind}{name}{kept}")
