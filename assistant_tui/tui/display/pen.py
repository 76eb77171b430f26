"""Writes cells where they belong, in as few bytes as that takes."""

from functools import lru_cache
from typing import NamedTuple

_PARTS = {"2": 3, "5": 1}
"""Numbers that follow the kind of a colour: red, green and blue, or one of a table."""


class Look(NamedTuple):
    """The numbers of an SGR sequence, taken apart."""

    attributes: tuple[str, ...]
    foreground: str
    background: str


class Pen:
    """Collects what is to be written; it knows where the cursor is and how it would write."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._at: tuple[int, int] | None = None
        """Column and line of the cursor; None where nobody can be sure."""
        self._look = ""

    @property
    def written(self) -> str:
        """All that was written, with the look given back."""
        return "".join(self._parts) + ("\x1b[m" if self._look else "")

    def go(self, x: int, y: int) -> None:
        """Move the cursor."""
        if self._at != (x, y):
            self._parts.append(_way(self._at, x, y))
            self._at = (x, y)

    def put(self, text: str, cells: int, look: str) -> None:
        """Write a text that takes so many cells."""
        self._wear(look)
        self._parts.append(text)
        if self._at is not None:
            self._at = (self._at[0] + cells, self._at[1])

    def erase_rest(self, look: str) -> None:
        """Empty the line from the cursor to its end."""
        self._wear(look)
        self._parts.append("\x1b[K")

    def scroll(self, top: int, bottom: int, by: int) -> None:
        """Move the lines from top to bottom up, or down by a negative number.

        Lines are deleted or inserted within margins, which every terminal has known since the
        VT102.
        """
        self._wear("")
        move = f"{by}M" if by > 0 else f"{-by}L"
        self._parts.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H\x1b[{move}\x1b[r")
        self._at = None

    def doubt(self) -> None:
        """Trust the cursor's place no longer: terminals differ about what was written last."""
        self._at = None

    def _wear(self, look: str) -> None:
        if look != self._look:
            self._parts.append(change(self._look, look))
            self._look = look


def _way(before: tuple[int, int] | None, x: int, y: int) -> str:
    if before is not None and x == 0 and y == before[1] + 1:
        return "\r\n"
    if before is not None and y == before[1] and x > before[0]:
        steps = x - before[0]
        return f"\x1b[{steps}C" if steps > 1 else "\x1b[C"
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


@lru_cache(maxsize=4096)
def change(before: str, after: str) -> str:
    """The sequence that makes one look of another."""
    if not after:
        return "\x1b[m"
    old, new = _look(before), _look(after)
    if not set(old.attributes) <= set(new.attributes):
        return f"\x1b[0;{after}m"
    parts = [each for each in new.attributes if each not in old.attributes]
    if new.foreground != old.foreground:
        parts.append(new.foreground or "39")
    if new.background != old.background:
        parts.append(new.background or "49")
    return f"\x1b[{';'.join(parts)}m"


def _look(codes: str) -> Look:
    attributes: list[str] = []
    foreground = background = ""
    numbers = iter(codes.split(";") if codes else [])
    for number in numbers:
        colour, code = number, int(number)
        if code in (38, 48):
            kind = next(numbers)
            colour = ";".join([number, kind, *(next(numbers) for _ in range(_PARTS[kind]))])
        if 30 <= code <= 39 or 90 <= code <= 97:
            foreground = "" if code == 39 else colour
        elif 40 <= code <= 49 or 100 <= code <= 107:
            background = "" if code == 49 else colour
        else:
            attributes.append(number)
    return Look(tuple(attributes), foreground, background)
