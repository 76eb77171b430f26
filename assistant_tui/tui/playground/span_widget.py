"""The base of what draws lines of spans, each in the style of its part."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from assistant_tui.tui.playground.spans import Line, width_of
from assistant_tui.tui.playground.wrapped_text import CODE
from assistant_tui.tui.widgets.text_view import LineWidget

_PARTS = (
    "user assistant reasoning function call key string number literal code choice muted good"
    " warning error mark differs"
)

_KEPT = 200
"""Lines that are kept as they were drawn: a screen or two."""


class SpanWidget(LineWidget):
    """Has a component class for each part of a line."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"spans--{part}" for part in _PARTS.split()}

    def __init__(self) -> None:
        super().__init__()
        self._styles: dict[str, Style] = {}
        self._strips: LRUCache[tuple[Line, int, str, Style], Strip] = LRUCache(_KEPT)

    def notify_style_update(self) -> None:
        """Draw in other colours."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def strip_of(self, line: Line, width: int, margin: str = "") -> Strip:
        """Draw a line behind a margin, or take it as it was drawn before it was scrolled."""
        key = (line, width, margin, self.plain_style)
        found = self._strips.get(key)
        if found is None:
            found = self._strips[key] = self._drawn(line, width, margin)
        return found

    def _drawn(self, line: Line, width: int, margin: str) -> Strip:
        """Draw a line; one of code is filled up to the edge."""
        drawn = [Segment(margin, self.style_of("mark"))] if margin else []
        drawn += [Segment(span.text, self.style_of(span.part)) for span in line]
        if line and line[-1].part == CODE:
            rest = width - len(margin) - width_of(line)
            # A blank with a background alone can be erased instead of written.
            blank = Style(bgcolor=self.style_of(CODE).bgcolor)
            drawn.append(Segment(" " * max(rest, 0), blank))
        # Characters that join others take more cells on some lines than where these were broken.
        return Strip(drawn).adjust_cell_length(width, self.plain_style)

    def style_of(self, part: str) -> Style:
        """The style of a part."""
        if not part:
            return self.plain_style
        found = self._styles.get(part)
        if found is None:
            found = self._styles[part] = self.get_component_rich_style(f"spans--{part}")
        return found
