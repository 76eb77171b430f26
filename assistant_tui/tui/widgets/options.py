"""A list of lines of which one is chosen."""

from textual._widget_navigation import Direction
from textual.geometry import Size
from textual.widgets import OptionList

_NARROWEST = 4
"""Cells with room for the padding and one character."""


class Options(OptionList):
    """Textual's own, which fails before it was laid out, and where it has no room at all."""

    def _move_page(self, direction: Direction) -> None:
        if self.size:
            super()._move_page(direction)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines that the options take."""
        return super().get_content_height(container, viewport, max(width, _NARROWEST))
