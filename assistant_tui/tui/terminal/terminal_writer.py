"""Writes the cells in which two lines differ, in as few bytes as that takes."""

from collections.abc import Mapping
from typing import NamedTuple

from assistant_tui.tui.terminal.screen_lines import (
    ScreenLine,
    is_background_only,
    is_disputed,
    transition,
    visible_on_blank,
)

MAX_GAP = 5
"""Unchanged cells between two changed ones from which on they are skipped."""
_MIN_ERASED = 5
"""Blanks at the end of a line from which on they are erased instead of written."""


class TerminalWriter:
    """Collects sequences, and tracks the position of the cursor and the current style."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._position: tuple[int, int] | None = None
        """Column and line of the cursor; None where they are unknown."""
        self._sgr = ""

    @property
    def output(self) -> str:
        """All sequences, with the style reset at their end."""
        return "".join(self._parts) + ("\x1b[m" if self._sgr else "")

    def move_to(self, x: int, y: int) -> None:
        """Move the cursor to column `x` of line `y`, both from 0."""
        if self._position != (x, y):
            self._parts.append(_cursor_movement(self._position, x, y))
            self._position = (x, y)

    def write(self, text: str, cells: int, sgr: str) -> None:
        """Write a text of so many cells in one style."""
        (self._set_sgr_for_blanks if text.isspace() else self._set_sgr)(sgr)
        self._parts.append(text)
        if self._position is not None:
            self._position = (self._position[0] + cells, self._position[1])

    def erase_to_end(self, sgr: str) -> None:
        """Erase the line from the cursor to its end; `sgr` is the style of a blank."""
        self._set_sgr_for_blanks(sgr)
        self._parts.append("\x1b[K")

    def scroll(self, top: int, bottom: int, by: int) -> None:
        """Move the lines from top to bottom up, or down by a negative number.

        Lines are deleted or inserted within margins, which every terminal has known since the
        VT102.
        """
        self._set_sgr("")
        move = f"{by}M" if by > 0 else f"{-by}L"
        self._parts.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H\x1b[{move}\x1b[r")
        self._position = None

    def forget_position(self) -> None:
        """Move the cursor absolutely next: terminals differ about the width of the last text."""
        self._position = None

    def _set_sgr(self, sgr: str) -> None:
        if sgr != self._sgr:
            self._parts.append(transition(self._sgr, sgr))
            self._sgr = sgr

    def _set_sgr_for_blanks(self, sgr: str) -> None:
        """Keep the current style where it looks the same on a blank."""
        if sgr != visible_on_blank(self._sgr):
            self._set_sgr(sgr)


def _cursor_movement(before: tuple[int, int] | None, x: int, y: int) -> str:
    if before is not None and x == 0 and y == before[1] + 1:
        return "\r\n"
    if before is not None and y == before[1] and x > before[0]:
        steps = x - before[0]
        return f"\x1b[{steps}C" if steps > 1 else "\x1b[C"
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


def write_changes(
    writer: TerminalWriter,
    y: int,
    before: ScreenLine,
    after: ScreenLine,
    *,
    erases_with_background: bool,
) -> None:
    """Write the cells that differ.

    Args:
        erases_with_background: whether erased cells take the background colour that is set.
    """
    if before == after:
        return
    whole = after.is_complete and not (before.is_plain and after.is_plain)
    for start, end in [(0, len(after.chars))] if whole else _changed_spans(before, after):
        # What is erased goes to the end of the line: behind the span there are such blanks already.
        blanks = _trailing_blanks(after, start) if erases_with_background else end
        blanks = blanks if end - blanks >= _MIN_ERASED else end
        _write_span(writer, y, after, start, blanks)
        if blanks < end:
            writer.move_to(blanks, y)
            writer.erase_to_end(after.sgrs[-1])


def _changed_spans(before: ScreenLine, after: ScreenLine) -> list[tuple[int, int]]:
    """The spans in which the lines differ; near ones are joined, wide characters kept whole."""
    old, new = zip(*before, strict=True), zip(*after, strict=True)
    spans: list[tuple[int, int]] = []
    for x, (was, now) in enumerate(zip(old, new, strict=True)):
        if was == now:
            continue
        start = x - 1 if now[0] == "" else x
        if spans and start - spans[-1][1] < MAX_GAP:
            start = spans.pop()[0]
        spans.append((start, x + 1))
    return [(start, _with_right_half(after, end)) for start, end in spans]


def _with_right_half(line: ScreenLine, end: int) -> int:
    return end + 1 if end < len(line.chars) and line.chars[end] == "" else end


def _trailing_blanks(line: ScreenLine, start: int) -> int:
    """Where the blanks begin that may be erased; the end of the line if there are too few."""
    end, sgr = len(line.chars), line.sgrs[-1]
    if not is_background_only(sgr):
        return end
    x = end
    while x > start and line.chars[x - 1] == " " and line.sgrs[x - 1] == sgr:
        x -= 1
    return x if end - x >= _MIN_ERASED else end


def _write_span(writer: TerminalWriter, y: int, line: ScreenLine, start: int, end: int) -> None:
    """Write the cells from start to end, in runs of one style."""
    x = start
    while x < end:
        stop = x + 1
        while stop < end and _joins_run(line, x, stop):
            stop += 1
        disputed = is_disputed(line.chars[stop - 1])
        if disputed and stop - x > 1:
            stop, disputed = stop - 1, False  # it is written by itself
        stop = _with_right_half(line, stop)
        writer.move_to(x, y)
        if disputed and stop - x > len(line.chars[x]):
            # A terminal that takes it for narrower leaves in the other cell what was there.
            writer.write(" " * (stop - x), stop - x, line.sgrs[x])
            writer.move_to(x, y)
        writer.write("".join(line.chars[x:stop]), stop - x, line.sgrs[x])
        if disputed:
            writer.forget_position()
        x = stop


def _joins_run(line: ScreenLine, start: int, x: int) -> bool:
    """Whether a cell can be written in one run with those from `start` on."""
    sgr, mine = line.sgrs[start], line.sgrs[x]
    alike = mine == sgr or (line.chars[x] == " " and mine == visible_on_blank(sgr))
    return alike and not is_disputed(line.chars[x - 1])


class TerminalFeatures(NamedTuple):
    """What the terminal can do that saves bytes; none of it is needed."""

    erases_with_background: bool = False
    """Whether erased cells take the background colour that is set (bce)."""
    has_margins: bool = False
    """Whether lines can be deleted and inserted within margins (csr, dl, il)."""


def terminal_features(environ: Mapping[str, str]) -> TerminalFeatures:
    """What terminfo says about $TERM; nothing where it has no entry."""
    try:
        import curses
    except ImportError:  # a Python that was built without it
        return TerminalFeatures()
    try:
        curses.setupterm(environ.get("TERM", "dumb"), 1)
    except curses.error:
        return TerminalFeatures()
    margins = all(curses.tigetstr(name) for name in ("csr", "dl", "il"))
    return TerminalFeatures(erases_with_background=curses.tigetflag("bce") > 0, has_margins=margins)
