"""The form: edits a draft, field by field, and never loses what was typed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.editor_values import EditorValue, from_json
from assistant_tui.core.assistants.fields import FIELDS, FieldKind
from assistant_tui.core.json_text import write_json
from assistant_tui.core.labels import shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import READ_ONLY
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.messages import FormEdited
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.editors.metadata import MetadataEditor
from assistant_tui.tui.widgets.editors.objects import SIMPLE_EDITORS, FormatEditor, ResourcesEditor
from assistant_tui.tui.widgets.editors.suggestions import ModelEditor
from assistant_tui.tui.widgets.editors.text import TextEditor
from assistant_tui.tui.widgets.editors.tools import ToolsEditor

_EDITORS: dict[FieldKind, type[FieldEditor]] = {
    **SIMPLE_EDITORS,
    FieldKind.MODEL: ModelEditor,
    FieldKind.FORMAT: FormatEditor,
    FieldKind.TOOLS: ToolsEditor,
    FieldKind.RESOURCES: ResourcesEditor,
    FieldKind.METADATA: MetadataEditor,
}
_MAX_SHOWN = 200
"""Characters of a field without an editor that are shown."""


class InputCursor(NamedTuple):
    """Where one types in a form; it is carried over when the form is made anew."""

    stop: int
    place: object
    """In an input its position, in a text its line and column."""


class AssistantForm(VerticalScroll, can_focus=False):
    """Shows the fields of a draft for editing; `collect` takes in what is on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Where.FORM),
        # With priority, so that what is typed right behind a Tab goes to the next field.
        Binding("tab", "field(1)", show=False, priority=True),
        Binding("shift+tab", "field(-1)", show=False, priority=True),
    ]

    draft: var[Draft] = var(Draft)

    def __init__(self, draft: Draft, title: str = "") -> None:
        """`title` is what is said of a new assistant; it must have been made safe."""
        super().__init__()
        self._new = title or "New assistant"
        self.set_reactive(AssistantForm.draft, draft)

    def compose(self) -> ComposeResult:
        """A title, an editor for each field, and the fields that have none."""
        yield Static(Content(self._title), classes="title")
        locked = []
        for field in FIELDS.values():
            try:
                start = from_json(field, self.draft.start.get(field.name))
            except ValueError:
                locked.append(field.name)
            else:
                shown = self.draft.raw.get(field.name, start)
                yield _EDITORS[field.kind](field, start, shown)
        for name, text in {**self.draft.start, **self.draft.exact}.items():
            if name in locked or (name not in FIELDS and name not in READ_ONLY):
                yield Static(Content(_locked(name, text)), classes="locked")

    @property
    def _editors(self) -> Iterator[FieldEditor]:
        """The editors of the fields, not those of their parts."""
        return (child for child in self.children if isinstance(child, FieldEditor))

    def start(self) -> None:
        """Start in the first field that can be edited, at the end of what it holds."""
        self._show_states()
        first = next(
            (input_field for input_field in self.query(Input) if not input_field.disabled), None
        )
        if first is None:
            return  # The program is being ended while the form opens.
        first.cursor_position = len(first.value)
        # Widget.focus() would wait its turn, and keys that arrive meanwhile would go elsewhere.
        self.screen.set_focus(first, scroll_visible=False)

    @on(FieldEditor.Edited)
    def _take(self, event: FieldEditor.Edited) -> None:
        event.stop()
        self.collect()
        self._show_states()
        self.post_message(FormEdited())

    def draft_with_text(self, editor: TextEditor, placeholder: str) -> Draft:
        """The draft as it would be with another text in one of its editors."""
        with editor.with_text(placeholder):
            draft = self.collect()
        self.collect()
        return draft

    def held(self) -> dict[str, EditorValue]:
        """What the editors hold this moment, by field."""
        return {editor.field.name: editor.raw for editor in self._editors}

    def rebase(
        self, original: RawJson, sent: Mapping[str, EditorValue], left: Collection[str]
    ) -> None:
        """Go on over what the server has now: edits are what was typed since `sent`, and the fields
        that are `left`, of which the server ignored something or something was not sent."""
        for editor in self._editors:
            name = editor.field.name
            editor.start = sent[name]
            if name in left:
                editor.start = from_json(editor.field, original.members.get(name))
        self.draft = Draft(original)
        self.query_one(".title", Static).update(Content(self._title))
        self.collect()
        self._show_states()

    @property
    def _title(self) -> str:
        name = self.draft.assistant_id
        return f"Edit {shown_id(name)}" if name else self._new

    def collect(self) -> Draft:
        """Take in what the editors hold this moment, and return the draft.

        Their messages may still be on the way when a save or a way out is asked for.
        """
        draft = self.draft
        for editor in self._editors:
            name, raw = editor.field.name, editor.raw
            if raw != draft.raw.get(name, editor.start):
                draft = draft.edited(name, raw)
        self.draft = draft
        return draft

    def _show_states(self) -> None:
        errors = self.draft.errors
        for editor in self._editors:
            name = editor.field.name
            touched = name in self.draft.touched
            complain = touched or self.draft.original is not None
            editor.show_state(touched=touched, error=errors.get(name, "") if complain else "")

    def action_field(self, by: int) -> None:
        """Go to the next field or the one before; the last is not followed by the first."""
        fields = list(_focusable_inputs(self))
        now = self.screen.focused
        if now in fields:
            position = fields.index(now) + by
            self.screen.set_focus(fields[max(0, min(position, len(fields) - 1))])

    def show_errors(self) -> None:
        """Show every error, those of untouched fields too, and go to the first."""
        errors = self.draft.errors
        for editor in self._editors:
            name = editor.field.name
            editor.show_state(touched=name in self.draft.touched, error=errors.get(name, ""))
        invalid = next((editor for editor in self._editors if editor.has_class("-invalid")), None)
        for stop in _focusable_inputs(invalid) if invalid is not None else ():
            if stop.query_ancestor(FieldEditor).has_class("-wrong"):
                stop.focus()
                return

    def refuse(self, name: str, message: str) -> bool:
        """Show an error of the server at the field that it names; False if that has no editor."""
        for editor in self._editors:
            if editor.field.name == name:
                editor.show_state(touched=name in self.draft.touched, error=message)
                editor.reveal()
                return True
        return False

    def suggest_models(self, models: Sequence[str]) -> None:
        """Take the models that the server lists; the first is the preset where there is none."""
        editor = self.query_one(ModelEditor)
        editor.suggest_models(models)
        self.collect()
        new = self.draft.original is None
        if new and models and "model" not in {**self.draft.preset, **self.draft.raw}:
            preset = {**self.draft.preset, "model": write_json(models[0])}
            self.draft = Draft(raw=self.draft.raw, preset=preset)
            editor.preset(models[0])

    @property
    def cursor(self) -> InputCursor | None:
        """Where one types: which stop, and the place in its text."""
        stops, now = list(_focusable_inputs(self)), self.screen.focused
        if now not in stops:
            return None
        place: object = None
        if isinstance(now, Input):
            place = now.cursor_position
        elif isinstance(now, TextArea):
            place = now.cursor_location
        return InputCursor(stops.index(now), place)

    @cursor.setter
    def cursor(self, cursor: InputCursor | None) -> None:
        stops = list(_focusable_inputs(self))
        if cursor is None or not stops:
            return
        stop = stops[min(cursor.stop, len(stops) - 1)]
        self.screen.set_focus(stop)
        if isinstance(stop, Input) and isinstance(cursor.place, int):
            stop.cursor_position = cursor.place
        elif isinstance(stop, TextArea) and isinstance(cursor.place, tuple):
            stop.move_cursor(cursor.place)

    @property
    def focused_text(self) -> TextEditor | None:
        """The editor of many lines that has the focus, if one has."""
        focused = self.screen.focused
        around = focused.ancestors_with_self if focused is not None else []
        return next((each for each in around if isinstance(each, TextEditor)), None)


def _locked(name: str, text: str) -> str:
    """A field without an editor, in a line that is safe to show."""
    hint = " · e edits it" if len(text) > _MAX_SHOWN and name in FIELDS else ""
    return one_line(f" {name}{hint}: {text[:_MAX_SHOWN]}")


def _focusable_inputs(node: Widget) -> Iterator[Widget]:
    """Where a Tab stops, from top to bottom.

    Textual's own chain sorts by the place on the screen, which a field that was just mounted has
    not got yet.
    """
    for child in node.displayed_children:
        if child.focusable:
            yield child
        yield from _focusable_inputs(child)
