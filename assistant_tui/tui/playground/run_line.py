"""The line between conversation and message: what the run is doing, and what came below."""

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.text_layout import fit

MARKS = {"busy": ("● ", "$text-success"), "waiting": ("◆ ", "$text-warning")}
MARKS |= {"bad": ("✗ ", "$text-error"), "good": ("✓ ", "$text-success"), "plain": ("", "")}


class RunLine(Widget):
    """The phase of the run; its mark tells what its colour tells."""

    words: reactive[str] = reactive("")
    tone: reactive[str] = reactive("plain")
    new_lines: reactive[int] = reactive(0)
    """Lines that came below since the end was left."""

    def render(self) -> Content:
        """Draw the line."""
        mark, style = MARKS.get(self.tone, MARKS["plain"])
        below = f"↓ {self.new_lines:,} new lines " if self.new_lines else ""
        below = below.replace("lines", "line") if self.new_lines == 1 else below
        width = self.size.width
        words = one_line(self.words)
        room = max(width - cell_len(mark) - cell_len(below) - 1, 0)
        words = fit(words, room)
        return Content.assemble((mark, style), (words, style), (f" {below}", "bold $text-primary"))
