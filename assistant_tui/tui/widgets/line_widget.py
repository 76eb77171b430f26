"""A widget that draws its own lines: its cost is that of the lines on the screen."""

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class LineWidget(Widget):
    """Works its plain look out once for all lines that are drawn together.

    Textual asks all ancestors for it, which takes longer than to draw a line.
    """

    _plain_style: Style | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines."""
        self._plain_style = self.rich_style
        try:
            return super().render_lines(crop)
        finally:
            self._plain_style = None

    @property
    def plain_style(self) -> Style:
        """How a text without a part of its own looks."""
        return self.rich_style if self._plain_style is None else self._plain_style
