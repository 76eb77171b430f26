"""Writes cells where they belong, in as few bytes as that takes."""

from assistant_tui.tui.display.looks import change, ground


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
        (self._wear_for_blanks if text.isspace() else self._wear)(look)
        self._parts.append(text)
        if self._at is not None:
            self._at = (self._at[0] + cells, self._at[1])

    def erase_rest(self, look: str) -> None:
        """Empty the line from the cursor to its end; `look` is that of a blank."""
        self._wear_for_blanks(look)
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

    def _wear_for_blanks(self, look: str) -> None:
        """Keep a look that does as well: its colour is not seen."""
        if look != ground(self._look):
            self._wear(look)


def _way(before: tuple[int, int] | None, x: int, y: int) -> str:
    if before is not None and x == 0 and y == before[1] + 1:
        return "\r\n"
    if before is not None and y == before[1] and x > before[0]:
        steps = x - before[0]
        return f"\x1b[{steps}C" if steps > 1 else "\x1b[C"
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
