"""Edits the response format: its type, and the parts of a JSON Schema for answers."""

from textual import on
from textual.app import ComposeResult

from assistant_tui.core.fields import FORMAT, FORMAT_TYPE
from assistant_tui.core.raw import Composite, Raw
from assistant_tui.core.writing import started_format
from assistant_tui.tui.widgets.editors.choice import Words, words_of
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.parts import PartsEditor

_SCHEMA = "json_schema"


class FormatEditor(FieldEditor):
    """The parts are shown for the type that has them, and kept while another is chosen."""

    def compose_editor(self) -> ComposeResult:
        """The types in a row, the parts below."""
        start, shown = self._start, self.shown
        assert isinstance(shown, Composite)
        kind = str(shown.part(FORMAT_TYPE))
        yield Words(words_of(FORMAT_TYPE, start.part(FORMAT_TYPE), kind), kind)
        parts = {name: part for name, part in FORMAT.items() if part is not FORMAT_TYPE}
        inner = {name: raw for name, raw in shown.parts.items() if name != FORMAT_TYPE.name}
        editor = PartsEditor(parts, Composite(started_format(shown).text, inner))
        editor.display = kind == _SCHEMA
        yield editor

    @property
    def _start(self) -> Composite:
        assert isinstance(self.start, Composite)
        return self.start

    @property
    def raw(self) -> Raw:
        """The format, with parts that may belong to another type than the chosen one."""
        inner = self.query_one(PartsEditor).composite.parts
        chosen = self.query_one(Words).chosen
        return Composite(self._start.text, inner).with_part(FORMAT_TYPE, chosen)

    @on(Words.Changed)
    def _choose(self, event: Words.Changed) -> None:
        # Those of the parts have been taken by their own editors.
        event.stop()
        parts = self.query_one(PartsEditor)
        parts.display = self.query_one(Words).chosen == _SCHEMA
        parts.show_states()
        self.changed()

    def says_inside(self, error: str) -> bool:
        """Whether the error stands beside one of the parts."""
        return self.query_one(PartsEditor).says(error)

    @on(PartsEditor.Edited)
    def _take(self, event: PartsEditor.Edited) -> None:
        event.stop()
        self.changed()
