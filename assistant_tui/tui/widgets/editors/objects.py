"""Edits a choice, and an object by its parts: the tool resources, and the response format."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from assistant_tui.core.assistants.editor_values import EditorValue, ObjectValue
from assistant_tui.core.assistants.fields import FORMAT, FORMAT_TYPE, RESOURCES, Field, FieldKind
from assistant_tui.core.assistants.serialization import part_errors, started_format
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.ids import IdsEditor
from assistant_tui.tui.widgets.editors.text import LineEditor, SchemaEditor, TextEditor

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

    def compose(self) -> ComposeResult:
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


SIMPLE_EDITORS: Mapping[FieldKind, type[FieldEditor]] = {
    FieldKind.LINE: LineEditor,
    FieldKind.NUMBER: LineEditor,
    FieldKind.COUNT: LineEditor,
    FieldKind.TEXT: TextEditor,
    FieldKind.CHOICE: ChoiceEditor,
    FieldKind.FLAG: ChoiceEditor,
    FieldKind.SCHEMA: SchemaEditor,
    FieldKind.IDS: IdsEditor,
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
                yield SIMPLE_EDITORS[part.kind](part, start, self._shown.part(part))

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

    def shows_error(self, error: str) -> bool:
        """Whether an error is shown here, beside its part."""
        shown = part_errors(self._parts, self.composite).values() if self.display else ()
        return any(error.endswith(each) for each in shown)

    @on(FieldEditor.Edited)
    def _take(self, event: FieldEditor.Edited) -> None:
        event.stop()
        self.show_states()
        self.post_message(self.Edited())


class ResourcesEditor(FieldEditor):
    """The lists of ids, each under its own name."""

    def compose(self) -> ComposeResult:
        """The lists."""
        assert isinstance(self.shown, ObjectValue)
        yield PartsEditor(RESOURCES, self.shown)

    @property
    def raw(self) -> EditorValue:
        """The resources as their editors hold them."""
        return self.query_one(PartsEditor).composite

    def shows_error_inside(self, error: str) -> bool:
        """Whether the error stands beside one of the parts."""
        return self.query_one(PartsEditor).shows_error(error)

    @on(PartsEditor.Edited)
    def _take(self, event: PartsEditor.Edited) -> None:
        event.stop()
        self.changed()


_JSON_SCHEMA = "json_schema"


class FormatEditor(FieldEditor):
    """The parts are shown for the type that has them, and kept while another is chosen."""

    def __init__(self, field: Field, start: EditorValue, shown: EditorValue) -> None:
        super().__init__(field, start, shown)
        assert isinstance(start, ObjectValue)
        assert isinstance(shown, ObjectValue)
        kind = str(shown.part(FORMAT_TYPE))
        self._type_control = SegmentedControl(
            option_labels(FORMAT_TYPE, start.part(FORMAT_TYPE), kind), kind
        )
        self._inner = ObjectValue(
            started_format(shown).text,
            {name: raw for name, raw in shown.parts.items() if name != FORMAT_TYPE.name},
        )
        self._parts: PartsEditor | None = None

    def compose(self) -> ComposeResult:
        """The types in a row, the parts below."""
        yield self._type_control
        if self._type_control.chosen == _JSON_SCHEMA:
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
        return held.with_part(FORMAT_TYPE, self._type_control.chosen)

    @on(SegmentedControl.Changed)
    async def _choose(self, event: SegmentedControl.Changed) -> None:
        # Those of the parts have been taken by their own editors.
        event.stop()
        if self._parts is not None:
            self._parts.display = self._type_control.chosen == _JSON_SCHEMA
        elif self._type_control.chosen == _JSON_SCHEMA:
            await self.mount(self._open(), after=self._type_control)
        self.changed()

    def shows_error_inside(self, error: str) -> bool:
        """Whether the error stands beside one of the parts."""
        return self._parts is not None and self._parts.shows_error(error)

    @on(PartsEditor.Edited)
    def _take(self, event: PartsEditor.Edited) -> None:
        event.stop()
        self.changed()
