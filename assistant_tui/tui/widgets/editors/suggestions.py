"""Editors with a list of suggestions below their input; that of the model is one."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Input
from textual.widgets.option_list import Option

from assistant_tui.core.assistants.editor_values import EditorValue
from assistant_tui.core.assistants.fields import Field
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.inputs import SafeOptionList, line_input

MAX_SUGGESTIONS = 50
"""How many lines the list offers at a time."""


class Suggestion(NamedTuple):
    """One line of the list."""

    value: str
    description: str = ""
    """What is shown after the value: a name, a size."""

    def matches(self, typed: str) -> bool:
        """Whether what was typed is part of the value or the words."""
        return typed in self.value.lower() or typed in self.description.lower()


class SuggestingEditor(FieldEditor):
    """The input keeps the focus: ↓ and ↑ move in the list, Enter takes a line, any text goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    suggestions: Sequence[Suggestion] = ()
    _listed: Sequence[Suggestion] = ()
    _list: SafeOptionList | None = None
    """Below the inputs, once it had something to show: it is seen in one field at a time."""

    def suggest(self, suggestions: Sequence[Suggestion]) -> None:
        """Take what the server has; a list that is not shown is filled when one comes here."""
        self.suggestions = suggestions
        if self.has_focus_within:
            self._narrow("")

    def initial_value(self, input_field: Input) -> str:
        """What an input held at first: all is offered until something else is typed."""
        return str(self.shown)

    def _narrow(self, typed: str) -> None:
        wanted = typed.lower()
        found = [suggestion for suggestion in self.suggestions if suggestion.matches(wanted)][
            :MAX_SUGGESTIONS
        ]
        self._listed = found
        options = self._list
        if options is None:
            if not found:
                return
            options = self._list = SafeOptionList(compact=True, markup=False)
            options.can_focus = False
            self.mount(options, after=self.children[0])
        options.clear_options()
        lines = (f"{suggestion.value}  {suggestion.description}".rstrip() for suggestion in found)
        options.add_options(Option(Content(one_line(line))) for line in lines)
        options.set_class(not found, "-nothing")

    @on(DescendantFocus)
    def _narrow_anew(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, Input):
            self._narrow_by(event.widget)

    @on(Input.Changed)
    def _narrow_further(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow_by(event.input)
        self.changed()

    def on_resize(self) -> None:
        """Scroll to the list once it is laid out; Textual scrolls to the input before that.

        Where there is no room for all of the editor, the input is more important.
        """
        window = self.query_ancestor(VerticalScroll)
        if self.has_focus_within and self.size.height <= window.size.height:
            self.scroll_visible(animate=False)

    def _narrow_by(self, input_field: Input) -> None:
        self._narrow(
            "" if input_field.value == self.initial_value(input_field) else input_field.value
        )

    def action_move(self, by: int) -> None:
        """Go up or down in the list."""
        if self._list is None:
            return
        if by > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    @on(Input.Submitted)
    def _take_highlighted(self, event: Input.Submitted) -> None:
        event.stop()
        self._insert(event.input, None if self._list is None else self._list.highlighted)

    @on(SafeOptionList.OptionSelected)
    def _take_clicked(self, event: SafeOptionList.OptionSelected) -> None:
        event.stop()
        for input_field in self.query(Input):
            if input_field.has_focus:
                self._insert(input_field, event.option_index)

    def _insert(self, input_field: Input, index: int | None) -> None:
        if index is not None:
            input_field.value = self._listed[index].value
            input_field.cursor_position = len(input_field.value)


class ModelEditor(SuggestingEditor):
    """One input; a model that the server does not list is allowed, and marked."""

    def __init__(self, field: Field, start: EditorValue, shown: EditorValue) -> None:
        """Show the count behind the label, since there is no line below."""
        super().__init__(field, start, shown)
        self.add_class("-short")

    def compose(self) -> ComposeResult:
        """The input."""
        yield line_input(str(self.shown))

    @property
    def raw(self) -> EditorValue:
        """The name of the model; the original's where it could not be edited."""
        input_field = self.query_one(Input)
        return self.shown if input_field.disabled else input_field.value

    def suggest_models(self, models: Sequence[str]) -> None:
        """Take the models that the server lists."""
        self.suggest([Suggestion(model) for model in models])
        self._mark()

    def preset(self, model: str) -> None:
        """Put in a model for a new assistant, which nobody typed."""
        self.start = self.shown = model
        self.query_one(Input).value = model

    def changed(self) -> None:
        """Mark a model that the server does not list."""
        self._mark()
        super().changed()

    def _mark(self) -> None:
        model, listed = self.raw, [suggestion.value for suggestion in self.suggestions]
        unlisted = bool(model and listed) and model not in listed
        self.hint = "not among the models that this server lists" if unlisted else ""
