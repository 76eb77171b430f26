"""Edits a field that holds one of a few values: all are visible, ← and → choose."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from assistant_tui.core.assistants.editor_values import EditorValue
from assistant_tui.core.assistants.fields import Field, FieldKind
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor

UNSET = "not set"


class SegmentedControl(Widget, can_focus=True):
    """Labels in a row, the chosen one in brackets: ` not set [low] medium  high `."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "choose(1)", show=False),
        Binding("left", "choose(-1)", show=False),
        Binding("home", "choose(-99)", show=False),
        Binding("end", "choose(99)", show=False),
    ]

    chosen: reactive[str] = reactive("", layout=True)

    class Changed(Message):
        """Another word was chosen."""

    def __init__(self, labels: Mapping[str, str], chosen: str) -> None:
        """`labels` are what is shown, by value; they must have been made safe."""
        super().__init__()
        self._labels = labels
        self.set_reactive(SegmentedControl.chosen, chosen)

    def render(self) -> Content:
        """The labels, wrapped where the screen is narrow."""
        line = Content()
        for value, label in self._labels.items():
            # Unbreakable within a word: where the screen is narrow, lines end between them.
            label = label.replace(" ", "\xa0")
            chosen = Content(f"[{label}]").stylize("bold")
            line += chosen if value == self.chosen else Content(f" {label}\xa0")
        return line

    def action_choose(self, by: int) -> None:
        """Choose the next or the previous value; stop at either end."""
        values = list(self._labels)
        index = max(0, min(values.index(self.chosen) + by, len(values) - 1))
        if values[index] != self.chosen:
            self.chosen = values[index]
            self.post_message(self.Changed())


def option_labels(field: Field, *held: EditorValue) -> dict[str, str]:
    """The labels of a field, by value; one that only this server knows is among them."""
    values = ("true", "false") if field.kind is FieldKind.FLAG else field.choices
    known = dict.fromkeys(["", *values, *map(str, held)])
    return {value: one_line(value) or UNSET for value in known}


class ChoiceEditor(FieldEditor):
    """Edits a choice, or a flag that may be left unset."""

    def compose_editor(self) -> ComposeResult:
        """The labels."""
        yield SegmentedControl(option_labels(self.field, self.start, self.shown), str(self.shown))

    @property
    def raw(self) -> EditorValue:
        """The chosen word; empty for none."""
        return self.query_one(SegmentedControl).chosen

    @on(SegmentedControl.Changed)
    def _take(self, event: SegmentedControl.Changed) -> None:
        event.stop()
        self.changed()
