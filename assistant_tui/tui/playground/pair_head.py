"""The head of two threads: who answers, what each is doing, and what it has used."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from assistant_tui.core.safe_text import one_line
from assistant_tui.core.threads.phase import Phase
from assistant_tui.tui.playground.header import MARKS
from assistant_tui.tui.playground.pair_columns import LETTERS, SAME
from assistant_tui.tui.playground.pair_view import WIDE
from assistant_tui.tui.widgets.text_layout import fit

Parts = list[tuple[str, str]]


class SideState(NamedTuple):
    """What is said of one side."""

    label: str
    """The assistant, its model, its server; what of it is not saved."""
    phase: Phase = Phase("")
    used: str = ""
    """Tokens and time of all its runs."""


class PairHead(Widget):
    """Two lines: from some width on a column for each side, below it a line for each."""

    states: reactive[tuple[SideState, SideState]] = reactive((SideState(""), SideState("")))

    def render(self) -> Content:
        """Draw both lines."""
        width = self.size.width - 2
        if self.size.width < WIDE:
            lines = [[*self._one_line(side, width)] for side in (0, 1)]
        else:
            left = (width - len(SAME)) // 2
            widths = left, width - len(SAME) - left
            columns = [(self._label(s, widths[s]), self._state(s, widths[s])) for s in (0, 1)]
            gap = [(SAME, "$text-muted")]
            lines = [[*columns[0][at], *gap, *columns[1][at]] for at in (0, 1)]
        parts = [part for line in lines for part in ((" ", ""), *line, ("\n", ""))]
        return Content.assemble(*parts[:-1])

    def _label(self, side: int, width: int) -> Parts:
        letter = f"{LETTERS[side]} "
        label = fit(one_line(self.states[side].label), max(width - len(letter), 0))
        return [(letter, "bold $text-success"), (label, "bold")]

    def _state(self, side: int, width: int) -> Parts:
        state = self.states[side]
        mark, style = MARKS.get(state.phase.tone, MARKS["plain"])
        used = fit(state.used, min(cell_len(state.used), width))
        room = max(width - cell_len(mark) - cell_len(used) - 1, 0)
        words = fit(one_line(state.phase.words), room)
        return [(mark, style), (words, style), (" ", ""), (used, "$text-muted")]

    def _one_line(self, side: int, width: int) -> Iterator[tuple[str, str]]:
        half = width // 2
        yield from self._label(side, half)
        yield (" ", "")
        yield from self._state(side, width - half - 1)
