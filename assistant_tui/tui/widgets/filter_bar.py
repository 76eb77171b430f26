"""The line in which a person types what to find; imported when it is first opened."""

from collections.abc import Sequence
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.messages import FilterEdited
from assistant_tui.tui.widgets.inputs import line_input


class FilterBar(Vertical):
    """An input of one line, and below it what is wrong with it, if anything."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.FILTER)]

    input_field = getters.query_one(Input)
    error = getters.query_one(".error", Static)

    def __init__(self, text: str, qualifiers: Sequence[str]) -> None:
        """`qualifiers` are those that can stand in the text, for the hint in an empty line."""
        super().__init__()
        self._text = text
        self._hint = "words, or " + " ".join(f"{each}:" for each in qualifiers)
        self._refused = ""

    def compose(self) -> ComposeResult:
        """The key that opened it, the input, and the error."""
        with Horizontal(classes="line"):
            yield Static(Content("/"), classes="label")
            yield line_input(self._text, self._hint)
        yield Static(classes="error")

    @property
    def text(self) -> str:
        """What is typed now."""
        return self.input_field.value

    def start(self) -> None:
        """Go on at the end of the text, with the key that follows."""
        self.screen.set_focus(self.input_field)

    @on(Input.Changed)
    def _text_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(FilterEdited())

    def refuse(self, sentence: str) -> None:
        """Say what is wrong; nothing, if that is empty."""
        if sentence == self._refused:
            return  # Every update costs a new layout, and every letter comes by here.
        self._refused = sentence
        self.error.update(Content(f"✗ {one_line(sentence)}" if sentence else ""))
        self.set_class(bool(sentence), "-wrong")
