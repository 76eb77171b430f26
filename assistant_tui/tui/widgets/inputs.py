"""Textual's input and option list, as all forms and dialogs use them."""

from textual._widget_navigation import Direction
from textual.geometry import Size
from textual.widgets import Input, OptionList

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


def line_input(text: str, placeholder: str = "", kind: type[Input] = Input) -> Input:
    """An input of one line, as all editors use it; a text that it could not hold is locked."""
    # Without a validator there is nothing to validate, and no class to set for its result.
    input_field = kind(
        text, compact=True, select_on_focus=False, placeholder=placeholder, validate_on=()
    )
    input_field.cursor_blink = False
    input_field.disabled = "\n" in text or "\r" in text
    return input_field
