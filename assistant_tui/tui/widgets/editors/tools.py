"""Edits the tools: switched on and off, opened to edit their parts, moved up and down."""

from textual import on
from textual.app import ComposeResult

from assistant_tui.core.assistants.editor_values import (
    NEW_TOOLS,
    EditorValue,
    ObjectValue,
    tool_type,
)
from assistant_tui.core.assistants.fields import Field
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.parts import PartsEditor
from assistant_tui.tui.widgets.editors.tool_row import NEW_FUNCTION, ToolBox, ToolRow


class ToolsEditor(FieldEditor):
    """A line for each tool there is, and for each that could be added."""

    hint = "Space on or off · Enter opens · K J move it up and down"

    def __init__(self, field: Field, start: EditorValue, shown: EditorValue) -> None:
        super().__init__(field, start, shown)
        self._rows: list[ToolRow] = []

    def compose_editor(self) -> ComposeResult:
        """The assistant's tools, those that were taken out, then those that it has not."""
        chosen, start = _tools(self.shown), _tools(self.start)
        kept = [tool.text for tool in chosen]
        dropped = [tool for tool in start if tool.text not in kept]
        rows = [ToolRow(tool, on=tool.chosen) for tool in chosen]
        rows += [ToolRow(tool, on=False) for tool in dropped]
        types = {tool_type(tool.text) for tool in (*chosen, *dropped)}
        for name, text in NEW_TOOLS.items():
            if name not in types or name == "function":
                rows.append(ToolRow(ObjectValue(text), on=False))
        self._rows = rows
        yield from rows

    def show_count(self) -> None:
        """Tools are few: no count against the limit of 128."""

    @property
    def raw(self) -> EditorValue:
        """The tools that are switched on, in their order, and those that are off but typed in."""
        tools = (row.tool for row in self._rows)
        return tuple(tool for tool in tools if tool.chosen or tool.parts)

    def says_inside(self, error: str) -> bool:
        """Whether the error stands beside a part of a tool that is open."""
        return any(parts.says(error) for parts in self.query(PartsEditor))

    @on(ToolRow.Edited)
    def _take(self, event: ToolRow.Edited) -> None:
        event.stop()
        if self._rows[-1].chosen:
            # There is always one more function to add.
            self._rows.append(ToolRow(NEW_FUNCTION, on=False))
            self.query_one(".holder").mount(self._rows[-1])
        self.changed()

    @on(ToolBox.Moved)
    def _move(self, event: ToolBox.Moved) -> None:
        event.stop()
        rows = [row for row in self._rows if row.chosen]
        place = next((n for n, row in enumerate(rows) if row.has_focus_within), -1)
        other = place + event.by
        if place >= 0 and 0 <= other < len(rows):
            holder = self.query_one(".holder")
            if event.by < 0:
                holder.move_child(rows[place], before=rows[other])
            else:
                holder.move_child(rows[place], after=rows[other])
            self._rows = [each for each in holder.children if isinstance(each, ToolRow)]
            self.changed()


def _tools(raw: EditorValue) -> list[ObjectValue]:
    found = raw if isinstance(raw, tuple) else ()
    return [tool for tool in found if isinstance(tool, ObjectValue)]
