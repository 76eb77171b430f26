"""What all editors have in common: each posts what it holds and shows what is wrong with it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import DescendantFocus
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from assistant_tui.core.assistants.editor_values import EditorValue, ObjectValue
from assistant_tui.core.assistants.fields import Field
from assistant_tui.core.safe_text import one_line


class FieldEditor(Widget):
    """A field's label, its editor, its count against the limit, and its error.

    It draws label and count itself, beside its children, which have a margin there: there are many
    fields, and each widget takes milliseconds to open.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"field-editor--count"}

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
        self.set_class(self.counted and field.limit is not None, "-counted")
        self._label = self._count = ""
        # Kept by name: an editor of parts holds editors with errors of their own.
        self._error: Static | None = None
        self._state: tuple[bool, str, str] | None = None
        self._is_revealed = False
        """Whether it was scrolled to for what is wrong, which may not be laid out yet."""

    @property
    def raw(self) -> EditorValue:
        """What the editor holds now; equal to `start` if nothing was changed."""
        return self.start

    def render(self) -> Content:
        """The label in a line, the count in the same or the next one."""
        width = self._label_width
        if not width:
            return Content()
        label = Content(self._label)
        label = label.stylize("bold $text-error" if self.has_class("-invalid") else "bold")
        if not self.has_class("-counted"):
            return label
        count = Content(self._count).stylize(self.get_visual_style("field-editor--count"))
        if not self.has_class("-short"):
            return label + Content("\n ") + count
        return label + Content(" " * (width - len(self._label) - len(self._count) - 1)) + count

    @property
    def _label_width(self) -> int:
        """The room beside the children; 0 where they take the whole width."""
        return next((child.styles.margin.left for child in self.children), 0)

    def _refresh_label(self) -> None:
        self.refresh(Region(0, 0, self._label_width, self.size.height))

    def shows_error_inside(self, error: str) -> bool:
        """Whether the error stands beside one of the field's parts already."""
        return False

    def compose(self) -> ComposeResult:
        """The editor itself; its error comes below when there is one."""
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
            before, self._count = self._count, f"{len(held):,}/{limit:,}"
            if self._count != before:
                self._refresh_label()

    def show_state(self, *, touched: bool, error: str) -> None:
        """Mark a changed field with a star, and say what is wrong with it."""
        if bool(error) != self.has_class("-invalid"):
            self.set_class(bool(error), "-invalid")
            self._refresh_label()
        if error and self.shows_error_inside(error):
            error = ""
        if self._state == (touched, error, self.hint):
            return
        self._state = (touched, error, self.hint)
        self._is_revealed = False
        self._label = f"{'*' if touched else ' '}{self.field.label}"
        self._refresh_label()
        self._show_below(one_line(f"✗ {error}") if error else self.hint)
        self.set_class(bool(error), "-wrong")
        self._scroll_to_error()

    def _show_below(self, text: str) -> None:
        if self._error is not None:
            self._error.update(Content(text))
        elif text:
            self.mount(self.text_below(text))

    def text_below(self, text: str) -> Static:
        """What stands below the editor: its error, or its hint.

        An editor that always has a hint composes it; any other mounts it when there is a text.
        """
        self._error = Static(Content(text), classes="error", markup=False)
        return self._error

    def reveal(self) -> None:
        """Scroll so that the field is seen with what is wrong with it, which is laid out later."""
        self._is_revealed = True
        self.call_after_refresh(self.scroll_visible, animate=False)

    def on_resize(self) -> None:
        """Scroll again once there is room for what is wrong."""
        if self._is_revealed and self.has_class("-wrong"):
            self.scroll_visible(animate=False)

    @on(DescendantFocus)
    def _scroll_to_error(self) -> None:
        """Scroll so that what is wrong is seen where one types, not only the field."""
        if self.has_class("-wrong") and self.has_focus_within:
            self.reveal()
        self.set_class(bool(self.hint), "-hinted")
