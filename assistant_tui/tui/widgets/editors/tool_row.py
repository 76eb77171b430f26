"""One tool of the form: its line, and its parts."""

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Static

from assistant_tui.core.assistants.editor_values import NEW_TOOLS, ObjectValue, parts_of, tool_label
from assistant_tui.core.assistants.serialization import part_errors
from assistant_tui.core.json_text import indent
from assistant_tui.core.safe_text import many_lines, one_line
from assistant_tui.tui.widgets.editors.parts import PartsEditor

NEW_FUNCTION = ObjectValue(NEW_TOOLS["function"])
SHOWN = 4_000
"""Characters of a tool of another type that are shown; the JSON view shows all."""


class ToolBox(Checkbox):
    """The line of one tool: `[x] code_interpreter`."""

    BUTTON_LEFT = BUTTON_RIGHT = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", show=False),
        Binding("K,ctrl+up", "move(-1)", show=False),
        Binding("J,ctrl+down", "move(1)", show=False),
    ]

    class Opened(Message):
        """The parts of this tool are wanted, or no longer."""

    class Moved(Message):
        """This tool shall go up (-1) or down (1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, words: str, *, on: bool) -> None:
        self.BUTTON_INNER = _mark(on)
        super().__init__(Content(words), on, compact=True)

    def watch_value(self) -> None:
        """Show the state by the mark, not by its colour alone as Textual does."""
        self.BUTTON_INNER = _mark(self.value)
        super().watch_value()

    def action_open(self) -> None:
        """Show the parts, or hide them."""
        self.post_message(self.Opened())

    def action_move(self, by: int) -> None:
        """Go up or down among the tools."""
        self.post_message(self.Moved(by))


def _mark(on: bool) -> str:
    return "[x]" if on else "[ ]"


class ToolRow(Vertical):
    """One tool: its line and, once it was opened, its parts."""

    class Edited(Message):
        """The tool was changed, or switched on or off."""

        def __init__(self, row: "ToolRow") -> None:
            super().__init__()
            self.row = row

    def __init__(self, tool: ObjectValue, *, on: bool) -> None:
        super().__init__()
        self._tool = self._before = tool
        self._inside: PartsEditor | Static | None = None
        """What is shown once the tool was opened."""
        self._box = ToolBox(_words(tool, chosen=on), on=on)

    def compose(self) -> ComposeResult:
        """The line; the parts too where something in them is wrong."""
        yield self._box
        if self.chosen and part_errors(parts_of(self._tool.text), self._tool):
            yield self._opened()

    @property
    def chosen(self) -> bool:
        """Whether the assistant has the tool."""
        return self._box.value

    @property
    def tool(self) -> ObjectValue:
        """The tool as its editors hold it, also while it is switched off."""
        inside = self._inside
        held = inside.composite if isinstance(inside, PartsEditor) else self._tool
        return replace(held, chosen=self.chosen)

    def _opened(self) -> PartsEditor | Static:
        parts = parts_of(self._tool.text)
        if parts:
            self._inside = PartsEditor(parts, self._tool)
        else:
            shown = many_lines(indent(self._tool.text)[:SHOWN])
            self._inside = Static(Content(shown), classes="locked")
        return self._inside

    @on(ToolBox.Opened)
    async def open(self) -> None:
        """Show the parts, or hide them; they are kept."""
        if self._inside is not None:
            self._inside.display = not self._inside.display
        else:
            await self.mount(self._opened())
        self.call_after_refresh(self.scroll_visible, animate=False)

    @on(Checkbox.Changed)
    async def _switch(self, event: Checkbox.Changed) -> None:
        event.stop()
        if self._inside is not None:
            self._inside.display = self.chosen
        elif self.chosen and _is_new(self._tool):
            await self.open()
            self.screen.set_focus(self.query_one(Input))
        self._say()

    @on(PartsEditor.Edited)
    def _take(self, event: PartsEditor.Edited) -> None:
        """Switch the tool on that somebody types in: else it would be typed in vain."""
        event.stop()
        if not self.chosen and self.tool.parts != self._before.parts:
            self._box.value = True
        self._say()

    def _say(self) -> None:
        self._before = self.tool
        self._box.label = Content(_words(self.tool, chosen=self.chosen))
        self.post_message(self.Edited(self))


def _words(tool: ObjectValue, *, chosen: bool) -> str:
    new = "new " if _is_new(tool) and not chosen else ""
    return one_line(f"{new}{tool_label(tool)}")


def _is_new(tool: ObjectValue) -> bool:
    return tool.text == NEW_FUNCTION.text and not tool.parts
