"""Edits the files and vector stores that the tools use."""

from textual import on
from textual.app import ComposeResult

from assistant_tui.core.assistants.editor_values import EditorValue, ObjectValue
from assistant_tui.core.assistants.fields import RESOURCES
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.parts import PartsEditor


class ResourcesEditor(FieldEditor):
    """The lists of ids, each under its own name."""

    def compose_editor(self) -> ComposeResult:
        """The lists."""
        assert isinstance(self.shown, ObjectValue)
        yield PartsEditor(RESOURCES, self.shown)

    @property
    def raw(self) -> EditorValue:
        """The resources as their editors hold them."""
        return self.query_one(PartsEditor).composite

    def says_inside(self, error: str) -> bool:
        """Whether the error stands beside one of the parts."""
        return self.query_one(PartsEditor).says(error)

    @on(PartsEditor.Edited)
    def _take(self, event: PartsEditor.Edited) -> None:
        event.stop()
        self.changed()
