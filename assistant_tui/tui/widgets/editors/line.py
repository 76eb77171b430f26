"""Edits a text of one line, or a number."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from assistant_tui.core.assistants.editor_values import EditorValue
from assistant_tui.core.assistants.fields import Field, Kind
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor


def line_input(text: str, placeholder: str = "", kind: type[Input] = Input) -> Input:
    """An input of one line, as all editors use it; a text that it could not hold is locked."""
    holder = kind(text, compact=True, select_on_focus=False, placeholder=placeholder)
    holder.cursor_blink = False
    holder.disabled = "\n" in text or "\r" in text
    return holder


class LineEditor(FieldEditor):
    """Edits a text of one line, or a number; a line break, which no input holds, locks it."""

    def on_mount(self) -> None:
        """Show the count behind the label, since there is no line below."""
        super().on_mount()
        self.set_class(self.field.limit is not None, "-short")

    def compose_editor(self) -> ComposeResult:
        """An input."""
        holder = line_input(str(self.shown), _placeholder(self.field))
        self.hint = "it has line breaks: e edits it" if holder.disabled else ""
        yield holder

    @property
    def raw(self) -> EditorValue:
        """The text; the original's where it could not be edited."""
        holder = self.query_one(Input)
        return self.shown if holder.disabled else holder.value

    @on(Input.Changed)
    def _take(self, event: Input.Changed) -> None:
        event.stop()
        self.changed()


def _placeholder(field: Field) -> str:
    if field.kind in (Kind.NUMBER, Kind.COUNT):
        return f"not set · {field.least:g} to {field.most:g}"
    return ""
