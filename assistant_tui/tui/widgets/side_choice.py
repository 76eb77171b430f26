"""One field that was changed here and elsewhere: its label, and a line for each value."""

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.strip import Strip

from assistant_tui.core.assistants.conflict import UNSET, Side, excerpts
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.line_widget import LineWidget
from assistant_tui.tui.widgets.wrapping import fit

SHOWN = 400
"""Characters of a value that one line can need at most, however wide the terminal is."""
_SIDES = tuple(Side)


class SideChoice(LineWidget, can_focus=True):
    """`(x)` marks whose value is to be, `>` the line under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("space,enter", "choose", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"side-choice--label", "side-choice--cursor"}

    chosen: reactive[Side] = reactive(Side.MINE)
    cursor: reactive[int] = reactive(0)

    def __init__(self, field: str, label: str, values: Mapping[Side, str]) -> None:
        """`label` is shown as it is, the JSON texts of `values` are made safe here."""
        super().__init__()
        self.field = field
        self.values = values
        self._label = label
        self._shown = {side: _words(text) for side, text in excerpts(values).items()}

    def on_focus(self) -> None:
        """Draw the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Start on what is chosen when one comes back."""
        self.cursor = _SIDES.index(self.chosen)
        self.refresh()

    def action_move(self, by: int) -> None:
        """Go a line down or up, from the last one on to what follows."""
        position = self.cursor + by
        if position in range(len(_SIDES)):
            self.cursor = position
            return
        choices = [*self.screen.query(SideChoice)]
        beside = choices.index(self) + by
        if beside in range(len(choices)):
            choices[beside].cursor = 0 if by > 0 else len(_SIDES) - 1
            self.screen.set_focus(choices[beside])
        elif by > 0:
            self.screen.focus_next()

    def action_choose(self) -> None:
        """Take the value under the cursor."""
        self.chosen = _SIDES[self.cursor]

    def on_click(self, event: events.Click) -> None:
        """Take the value that was clicked."""
        if event.y:
            self.cursor = min(event.y, len(_SIDES)) - 1
            self.action_choose()

    def render_line(self, y: int) -> Strip:
        """Draw the label, or one of the values, cut to the width."""
        width, part, text = self.size.width, "label", self._label
        if 0 < y <= len(_SIDES):
            side = _SIDES[y - 1]
            here = self.has_focus and self.cursor == y - 1
            mark = "(x)" if side is self.chosen else "( )"
            text = f"{'>' if here else ' '} {mark} {side.value:<8}  {self._shown[side]}"
            part = "cursor" if here else ""
        style = self.get_component_rich_style(f"side-choice--{part}") if part else self.plain_style
        return Strip([Segment(fit(text, width), style)], width)


def _words(text: str) -> str:
    return "not set" if text == UNSET else one_line(text[:SHOWN])
