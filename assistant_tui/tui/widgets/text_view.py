"""A scrollable text of any length, which is wrapped once and drawn line by line."""

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from assistant_tui.core.assistants.description import StyledText
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.widgets.text_layout import fit, wrap

_DECORATIONS = (
    "hatch",
    "tint",
    "text_opacity",
    "outline_top",
    "outline_right",
    "outline_bottom",
    "outline_left",
)
"""Rules that change what a widget has drawn, beside its border, its padding and its opacity."""


class LineWidget(Widget):
    """Computes its plain style once for all lines that are drawn together.

    Textual asks all ancestors for it, which takes longer than to draw a line. What its styles add
    to each line takes longer still, so that is left out where they add nothing.
    """

    _plain_style: Style | None = None
    _selection: Selection | None = None
    """What the mouse has selected, while lines are drawn."""

    def draw_line(self, y: int) -> Strip:
        """Draw one line; `y` counts from the top of what is in sight."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """A line with what is selected; for Textual, which looks for a place in it, with places."""
        strip = self.draw_line(y)
        if self._plain_style is None:
            return strip.apply_offsets(0, y)
        span = self._selection and self._selection.get_span(y)
        return self._with_selected(strip, *span) if span else strip

    def _with_selected(self, strip: Strip, start: int, end: int) -> Strip:
        """Colour the characters from `start` to `end`, or to the end of the line where negative."""
        text = strip.text
        left, right = cell_len(text[:start]), cell_len(text[:end] if end >= 0 else text.rstrip())
        if right <= left:
            return strip
        style = self.screen.get_component_rich_style("screen--selection")
        before, chosen, behind = strip.divide([left, right, strip.cell_length])
        coloured = Strip(Segment.apply_style(chosen, post_style=style), chosen.cell_length)
        return Strip.join([before, coloured, behind])

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """The text in the selected cells; Textual's own takes that of a widget as a whole."""
        spans = [(y, selection.get_span(y)) for y in range(self.size.height)]
        chosen = [
            self.draw_line(y).text[span[0] : span[1] if span[1] >= 0 else None].rstrip()
            for y, span in spans
            if span is not None
        ]
        return "\n".join(chosen), "\n"

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines."""
        self._plain_style, self._selection = self.rich_style, self.text_selection
        try:
            return super().render_lines(crop) if self._is_decorated else self._bare_lines(crop)
        finally:
            self._plain_style = None

    @property
    def _is_decorated(self) -> bool:
        styles = self.styles
        return any(styles.gutter) or self.opacity != 1.0 or styles.has_any_rules(*_DECORATIONS)

    def _bare_lines(self, crop: Region) -> list[Strip]:
        filters, (_, background) = self.get_line_filters(), self.background_colors
        strips = [self.render_line(y).adjust_cell_length(self.size.width) for y in crop.line_range]
        for each in filters:
            strips = [strip.apply_filter(each, background) for strip in strips]
        if crop.column_span == (0, self.size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    @property
    def plain_style(self) -> Style:
        """The style of text without a component class."""
        return self.rich_style if self._plain_style is None else self._plain_style


WHEEL_LINES = 3
"""Lines that one notch of the wheel moves."""


class DrawnLine(NamedTuple):
    """One line as it fits a width."""

    text: str
    part: str = ""
    """As in StyledText."""
    muted: int = 0
    """Characters at its start that are muted."""


class TextView(LineWidget, can_focus=True):
    """Shows lines; moves by keys and wheel; never moves by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.PANE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text-view--label",
        "text-view--muted",
        "text-view--warning",
    }

    lines: var[tuple[StyledText, ...]] = var(())

    class Scrolled(Message):
        """Another part of the lines is in sight, or they are wrapped otherwise."""

        def __init__(self, first: int, last: int, count: int) -> None:
            """The first and the last line in sight, from 1 on, and how many there are."""
            super().__init__()
            self.first, self.last, self.count = first, last, count

    _top = 0
    _wrapping: tuple[tuple[StyledText, ...], int, list[DrawnLine]] = ((), 0, [])
    """Lines, width, and the lines as wrapped for it."""

    def watch_lines(self) -> None:
        """Show another text from its top."""
        self._top = 0
        self.refresh()

    def on_resize(self) -> None:
        """Stay within the text as it is wrapped for another width."""
        self.scroll_lines(0)
        self._post_scrolled()

    def _post_scrolled(self) -> None:
        count = len(self._wrapped)
        last = min(self._top + self.size.height, count)
        self.post_message(self.Scrolled(min(self._top + 1, count), last, count))

    @property
    def _wrapped(self) -> list[DrawnLine]:
        """The lines as they fit now; wrapped when they are first drawn, not before."""
        lines, width, wrapped = self._wrapping
        if lines is not self.lines or width != self.size.width:
            wrapped = list(self.laid_out(self.size.width))
            self._wrapping = (self.lines, self.size.width, wrapped)
        return wrapped

    def laid_out(self, width: int) -> Iterable[DrawnLine]:
        """The lines as they fit a width."""
        return _wrapped(self.lines, width)

    def scroll_lines(self, lines: int) -> None:
        """Scroll down by some lines, or up by as many as are negative."""
        lowest = max(len(self._wrapped) - self.size.height, 0)
        top = max(0, min(self._top + lines, lowest))
        if top != self._top:
            self._top = top
            self.refresh()
            self._post_scrolled()

    def action_move_down(self) -> None:
        """Scroll down a line."""
        self.scroll_lines(1)

    def action_move_up(self) -> None:
        """Scroll up a line."""
        self.scroll_lines(-1)

    def action_move_page_down(self) -> None:
        """Scroll down a screen."""
        self.scroll_lines(self.size.height)

    def action_move_page_up(self) -> None:
        """Scroll up a screen."""
        self.scroll_lines(-self.size.height)

    def action_move_first(self) -> None:
        """Scroll to the top."""
        self.scroll_lines(-self._top)

    def action_move_last(self) -> None:
        """Scroll to the end."""
        self.scroll_lines(len(self._wrapped))

    def on_mouse_scroll_down(self) -> None:
        """Scroll down a few lines."""
        self.scroll_lines(WHEEL_LINES)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up a few lines."""
        self.scroll_lines(-WHEEL_LINES)

    def draw_line(self, y: int) -> Strip:
        """Draw one line of the text."""
        width, position = self.size.width, self._top + y
        if position >= len(self._wrapped):
            return Strip.blank(width, self.plain_style)
        text, part, muted = self._wrapped[position]
        style = self._style(part)
        if not muted:
            return Strip([Segment(fit(text, width), style)], width)
        line, lead = fit(text, width), text[:muted]
        if not line.startswith(lead):  # the view is narrower than that
            return Strip([Segment(line, self._style("muted"))], width)
        return Strip([Segment(lead, self._style("muted")), Segment(line[muted:], style)], width)

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"text-view--{part}") if part else self.plain_style


def _wrapped(lines: Iterable[StyledText], width: int) -> Iterable[DrawnLine]:
    for line in lines:
        before = " " * line.indent + line.lead
        margin = cell_len(before)
        muted = len(before) if line.lead else 0
        for text in wrap(line.text, width - margin - line.hanging):
            yield DrawnLine(before + text, line.part, muted)
            before, muted = " " * (margin + line.hanging), 0
