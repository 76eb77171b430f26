"""A list of lines of which one is chosen."""

from textual._widget_navigation import Direction
from textual.widgets import OptionList


class Options(OptionList):
    """Textual's own, which fails on PgUp or PgDn that come before it was laid out."""

    def _move_page(self, direction: Direction) -> None:
        if self.size:
            super()._move_page(direction)
