"""What all editors have in common: each posts what it holds and shows what is wrong with it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message
from textual.widgets import Static

from assistant_tui.core.assistants.editor_values import EditorValue, ObjectValue
from assistant_tui.core.assistants.fields import Field
from assistant_tui.core.safe_text import one_line


class FieldEditor(Vertical):
    """A field's label, its editor, its count against the limit, and its error."""

    hint = ""
    """What a person should know about this field while nothing is wrong with it."""

    class Edited(Message):
        """The person changed what the editor holds."""

    def __init__(self, field: Field, start: EditorValue, shown: EditorValue) -> None:
        super().__init__(classes=f"field-{field.name.replace('.', '-')}")
        self.set_class(bool(self.hint), "-hinted")
        self.field = field
        self.start = start
        """What the field holds in the original."""
        self.shown = shown
        """What the editor starts with: the original, or an edit that goes on."""
        # Kept by name: an editor of parts holds editors with labels and errors of their own.
        self._label = Static(classes="label", markup=False)
        self._count = Static(classes="count", markup=False)
        self._error = Static(classes="error", markup=False)
        self._state: tuple[bool, str, str] | None = None

    @property
    def raw(self) -> EditorValue:
        """What the editor holds now; equal to `start` if nothing was changed."""
        return self.start

    def compose(self) -> ComposeResult:
        """Lay out label and count before the editor, the error below."""
        with Horizontal(classes="line"):
            with Vertical(classes="head"):
                yield self._label
                if self.field.limit is not None:
                    yield self._count
            with Vertical(classes="editor"):
                yield from self.compose_editor()
        yield self._error

    def shows_error_inside(self, error: str) -> bool:
        """Whether the error stands beside one of the field's parts already."""
        return False

    def compose_editor(self) -> ComposeResult:
        """The editor itself."""
        yield from ()

    def on_mount(self) -> None:
        """Show the count against the limit from the start."""
        self.show_count()

    def changed(self) -> None:
        """Tell the form that something was changed."""
        self.show_count()
        self.post_message(self.Edited())

    def show_count(self) -> None:
        """Show how much of the limit is used: `12/256`."""
        limit, held = self.field.limit, self.raw
        if limit is not None and not isinstance(held, ObjectValue):
            self._count.update(Content(f"{len(held):,}/{limit:,}"), layout=False)

    def show_state(self, *, touched: bool, error: str) -> None:
        """Mark a changed field with a star, and say what is wrong with it."""
        self.set_class(bool(error), "-invalid")
        if error and self.shows_error_inside(error):
            error = ""
        if self._state == (touched, error, self.hint):
            return
        self._state = (touched, error, self.hint)
        label = f"{'*' if touched else ' '}{self.field.label}"
        self._label.update(Content(label), layout=False)
        self._error.update(Content(one_line(f"✗ {error}") if error else self.hint))
        self.set_class(bool(error), "-wrong")
        self._scroll_to_error()

    @on(DescendantFocus)
    def _scroll_to_error(self) -> None:
        """Scroll so that what is wrong is seen where one types, not only the field."""
        if self.has_class("-wrong") and self.has_focus_within:
            self.call_after_refresh(self.scroll_visible, animate=False)
        self.set_class(bool(self.hint), "-hinted")
