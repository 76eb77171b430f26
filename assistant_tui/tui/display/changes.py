"""What must be written to turn one line of the screen into another."""

from assistant_tui.tui.display.line import Line
from assistant_tui.tui.display.looks import ground, is_plain
from assistant_tui.tui.display.pen import Pen

GAP = 5
"""Unchanged cells between two changed ones from which the cursor jumps over them."""
_ERASED = 5
"""Blanks at the end of a line from which they are erased and not written."""


def write_changes(pen: Pen, y: int, before: Line, after: Line, *, erases: bool) -> None:
    """Write the cells that differ; `erases` says that erased cells take the background."""
    if before == after:
        return
    whole = after.is_known and not (before.is_plain and after.is_plain)
    for start, end in [(0, len(after.chars))] if whole else _spans(before, after):
        blanks = _blanks_from(after, start) if erases and end == len(after.chars) else end
        _write(pen, y, after, start, blanks)
        if blanks < end:
            pen.go(blanks, y)
            pen.erase_rest(after.looks[-1])


def _spans(before: Line, after: Line) -> list[tuple[int, int]]:
    """Where the lines differ, from and to; near ones together, wide characters whole."""
    old, new = zip(*before, strict=True), zip(*after, strict=True)
    spans: list[tuple[int, int]] = []
    for x, (was, now) in enumerate(zip(old, new, strict=True)):
        if was == now:
            continue
        start = x - 1 if now[0] == "" else x
        if spans and start - spans[-1][1] < GAP:
            start = spans.pop()[0]
        spans.append((start, x + 1))
    return [(start, _whole(after, end)) for start, end in spans]


def _whole(line: Line, end: int) -> int:
    return end + 1 if end < len(line.chars) and line.chars[end] == "" else end


def _blanks_from(line: Line, start: int) -> int:
    """Where the blanks begin that may be erased, or the end of the line."""
    end, look = len(line.chars), line.looks[-1]
    if not is_plain(look):
        return end
    x = end
    while x > start and line.chars[x - 1] == " " and line.looks[x - 1] == look:
        x -= 1
    return x if end - x >= _ERASED else end


def _write(pen: Pen, y: int, line: Line, start: int, end: int) -> None:
    """Write the cells from start to end, in runs of one look."""
    x = start
    while x < end:
        stop = x + 1
        while stop < end and _goes_on(line, x, stop):
            stop += 1
        combined = len(line.chars[stop - 1]) > 1
        stop = _whole(line, stop)
        pen.go(x, y)
        pen.put("".join(line.chars[x:stop]), stop - x, line.looks[x])
        if combined:
            pen.doubt()
        x = stop


def _goes_on(line: Line, start: int, x: int) -> bool:
    """Whether a cell can be written along with the one before it and those since `start`."""
    look, mine = line.looks[start], line.looks[x]
    alike = mine == look or (line.chars[x] == " " and mine == ground(look))
    return alike and len(line.chars[x - 1]) < 2
