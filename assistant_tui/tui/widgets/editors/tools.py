"""Edits the tools: switched on and off, opened to edit their parts, moved up and down."""

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Static

from assistant_tui.core.assistants.editor_values import (
    NEW_TOOLS,
    EditorValue,
    ObjectValue,
    parts_of,
    tool_label,
    tool_type,
)
from assistant_tui.core.assistants.fields import Field
from assistant_tui.core.assistants.serialization import part_errors
from assistant_tui.core.json_text import indent
from assistant_tui.core.safe_text import many_lines, one_line
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.objects import PartsEditor

NEW_FUNCTION = ObjectValue(NEW_TOOLS["function"])
_MAX_SHOWN = 4_000
"""Characters of a tool of another type that are shown; the JSON view shows all."""


class ToolCheckbox(Checkbox):
    """The line of one tool: `[x] code_interpreter`."""

    BUTTON_LEFT = BUTTON_RIGHT = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "toggle_parts", show=False),
        Binding("K,ctrl+up", "move(-1)", show=False),
        Binding("J,ctrl+down", "move(1)", show=False),
    ]

    class PartsToggled(Message):
        """The parts of this tool are wanted, or no longer."""

    class Moved(Message):
        """This tool shall go up (-1) or down (1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, words: str, *, chosen: bool) -> None:
        self.BUTTON_INNER = _box_text(chosen)
        super().__init__(Content(words), chosen, compact=True)

    def watch_value(self) -> None:
        """Show the state by the text of the box, not by its colour alone as Textual does."""
        self.BUTTON_INNER = _box_text(self.value)
        super().watch_value()

    def action_toggle_parts(self) -> None:
        """Show the parts, or hide them."""
        self.post_message(self.PartsToggled())

    def action_move(self, by: int) -> None:
        """Go up or down among the tools."""
        self.post_message(self.Moved(by))


def _box_text(chosen: bool) -> str:
    return "[x]" if chosen else "[ ]"


class ToolRow(Vertical):
    """One tool: its line and, once it was opened, its parts."""

    class Edited(Message):
        """The tool was changed, or switched on or off."""

        def __init__(self, row: "ToolRow") -> None:
            super().__init__()
            self.row = row

    def __init__(self, tool: ObjectValue, *, chosen: bool) -> None:
        super().__init__()
        self._tool = self._previous = tool
        self._parts: PartsEditor | Static | None = None
        """What is shown once the tool was opened."""
        self._box = ToolCheckbox(_tool_label(tool, chosen=chosen), chosen=chosen)

    def compose(self) -> ComposeResult:
        """The line; the parts too where something in them is wrong."""
        yield self._box
        if self.chosen and part_errors(parts_of(self._tool.text), self._tool):
            yield self._make_parts()

    @property
    def chosen(self) -> bool:
        """Whether the assistant has the tool."""
        return self._box.value

    @property
    def tool(self) -> ObjectValue:
        """The tool as its editors hold it, also while it is switched off."""
        inside = self._parts
        held = inside.composite if isinstance(inside, PartsEditor) else self._tool
        return replace(held, chosen=self.chosen)

    def _make_parts(self) -> PartsEditor | Static:
        parts = parts_of(self._tool.text)
        if parts:
            self._parts = PartsEditor(parts, self._tool)
        else:
            shown = many_lines(indent(self._tool.text)[:_MAX_SHOWN])
            self._parts = Static(Content(shown), classes="locked")
        return self._parts

    @on(ToolCheckbox.PartsToggled)
    async def toggle_parts(self) -> None:
        """Show the parts, or hide them; they are kept."""
        if self._parts is not None:
            self._parts.display = not self._parts.display
        else:
            await self.mount(self._make_parts())
        self.call_after_refresh(self.scroll_visible, animate=False)

    @on(Checkbox.Changed)
    async def _toggle(self, event: Checkbox.Changed) -> None:
        event.stop()
        if self._parts is not None:
            self._parts.display = self.chosen
        elif self.chosen and _is_new(self._tool):
            await self.toggle_parts()
            self.screen.set_focus(self.query_one(Input))
        self._post_edited()

    @on(PartsEditor.Edited)
    def _take(self, event: PartsEditor.Edited) -> None:
        """Switch the tool on that somebody types in: else it would be typed in vain."""
        event.stop()
        if not self.chosen and self.tool.parts != self._previous.parts:
            self._box.value = True
        self._post_edited()

    def _post_edited(self) -> None:
        self._previous = self.tool
        self._box.label = Content(_tool_label(self.tool, chosen=self.chosen))
        self.post_message(self.Edited(self))


def _tool_label(tool: ObjectValue, *, chosen: bool) -> str:
    new = "new " if _is_new(tool) and not chosen else ""
    return one_line(f"{new}{tool_label(tool)}")


def _is_new(tool: ObjectValue) -> bool:
    return tool.text == NEW_FUNCTION.text and not tool.parts


class ToolsEditor(FieldEditor):
    """A line for each tool there is, and for each that could be added."""

    hint = "Space on or off · Enter opens · K J move it up and down"
    # Tools are few: no count against the limit of 128.
    counted = False

    def __init__(self, field: Field, start: EditorValue, shown: EditorValue) -> None:
        super().__init__(field, start, shown)
        self._rows: list[ToolRow] = []

    def compose(self) -> ComposeResult:
        """The assistant's tools, those that were taken out, then those that it has not."""
        chosen, start = _tools(self.shown), _tools(self.start)
        kept = [tool.text for tool in chosen]
        dropped = [tool for tool in start if tool.text not in kept]
        rows = [ToolRow(tool, chosen=tool.chosen) for tool in chosen]
        rows += [ToolRow(tool, chosen=False) for tool in dropped]
        types = {tool_type(tool.text) for tool in (*chosen, *dropped)}
        for name, text in NEW_TOOLS.items():
            if name not in types or name == "function":
                rows.append(ToolRow(ObjectValue(text), chosen=False))
        self._rows = rows
        yield from rows
        yield self.text_below(self.hint)

    @property
    def raw(self) -> EditorValue:
        """The tools that are switched on, in their order, and those that are off but typed in."""
        tools = (row.tool for row in self._rows)
        return tuple(tool for tool in tools if tool.chosen or tool.parts)

    def shows_error_inside(self, error: str) -> bool:
        """Whether the error stands beside a part of a tool that is open."""
        return any(parts.shows_error(error) for parts in self.query(PartsEditor))

    @on(ToolRow.Edited)
    def _take(self, event: ToolRow.Edited) -> None:
        event.stop()
        if self._rows[-1].chosen:
            # There is always one more function to add.
            row = ToolRow(NEW_FUNCTION, chosen=False)
            self.mount(row, after=self._rows[-1])
            self._rows.append(row)
        self.changed()

    @on(ToolCheckbox.Moved)
    def _move(self, event: ToolCheckbox.Moved) -> None:
        event.stop()
        rows = [row for row in self._rows if row.chosen]
        place = next((n for n, row in enumerate(rows) if row.has_focus_within), -1)
        other = place + event.by
        if place >= 0 and 0 <= other < len(rows):
            if event.by < 0:
                self.move_child(rows[place], before=rows[other])
            else:
                self.move_child(rows[place], after=rows[other])
            self._rows = [each for each in self.children if isinstance(each, ToolRow)]
            self.changed()


def _tools(raw: EditorValue) -> list[ObjectValue]:
    found = raw if isinstance(raw, tuple) else ()
    return [tool for tool in found if isinstance(tool, ObjectValue)]
