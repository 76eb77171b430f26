"""Edits the tools: switched on and off, opened to edit their parts, moved up and down."""

from textual import on
from textual.app import ComposeResult

from assistant_tui.core.raw import Composite, Raw
from assistant_tui.core.tools import NEW, tool_type
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.parts import PartsEditor
from assistant_tui.tui.widgets.editors.tool_row import NEW_FUNCTION, ToolBox, ToolRow


class ToolsEditor(FieldEditor):
    """A line for each tool there is, and for each that could be added."""

    hint = "Space on or off · Enter opens · K J move it up and down"

    def compose_editor(self) -> ComposeResult:
        """The assistant's tools, those that were taken out, then those that it has not."""
        chosen, start = _tools(self.shown), _tools(self.start)
        kept = [tool.text for tool in chosen]
        dropped = [tool for tool in start if tool.text not in kept]
        for tool in chosen:
            yield ToolRow(tool, on=tool.chosen)
        for tool in dropped:
            yield ToolRow(tool, on=False)
        types = {tool_type(tool.text) for tool in (*chosen, *dropped)}
        for name, text in NEW.items():
            if name not in types or name == "function":
                yield ToolRow(Composite(text), on=False)

    def show_count(self) -> None:
        """Tools are few: no count against the limit of 128."""

    @property
    def raw(self) -> Raw:
        """The tools that are switched on, in their order, and those that are off but typed in."""
        tools = (row.tool for row in self.query(ToolRow))
        return tuple(tool for tool in tools if tool.chosen or tool.parts)

    def says_inside(self, error: str) -> bool:
        """Whether the error stands beside a part of a tool that is open."""
        return any(parts.says(error) for parts in self.query(PartsEditor))

    @on(ToolRow.Edited)
    def _take(self, event: ToolRow.Edited) -> None:
        event.stop()
        last = self.query(ToolRow).last()
        if last.chosen:
            # There is always one more function to add.
            self.query_one(".holder").mount(ToolRow(NEW_FUNCTION, on=False))
        self.changed()

    @on(ToolBox.Moved)
    def _move(self, event: ToolBox.Moved) -> None:
        event.stop()
        rows = [row for row in self.query(ToolRow) if row.chosen]
        place = next((n for n, row in enumerate(rows) if row.has_focus_within), -1)
        other = place + event.by
        if place >= 0 and 0 <= other < len(rows):
            holder = self.query_one(".holder")
            if event.by < 0:
                holder.move_child(rows[place], before=rows[other])
            else:
                holder.move_child(rows[place], after=rows[other])
            self.changed()


def _tools(raw: Raw) -> list[Composite]:
    found = raw if isinstance(raw, tuple) else ()
    return [tool for tool in found if isinstance(tool, Composite)]
