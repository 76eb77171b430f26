"""What all editors have in common: each posts what it holds and shows what is wrong with it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from assistant_tui.core.assistants.editor_values import EditorValue, ObjectValue
from assistant_tui.core.assistants.fields import Field
from assistant_tui.core.safe_text import one_line


class FieldHead(Widget):
    """The label of a field, and its count behind it or below.

    It is one widget instead of three: there are many, and each takes a millisecond to open.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"field-head--count"}

    def __init__(self, *, counted: bool) -> None:
        super().__init__(classes="head -counted" if counted else "head")
        self._counted = counted
        self._label = ""
        self._count = ""
        self._invalid = False

    def show(
        self, label: str | None = None, count: str | None = None, invalid: bool | None = None
    ) -> None:
        """Show another label, count or state; what is not given stays."""
        before = (self._label, self._count, self._invalid)
        self._label = self._label if label is None else label
        self._count = self._count if count is None else count
        self._invalid = self._invalid if invalid is None else invalid
        if before != (self._label, self._count, self._invalid):
            self.refresh()

    def render(self) -> Content:
        """The label in a line, the count in the same or the next one."""
        label = Content(self._label).stylize("bold $text-error" if self._invalid else "bold")
        if not self._counted:
            return label
        count = Content(self._count).stylize(self.get_visual_style("field-head--count"))
        if self.content_size.height > 1:
            return label + Content("\n ") + count
        room = self.content_size.width - len(self._label) - len(self._count) - 1
        return label + Content(" " * max(0, room)) + count


class FieldEditor(Vertical):
    """A field's label, its editor, its count against the limit, and its error."""

    hint = ""
    """What a person should know about this field while nothing is wrong with it."""
    counted = True
    """Whether its count against the limit, if there is one, is shown."""

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
        self._head = FieldHead(counted=self.counted and field.limit is not None)
        self._error: Static | None = None
        self._state: tuple[bool, str, str] | None = None

    @property
    def raw(self) -> EditorValue:
        """What the editor holds now; equal to `start` if nothing was changed."""
        return self.start

    def compose(self) -> ComposeResult:
        """Lay out label and count before the editor; the error comes below when there is one."""
        with Horizontal(classes="line"):
            yield self._head
            with Vertical(classes="editor"):
                yield from self.compose_editor()

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
            self._head.show(count=f"{len(held):,}/{limit:,}")

    def show_state(self, *, touched: bool, error: str) -> None:
        """Mark a changed field with a star, and say what is wrong with it."""
        self.set_class(bool(error), "-invalid")
        self._head.show(invalid=bool(error))
        if error and self.shows_error_inside(error):
            error = ""
        if self._state == (touched, error, self.hint):
            return
        self._state = (touched, error, self.hint)
        self._head.show(label=f"{'*' if touched else ' '}{self.field.label}")
        self._show_below(one_line(f"✗ {error}") if error else self.hint)
        self.set_class(bool(error), "-wrong")
        self._scroll_to_error()

    def _show_below(self, text: str) -> None:
        if self._error is not None:
            self._error.update(Content(text))
        elif text:
            self._error = Static(Content(text), classes="error", markup=False)
            self.mount(self._error)

    @on(DescendantFocus)
    def _scroll_to_error(self) -> None:
        """Scroll so that what is wrong is seen where one types, not only the field."""
        if self.has_class("-wrong") and self.has_focus_within:
            self.call_after_refresh(self.scroll_visible, animate=False)
        self.set_class(bool(self.hint), "-hinted")
