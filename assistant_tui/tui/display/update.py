"""Reads what Textual's compositor wants to show."""

from collections.abc import Sequence

from rich.color import ColorSystem
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate

from assistant_tui.tui.display.line import Line, line_of


def lines_of(
    update: RenderableType | None, shown: Sequence[Line], colours: ColorSystem
) -> dict[int, Line] | None:
    """The lines of the screen as they are to be; None for what is no update of one.

    `shown` are the lines as they are: cells that the update does not touch stay.
    """
    if type(update) is LayoutUpdate:
        return _laid_out(update, shown, colours)
    if type(update) is ChopsUpdate:
        return _chopped(update, shown, colours)
    return None


def _laid_out(update: LayoutUpdate, shown: Sequence[Line], colours: ColorSystem) -> dict[int, Line]:
    x, top = update.region.x, update.region.y
    strips = list(update.strips)[: max(len(shown) - top, 0)]
    return {
        y: _put(shown[y], x, line_of(each, colours)) for y, each in enumerate(strips, start=top)
    }


def _chopped(update: ChopsUpdate, shown: Sequence[Line], colours: ColorSystem) -> dict[int, Line]:
    """Cut as Textual does when it writes such an update."""
    lines: dict[int, Line] = {}
    for y, start, stop in update.spans:
        if y >= len(shown):
            continue
        line = lines.get(y, shown[y])
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > stop or end <= start:
                continue
            if not (start <= x < stop and end <= stop):
                strip = strip.crop(0, min(end, stop) - x)
            line = _put(line, x, line_of([strip], colours))
        lines[y] = line
    return lines


def _put(line: Line, x: int, part: Line) -> Line:
    """The line with a part of it put in place, as long as it was."""
    width, end = len(line.chars), x + len(part.chars)
    if x == 0 and end == width:
        return part
    return Line(
        [*line.chars[:x], *part.chars, *line.chars[end:]][:width],
        [*line.looks[:x], *part.looks, *line.looks[end:]][:width],
    )
