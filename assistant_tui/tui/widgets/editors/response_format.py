"""Edits the response format: its type, and the parts of a JSON Schema for answers."""

from textual import on
from textual.app import ComposeResult

from assistant_tui.core.assistants.editor_values import EditorValue, ObjectValue
from assistant_tui.core.assistants.fields import FORMAT, FORMAT_TYPE, Field
from assistant_tui.core.assistants.serialization import started_format
from assistant_tui.tui.widgets.editors.choice import Words, words_of
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.parts import PartsEditor

_SCHEMA = "json_schema"


class FormatEditor(FieldEditor):
    """The parts are shown for the type that has them, and kept while another is chosen."""

    def __init__(self, field: Field, start: EditorValue, shown: EditorValue) -> None:
        super().__init__(field, start, shown)
        assert isinstance(start, ObjectValue)
        assert isinstance(shown, ObjectValue)
        kind = str(shown.part(FORMAT_TYPE))
        self._words = Words(words_of(FORMAT_TYPE, start.part(FORMAT_TYPE), kind), kind)
        self._inner = ObjectValue(
            started_format(shown).text,
            {name: raw for name, raw in shown.parts.items() if name != FORMAT_TYPE.name},
        )
        self._parts: PartsEditor | None = None

    def compose_editor(self) -> ComposeResult:
        """The types in a row, the parts below."""
        yield self._words
        if self._words.chosen == _SCHEMA:
            yield self._open()

    def _open(self) -> PartsEditor:
        parts = {name: part for name, part in FORMAT.items() if part is not FORMAT_TYPE}
        self._parts = PartsEditor(parts, self._inner)
        return self._parts

    @property
    def raw(self) -> EditorValue:
        """The format, with parts that may belong to another type than the chosen one."""
        assert isinstance(self.start, ObjectValue)
        inner = self._parts.composite if self._parts is not None else self._inner
        held = ObjectValue(self.start.text, inner.parts)
        return held.with_part(FORMAT_TYPE, self._words.chosen)

    @on(Words.Changed)
    async def _choose(self, event: Words.Changed) -> None:
        # Those of the parts have been taken by their own editors.
        event.stop()
        if self._parts is not None:
            self._parts.display = self._words.chosen == _SCHEMA
        elif self._words.chosen == _SCHEMA:
            await self.query_one(".holder").mount(self._open())
        self.changed()

    def says_inside(self, error: str) -> bool:
        """Whether the error stands beside one of the parts."""
        return self._parts is not None and self._parts.says(error)

    @on(PartsEditor.Edited)
    def _take(self, event: PartsEditor.Edited) -> None:
        event.stop()
        self.changed()
