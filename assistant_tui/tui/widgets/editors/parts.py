"""The editors of the parts of an object."""

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from assistant_tui.core.assistants.editor_values import ObjectValue
from assistant_tui.core.assistants.fields import Field, Kind
from assistant_tui.core.assistants.serialization import part_errors
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.editors.choice import ChoiceEditor
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.ids import IdsEditor
from assistant_tui.tui.widgets.editors.line import LineEditor
from assistant_tui.tui.widgets.editors.schema import SchemaEditor
from assistant_tui.tui.widgets.editors.text import TextEditor

SIMPLE: Mapping[Kind, type[FieldEditor]] = {
    Kind.LINE: LineEditor,
    Kind.NUMBER: LineEditor,
    Kind.COUNT: LineEditor,
    Kind.TEXT: TextEditor,
    Kind.CHOICE: ChoiceEditor,
    Kind.FLAG: ChoiceEditor,
    Kind.SCHEMA: SchemaEditor,
    Kind.IDS: IdsEditor,
}
"""The editors of the kinds that have no parts."""


class PartsEditor(Vertical):
    """An editor for each part, with its own error; `composite` is what they hold together."""

    class Edited(Message):
        """The person changed one of the parts."""

    def __init__(self, parts: Mapping[str, Field], shown: ObjectValue) -> None:
        super().__init__()
        self._parts = parts
        self._shown = shown

    def compose(self) -> ComposeResult:
        """The editors; a part that does not fit its editor is shown and kept as it came."""
        for part in self._parts.values():
            try:
                start = ObjectValue(self._shown.text).part(part)
            except ValueError:
                yield Static(Content(one_line(f" {part.label}: e edits it")), classes="locked")
            else:
                yield SIMPLE[part.kind](part, start, self._shown.part(part))

    def on_mount(self) -> None:
        """Show what is wrong from the start, in a draft that goes on."""
        self.show_states()

    @property
    def composite(self) -> ObjectValue:
        """The object as the editors hold it."""
        composite = self._shown
        if not self.is_mounted:
            return composite
        for editor in self.query(FieldEditor):
            composite = composite.with_part(editor.field, editor.raw)
        return composite

    def show_states(self) -> None:
        """Mark what was changed, and say what is wrong with it."""
        composite = self.composite
        errors = part_errors(self._parts, composite)
        for editor in self.query(FieldEditor):
            name = editor.field.name
            editor.show_state(touched=name in composite.parts, error=errors.get(name, ""))

    def says(self, error: str) -> bool:
        """Whether an error is shown here, beside its part."""
        shown = part_errors(self._parts, self.composite).values() if self.display else ()
        return any(error.endswith(each) for each in shown)

    @on(FieldEditor.Edited)
    def _take(self, event: FieldEditor.Edited) -> None:
        event.stop()
        self.show_states()
        self.post_message(self.Edited())
