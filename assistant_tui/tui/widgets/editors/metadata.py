"""Edits metadata as a table of keys and values, with an empty row at its end to add one."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from assistant_tui.core.assistants.editor_values import EditorValue, MetadataPair, ObjectValue
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.inputs import line_input


class PairRow(Horizontal):
    """One pair; a value that an input could not hold is shown locked and kept as it came."""

    def __init__(self, given: MetadataPair | None = None) -> None:
        """`given` is the pair that the server has; without one this is a row to add another."""
        super().__init__()
        entry = given or MetadataPair("", "")
        self._given = given
        self._locked = entry.kept is not None or entry.value != one_line(entry.value)
        shown = entry.value if entry.kept is None else entry.kept
        self._key = line_input(entry.key, "key")
        self._key.add_class("key")
        self._value = line_input(one_line(shown) if self._locked else shown, "value")
        self._value.add_class("value")
        self._value.disabled = self._locked

    def compose(self) -> ComposeResult:
        """The key and the value."""
        yield self._key
        yield self._value

    @property
    def entry(self) -> MetadataPair | None:
        """The pair, exactly as it came until it is changed; None for one that was emptied."""
        key, value, given = self._key.value, self._value.value, self._given
        if given is not None and key == given.key and (self._locked or value == given.value):
            return given
        if given is not None and self._locked:
            return MetadataPair(key, given.value, given.kept) if key else None
        return MetadataPair(key, value) if key or value else None


class MetadataEditor(FieldEditor):
    """The pairs of the metadata."""

    counted = False

    def compose(self) -> ComposeResult:
        """A row for each pair, an empty one, and a hidden one that is shown when that is filled."""
        shown = () if isinstance(self.shown, ObjectValue) else self.shown
        for entry in shown:
            if isinstance(entry, MetadataPair):
                yield PairRow(entry)
        yield PairRow()
        yield self._spare()

    def _spare(self) -> PairRow:
        """An empty row behind the visible ones, there before it is needed: a Tab must find it."""
        row = PairRow()
        row.display = False
        return row

    @property
    def raw(self) -> EditorValue:
        """The pairs that were not emptied."""
        return tuple(entry for row in self.query(PairRow) if (entry := row.entry) is not None)

    @on(Input.Changed)
    def _take(self, event: Input.Changed) -> None:
        event.stop()
        *_, last, spare = self.query(PairRow)
        if last.entry is not None:
            spare.display = True
            self.mount(self._spare(), after=spare)
        self.changed()
