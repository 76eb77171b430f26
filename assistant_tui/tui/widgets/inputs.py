"""Textual's input and option list, as all forms and dialogs use them."""

from typing import ClassVar

from textual._widget_navigation import Direction
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.geometry import Size
from textual.widgets import Input, OptionList

from assistant_tui.tui.messages import LinesJoined

TEXT_AREA_WORD_KEYS: list[BindingType] = [
    Binding("alt+left,alt+b", "cursor_word_left", "A word left", show=False),
    Binding("alt+right,alt+f", "cursor_word_right", "A word right", show=False),
    Binding("alt+d,alt+delete,ctrl+delete", "delete_word_right", "Delete right", show=False),
]
"""What a text area needs in addition to Textual's own keys for words."""
_MIN_WIDTH = 4
"""Cells for the padding and one character."""


class SafeOptionList(OptionList):
    """Textual's option list, which raises before its first layout, and where it has no width."""

    def _move_page(self, direction: Direction) -> None:
        if self.size:
            super()._move_page(direction)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines that the options take."""
        return super().get_content_height(container, viewport, max(width, _MIN_WIDTH))


class LineInput(Input):
    """An input of one line, with the keys for words that shells and editors have.

    Of a paste, Textual's own keeps the first line alone, which may be empty.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+left,alt+b", "cursor_left_word", "A word left", show=False),
        Binding("alt+right,alt+f", "cursor_right_word", "A word right", show=False),
        # Textual's own deletes to the right with Backspace.
        Binding("alt+backspace,ctrl+backspace", "delete_left_word", "Delete left", show=False),
        Binding("alt+d,alt+delete,ctrl+delete", "delete_right_word", "Delete right", show=False),
    ]

    def on_paste(self, event: Paste) -> None:
        """Insert all lines as one, and say so."""
        event.stop()
        event.prevent_default()
        lines = [line for line in event.text.splitlines() if line]
        if lines:
            self.replace(" ".join(lines), *self.selection)
        if len(lines) > 1:
            self.post_message(LinesJoined(len(lines)))


def line_input(text: str, placeholder: str = "", kind: type[LineInput] = LineInput) -> LineInput:
    """An input of one line, as all editors use it; a text that it could not hold is locked."""
    # Without a validator there is nothing to validate, and no class to set for its result.
    input_field = kind(
        text, compact=True, select_on_focus=False, placeholder=placeholder, validate_on=()
    )
    input_field.cursor_blink = False
    input_field.disabled = "\n" in text or "\r" in text
    return input_field
