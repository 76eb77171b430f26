"""Edits a text: of one line, of many lines, or a JSON Schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input, TextArea
from textual.widgets.text_area import TextAreaTheme

from assistant_tui.core.assistants.editor_values import EditorValue
from assistant_tui.core.assistants.fields import Field, FieldKind
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.inputs import TEXT_AREA_WORD_KEYS, line_input

MAX_WRAPPED_LINE = 5_000
"""Characters of a line from which on soft wrapping would make every key slow."""


class FixedTextArea(TextArea):
    """A text area of a fixed height: with more lines, its scroll bar changes, not the form.

    Textual lays out the whole screen once more for the lines that a text takes, which it counts
    after the first layout.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*TEXT_AREA_WORD_KEYS]

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def watch_virtual_size(self, size: Size) -> None:
        """Show by the scroll bar how long the text is."""
        self._scroll_update(size)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave F6, by which Textual selects a line, to the form."""
        return action != "select_line" and super().check_action(action, parameters)


class TextEditor(FieldEditor):
    """Edits a text of many lines; an untouched one is never read back, since TextArea rewrites."""

    suffix = ".md"
    """The ending of the file that an editor of the person's gets."""
    area_class: ClassVar[type[TextArea]] = FixedTextArea
    _substitute: str | None = None

    def compose(self) -> ComposeResult:
        """A text area that does not wrap where a line is too long to be wrapped quickly."""
        text = self._exact = str(self.shown)
        longest = max(map(len, text.split("\n")))
        area = self.text_area(text, soft_wrap=longest < MAX_WRAPPED_LINE)
        area.cursor_blink = False
        self._loaded = area.text
        self._lock(area)
        yield area

    def text_area(self, text: str, *, soft_wrap: bool) -> TextArea:
        """The text area, which leaves Tab to the form."""
        return self.area_class(text, compact=True, soft_wrap=soft_wrap, tab_behavior="focus")

    def on_mount(self) -> None:
        """Wait for the first layout.

        A place on the screen that is asked for between mount and layout, as an Input with the
        focus does, keeps Textual's compositor from telling new widgets their size.
        """
        self.screen.screen_layout_refresh_signal.subscribe(self, self._wrap_after_layout)
        self._wrap_after_layout()

    def _wrap_after_layout(self, screen: object = None) -> None:
        area = self.query_one(TextArea)
        if not area.wrap_width and area.soft_wrap:
            return
        self.screen.screen_layout_refresh_signal.unsubscribe(self)
        if area.soft_wrap and area.wrapped_document.height == area.document.line_count:
            area.soft_wrap = False
            area.soft_wrap = True

    def _lock(self, area: TextArea) -> None:
        """Let nobody type into a text that would come out changed elsewhere, too."""
        area.read_only = self._loaded != self._exact
        words = "line breaks that typing would change: F4 edits it"
        self.hint = words if area.read_only else ""

    @property
    def raw(self) -> EditorValue:
        """What the editor holds; exactly what it was given until it is changed."""
        if self._substitute is not None:
            return self._substitute
        held = self.query_one(TextArea).text
        return self._exact if held == self._loaded else held

    @contextmanager
    def with_text(self, text: str) -> Iterator[None]:
        """Say that it holds another text, as long as this lasts."""
        self._substitute = text
        try:
            yield
        finally:
            self._substitute = None

    def replace(self, text: str) -> None:
        """Put in another text, exactly, as if it was typed."""
        area = self.query_one(TextArea)
        area.text = self._exact = text
        self._loaded = area.text
        self._lock(area)
        self.changed()

    @on(TextArea.Changed)
    def _take(self, event: TextArea.Changed) -> None:
        event.stop()
        self.changed()


class LineEditor(FieldEditor):
    """Edits a text of one line, or a number; a line break, which no input holds, locks it."""

    def __init__(self, field: Field, start: EditorValue, shown: EditorValue) -> None:
        """Show the count behind the label, since there is no line below."""
        super().__init__(field, start, shown)
        self.set_class(field.limit is not None, "-short")

    def compose(self) -> ComposeResult:
        """An input."""
        input_field = line_input(str(self.shown), _placeholder(self.field))
        self.hint = "it has line breaks: e edits it" if input_field.disabled else ""
        yield input_field

    @property
    def raw(self) -> EditorValue:
        """The text; the original's where it could not be edited."""
        input_field = self.query_one(Input)
        return self.shown if input_field.disabled else input_field.value

    @on(Input.Changed)
    def _take(self, event: Input.Changed) -> None:
        event.stop()
        self.changed()


def _placeholder(field: Field) -> str:
    if field.kind in (FieldKind.NUMBER, FieldKind.COUNT):
        return f"not set · {field.least:g} to {field.most:g}"
    return ""


MAX_HIGHLIGHTED = 100_000
"""Characters up to which the syntax is followed at every key."""


class SchemaTextArea(FixedTextArea):
    """Keeps its syntax queries until the program ends.

    tree-sitter 0.26 crashes where a query is made after another was freed, as when the form of a
    schema is opened again.
    """

    _kept_queries: ClassVar[list[object]] = []

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        if self._highlight_query is not None:
            self._kept_queries.append(self._highlight_query)


class SchemaEditor(TextEditor):
    """A text area that knows JSON; Tab leaves it, as everywhere in the form."""

    suffix = ".json"
    area_class = SchemaTextArea

    def text_area(self, text: str, *, soft_wrap: bool) -> TextArea:
        """The text area; its colours are those of the syntax theme that suits the background."""
        area = super().text_area(text, soft_wrap=soft_wrap)
        if len(text) <= MAX_HIGHLIGHTED:
            area.language = "json"
        light = TextAreaTheme.get_builtin_theme("github_light")
        if light is not None:
            area.register_theme(TextAreaTheme("css-light", syntax_styles=light.syntax_styles))
            area.theme = "css" if self.app.current_theme.dark else "css-light"
        return area
