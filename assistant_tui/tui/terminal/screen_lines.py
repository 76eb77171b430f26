"""Lines of cells with their styles, and how an update of Textual's compositor becomes lines."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes
from rich.color import ColorSystem
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

_COLOUR_ARGUMENTS = {"2": 3, "5": 1}
"""Numbers that follow the kind of a colour: red, green and blue, or one of a table."""
_VISIBLE_ON_BLANKS = {"4", "7", "9", "21", "53"}
"""Underlined, reversed, struck, underlined twice, with a line above."""


_DISPUTED = re.compile(
    "[\u231a\u231b\u23e9-\u23f3\u25fd\u25fe\u2614\u2615\u2630-\u2637\u2648-\u2653\u267f\u268a-\u268f"
    "\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2-\u26fd\u2705\u270a\u270b\u2728"
    "\u274c\u274e\u2753-\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u4dc0-\u4dff"
    "\U00016fe0-\U00018dff\U0001d300-\U0001d37f\U0001f000-\U0001faff]"
)
"""Characters that were assigned, or became wide, since Unicode 9: an older terminal, tmux or screen
takes them for narrow."""


class SgrParts(NamedTuple):
    """SGR parameters, by what they set."""

    attributes: tuple[str, ...]
    foreground: str
    background: str


@lru_cache(maxsize=4096)
def visible_on_blank(sgr: str) -> str:
    """The part of a style that is visible on a blank: mostly the background alone.

    Blanks are stored with this part only, so that a change of an invisible colour is not sent.
    """
    parts = parse_sgr(sgr)
    return sgr if _VISIBLE_ON_BLANKS & set(parts.attributes) else parts.background


def is_background_only(sgr: str) -> bool:
    """Whether a blank in this style looks like an erased cell."""
    return not parse_sgr(sgr).attributes


@lru_cache(maxsize=4096)
def transition(before: str, after: str) -> str:
    """The shortest sequence that changes one style into another."""
    if not after:
        return "\x1b[m"
    old, new = parse_sgr(before), parse_sgr(after)
    if not set(old.attributes) <= set(new.attributes):
        return f"\x1b[0;{after}m"
    parts = [each for each in new.attributes if each not in old.attributes]
    if new.foreground != old.foreground:
        parts.append(new.foreground or "39")
    if new.background != old.background:
        parts.append(new.background or "49")
    return f"\x1b[{';'.join(parts)}m"


@lru_cache(maxsize=4096)
def parse_sgr(codes: str) -> SgrParts:
    """Sort the parameters of a sequence by what they set."""
    attributes: list[str] = []
    foreground = background = ""
    numbers = iter(codes.split(";") if codes else [])
    for number in numbers:
        colour, code = number, int(number)
        if code in (38, 48):
            kind = next(numbers)
            colour = ";".join(
                [number, kind, *(next(numbers) for _ in range(_COLOUR_ARGUMENTS[kind]))]
            )
        if 30 <= code <= 39 or 90 <= code <= 97:
            foreground = "" if code == 39 else colour
        elif 40 <= code <= 49 or 100 <= code <= 107:
            background = "" if code == 49 else colour
        else:
            attributes.append(number)
    return SgrParts(tuple(attributes), foreground, background)


def is_disputed(char: str) -> bool:
    """Whether terminals differ about the width of what stands in one cell."""
    return len(char) > 1 or (not char.isascii() and _DISPUTED.match(char) is not None)


class ScreenLine(NamedTuple):
    """The characters of a line and their styles, one entry a cell."""

    chars: list[str]
    """Empty for the right half of a wide character, several code points for a combined one."""
    sgrs: list[str]
    """The parameters of an SGR sequence; of a blank only those that are visible; "" for none."""

    @property
    def is_plain(self) -> bool:
        """Whether there are no characters about whose width terminals differ."""
        text = "".join(self.chars)
        if len(text) + self.chars.count("") != len(self.chars):  # combined ones
            return False
        return text.isascii() or _DISPUTED.search(text) is None

    @property
    def is_complete(self) -> bool:
        """Whether every cell is known."""
        return UNKNOWN not in self.chars


UNKNOWN = "\0"


def unknown_line(width: int) -> ScreenLine:
    """A line of unknown cells, which differ from every drawn one."""
    return ScreenLine([UNKNOWN] * width, [""] * width)


def blank_line(width: int) -> ScreenLine:
    """A line that the terminal has cleared."""
    return ScreenLine([" "] * width, [""] * width)


def line_from_strips(strips: Iterable[Strip], color_system: ColorSystem) -> ScreenLine:
    """Lay strips out side by side; hyperlinks are dropped, since the program has none."""
    chars: list[str] = []
    sgrs: list[str] = []
    for strip in strips:
        for text, style, control in strip:
            if control:
                continue
            sgr = "" if style is None else Strip.render_ansi(style, color_system)
            if text.isascii():
                chars.extend(text)
            else:
                _append_cells(chars, _cells(text))
            on_blank = visible_on_blank(sgr)
            sgrs += [sgr if each != " " else on_blank for each in chars[len(sgrs) :]]
    return ScreenLine(chars, sgrs)


def _append_cells(chars: list[str], cells: tuple[str, tuple[str, ...]]) -> None:
    """Add cells; what has no width of its own goes to the cell before."""
    mark, rest = cells
    if mark and chars:
        chars[-2 if chars[-1] == "" else -1] += mark
    chars.extend(rest)


@lru_cache(maxsize=4096)
def _cells(text: str) -> tuple[str, tuple[str, ...]]:
    """What has no cell at the beginning of a text, and its cells."""
    mark = ""
    cells: list[str] = []
    for start, end, width in split_graphemes(text)[0]:
        if width:
            cells += [text[start:end], *[""] * (width - 1)]
        else:
            mark += text[start:end]
    return mark, tuple(cells)


def updated_lines(
    update: RenderableType | None, shown: Sequence[ScreenLine], color_system: ColorSystem
) -> dict[int, ScreenLine] | None:
    """The lines that an update changes, by their number; None for any other renderable.

    Args:
        shown: all lines as they are; the cells that the update does not touch are kept.
        color_system: the colours that the terminal can show.
    """
    if type(update) is LayoutUpdate:
        return _from_layout(update, shown, color_system)
    if type(update) is ChopsUpdate:
        return _from_chops(update, shown, color_system)
    return None


def _from_layout(
    update: LayoutUpdate, shown: Sequence[ScreenLine], color_system: ColorSystem
) -> dict[int, ScreenLine]:
    x, top = update.region.x, update.region.y
    strips = list(update.strips)[: max(len(shown) - top, 0)]
    return {
        y: _replace_part(shown[y], x, line_from_strips(each, color_system))
        for y, each in enumerate(strips, start=top)
    }


def _from_chops(
    update: ChopsUpdate, shown: Sequence[ScreenLine], color_system: ColorSystem
) -> dict[int, ScreenLine]:
    """Cut as Textual does when it writes such an update."""
    lines: dict[int, ScreenLine] = {}
    for y, start, stop in update.spans:
        if y >= len(shown):
            continue
        line = lines.get(y, shown[y])
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > stop or end <= start:
                continue
            if not (start <= x < stop and end <= stop):
                strip = strip.crop(0, min(end, stop) - x)
            line = _replace_part(line, x, line_from_strips([strip], color_system))
        lines[y] = line
    return lines


def _replace_part(line: ScreenLine, x: int, part: ScreenLine) -> ScreenLine:
    """The line with a part of it replaced from column `x` on; its width stays."""
    width, end = len(line.chars), x + len(part.chars)
    if x == 0 and end == width:
        return part
    return ScreenLine(
        [*line.chars[:x], *part.chars, *line.chars[end:]][:width],
        [*line.sgrs[:x], *part.sgrs, *line.sgrs[end:]][:width],
    )
