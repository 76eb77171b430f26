"""One editor for each kind of field; each posts what it holds and shows what is wrong with it."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from assistant_tui.core.display import one_line
from assistant_tui.core.fields import Field, Kind, Raw

MOST_MODELS = 50
"""How many models the list under the field offers at a time."""
LONGEST_WRAPPED = 5_000
"""Characters of a line from which on soft wrapping would make every key slow."""


class FieldEditor(Vertical):
    """A field's label, its editor, its count against the limit, and its error."""

    hint = ""
    """What a person should know about this field while nothing is wrong with it."""

    class Edited(Message):
        """The person changed what the editor holds."""

    def __init__(self, field: Field, start: Raw, shown: Raw) -> None:
        super().__init__(classes=f"field-{field.name}")
        self.field = field
        self.start = start
        """What the field holds in the original."""
        self.shown = shown
        """What the editor starts with: the original, or an edit that goes on."""

        self._state: tuple[bool, str] | None = None

    @property
    def raw(self) -> Raw:
        """What the editor holds now; equal to `start` if nothing was changed."""
        return self.start

    def compose(self) -> ComposeResult:
        """Lay out label and count before the editor, the error below."""
        with Horizontal(classes="line"):
            with Vertical(classes="head"):
                yield Static(classes="label", markup=False)
                if self.field.limit is not None:
                    yield Static(classes="count", markup=False)
            with Vertical(classes="holder"):
                yield from self.compose_editor()
        yield Static(classes="error", markup=False)

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
        limit = self.field.limit
        if limit is not None:
            count = Content(f"{len(self.raw):,}/{limit:,}")
            self.query_one(".count", Static).update(count, layout=False)

    def show_state(self, *, touched: bool, error: str) -> None:
        """Mark a changed field with a star, and say what is wrong with it."""
        if self._state == (touched, error):
            return
        self._state = (touched, error)
        label = f"{'*' if touched else ' '}{self.field.label}"
        self.query_one(".label", Static).update(Content(label), layout=False)
        self.query_one(".error", Static).update(
            Content(one_line(f"✗ {error}") if error else self.hint)
        )
        self.set_class(bool(error), "-wrong")
        self.set_class(bool(self.hint), "-hinted")


class LineEditor(FieldEditor):
    """Edits a text of one line, or a number."""

    def on_mount(self) -> None:
        """Show the count behind the label, since there is no line below."""
        super().on_mount()
        self.set_class(self.field.limit is not None, "-short")

    def compose_editor(self) -> ComposeResult:
        """An input; a line break in the text, which it could not hold, locks it."""
        text = str(self.shown)
        holder = Input(text, compact=True, select_on_focus=False, placeholder=self._placeholder())
        holder.cursor_blink = False
        holder.disabled = "\n" in text or "\r" in text
        self.hint = "it has line breaks: e edits it" if holder.disabled else ""
        yield holder

    @property
    def raw(self) -> Raw:
        """The text; the original's where it could not be edited."""
        holder = self.query_one(Input)
        return self.shown if holder.disabled else holder.value

    def _placeholder(self) -> str:
        if self.field.kind is Kind.NUMBER:
            return f"not set · {self.field.least:g} to {self.field.most:g}"
        return ""

    @on(Input.Changed)
    def _take(self, event: Input.Changed) -> None:
        event.stop()
        self.changed()


class ModelEditor(LineEditor):
    """Edits the model: any text, with the server's models offered below while one types."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    _models: Sequence[str] = ()

    def compose_editor(self) -> ComposeResult:
        """The input, which keeps the focus, and the list of what matches it."""
        yield from super().compose_editor()
        options = OptionList(compact=True, markup=False)
        options.can_focus = False
        yield options

    def offer(self, models: Sequence[str]) -> None:
        """Take the models that the server lists."""
        self._models = models
        self._filter("")

    def preset(self, model: str) -> None:
        """Put in a model for a new assistant, which nobody typed."""
        self.start = self.shown = model
        self.query_one(Input).value = model

    def _filter(self, typed: str) -> None:
        wanted = typed.lower()
        found = [model for model in self._models if wanted in model.lower()][:MOST_MODELS]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(Content(one_line(model)), id=model) for model in found)
        self.set_class(not found, "-nothing")

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._filter("" if event.value == self.shown else event.value)

    def action_move(self, by: int) -> None:
        """Go up or down in the list."""
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    @on(Input.Submitted)
    def _take_highlighted(self, event: Input.Submitted) -> None:
        event.stop()
        option = self.query_one(OptionList).highlighted_option
        if option is not None:
            self._put(option.id)

    @on(OptionList.OptionSelected)
    def _take_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._put(event.option.id)

    def _put(self, model: str | None) -> None:
        holder = self.query_one(Input)
        holder.value = model or ""
        holder.cursor_position = len(holder.value)


class TextEditor(FieldEditor):
    """Edits a text of many lines; an untouched one is never read back, since TextArea rewrites."""

    def compose_editor(self) -> ComposeResult:
        """A text area that does not wrap where a line is too long to be wrapped quickly."""
        text = self._exact = str(self.shown)
        longest = max(map(len, text.split("\n")))
        area = TextArea(
            text, compact=True, soft_wrap=longest < LONGEST_WRAPPED, tab_behavior="focus"
        )
        area.cursor_blink = False
        self._loaded = area.text
        self._lock(area)
        yield area

    def on_mount(self) -> None:
        """Wait for the first layout.

        A place on the screen that is asked for between mount and layout, as an Input with the
        focus does, keeps Textual's compositor from telling new widgets their size.
        """
        self.screen.screen_layout_refresh_signal.subscribe(self, self._wrap_at_first)
        self._wrap_at_first()

    def _wrap_at_first(self, screen: object = None) -> None:
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
    def raw(self) -> Raw:
        """What the editor holds; exactly what it was given until it is changed."""
        held = self.query_one(TextArea).text
        return self._exact if held == self._loaded else held

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


EDITORS: dict[Kind, type[FieldEditor]] = {
    Kind.LINE: LineEditor,
    Kind.NUMBER: LineEditor,
    Kind.MODEL: ModelEditor,
    Kind.TEXT: TextEditor,
}
