"""Edits ids of files or vector stores; beside each stands its description on the server."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid
from textual.content import Content
from textual.events import DescendantFocus, Paste
from textual.message import Message
from textual.widgets import Input, Static

from assistant_tui.core.assistants.editor_values import MOST_SHOWN, EditorValue, ObjectValue
from assistant_tui.core.assistants.fields import Field, FieldKind
from assistant_tui.core.assistants.tool_resources import ToolResourceList
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.messages import ResourcesWanted
from assistant_tui.tui.widgets.editors.suggestions import SuggestingEditor, Suggestion
from assistant_tui.tui.widgets.inputs import LineInput, line_input


class IdInput(LineInput):
    """An input for one id; of a paste of several, Textual's own would keep the first line."""

    class Pasted(Message):
        """Several ids were pasted."""

        def __init__(self, input_field: "IdInput", ids: Sequence[str]) -> None:
            super().__init__()
            self.input_field = input_field
            self.ids = ids

    def on_paste(self, event: Paste) -> None:
        """Hand several ids on; one is taken as any text is."""
        ids = event.text.split()
        if len(ids) <= 1:
            super().on_paste(event)
            return
        event.stop()
        event.prevent_default()
        self.post_message(self.Pasted(self, ids))


class IdRow:
    """One id, and what the server says of it, side by side in the grid of the editor.

    The two are no widget of their own: a Tab finds an input that is mounted alone at once, one
    inside another widget only when that has been composed.
    """

    def __init__(self, identity: str, most: int, *, given: bool) -> None:
        self.shown = identity
        self._given = given
        self.input_field = line_input(identity, f"an id · at most {most}", IdInput)
        self.description = Static(markup=False, classes="description")

    @property
    def identity(self) -> str:
        """The id as it stands, exactly as it came until it is changed; empty for none."""
        held = self.input_field.value
        return held if held == self.shown else held.strip() or held

    @property
    def filled(self) -> bool:
        """Whether this is one of the ids, and not the row to add one; a server may send empty."""
        return bool(self.identity) or (self._given and self.input_field.value == self.shown)


class IdsEditor(SuggestingEditor):
    """A row for each id and, while the limit allows, an empty one to add another."""

    counted = False
    resources: ToolResourceList | None = None

    def __init__(self, field: Field, start: EditorValue, shown: EditorValue) -> None:
        super().__init__(field, start, shown)
        self._most = field.limit or 1
        held = () if isinstance(shown, ObjectValue) else shown
        self._rows = [IdRow(each, self._most, given=True) for each in held if isinstance(each, str)]
        if len(self._rows) < self._most:
            self._rows.append(IdRow("", self._most, given=False))

    def compose(self) -> ComposeResult:
        """The rows."""
        with Grid(classes="ids"):
            for row in self._rows:
                yield row.input_field
                yield row.description

    def on_mount(self) -> None:
        """Ask what the server has, if there are ids to describe."""
        super().on_mount()
        if self.raw:
            self.post_message(ResourcesWanted(self))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Ask what the server has when a person comes here."""
        if self.resources is None:
            self.post_message(ResourcesWanted(self))

    @property
    def raw(self) -> EditorValue:
        """The ids that are there."""
        return tuple(row.identity for row in self._rows if row.filled)

    def initial_value(self, input_field: Input) -> str:
        """The id as it was."""
        return next(row.shown for row in self._rows if row.input_field is input_field)

    def suggest_resources(self, resources: ToolResourceList) -> None:
        """Take what the server has."""
        self.resources = resources
        self.suggest([Suggestion(each.id, each.description) for each in resources.found])
        self._show_descriptions()

    def changed(self) -> None:
        """Add an empty row when the last was filled."""
        if self._rows[-1].identity and len(self._rows) < self._most:
            self._add("")
        self._show_descriptions()
        super().changed()

    def _add(self, identity: str) -> None:
        row = IdRow("", self._most, given=False)
        row.input_field.value = identity
        self._rows.append(row)
        self.query_one(".ids").mount(row.input_field, row.description)

    @on(IdInput.Pasted)
    def _paste(self, event: IdInput.Pasted) -> None:
        """Take the first where it was pasted, the others below; too many are shown as an error."""
        event.stop()
        if len(event.ids) > MOST_SHOWN[FieldKind.IDS]:
            event.input_field.insert_text_at_cursor(" ".join(event.ids))
            return
        first, *others = event.ids
        event.input_field.insert_text_at_cursor(first)
        for identity in others:
            if self._rows[-1].identity:
                self._add(identity)
            else:
                self._rows[-1].input_field.value = identity
        self.changed()

    def _show_descriptions(self) -> None:
        if self.resources is None:
            return
        known = {each.id: each.description for each in self.resources.found}
        for row in self._rows:
            description = known.get(row.identity)
            if description is None and row.identity and self.resources.complete:
                description = "! not on this server"
            row.description.update(Content(one_line(description or "")))
