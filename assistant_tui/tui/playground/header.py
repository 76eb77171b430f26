"""The two lines of the playground that tell how things are.

The header, at the top, has the profile, the assistant, and what the thread has used; the run line,
between conversation and message, has what the run is doing, and what came below.
"""

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.text_layout import fit

MARKS = {"busy": ("● ", "$text-success"), "waiting": ("◆ ", "$text-warning")}
MARKS |= {"bad": ("✗ ", "$text-error"), "good": ("✓ ", "$text-success"), "plain": ("", "")}
_LEAST_NAME = 12
"""Cells of the assistant's name that stay on a narrow screen."""


class PlaygroundHeader(Widget):
    """Chips from left to right; what the thread has used stands at the right."""

    used: reactive[str] = reactive("")
    """Tokens and runs, in words."""
    name_shown: reactive[str] = reactive("")
    model: reactive[str] = reactive("")

    def __init__(self, profile: str, changes: int, *, read_only: bool) -> None:
        """`changes` are those of a draft that is not saved."""
        super().__init__()
        self._profile = one_line(profile)
        self._changes = changes
        self._read_only = read_only

    def render(self) -> Content:
        """Draw the line; on a narrow screen what was used goes first, then the model."""
        width, name = self.size.width, one_line(self.name_shown)
        chips = self._chips()
        fixed = cell_len(f" ● {self._profile} ") + sum(cell_len(text) + 2 for text, _ in chips)
        model, used = one_line(self.model), self.used
        if fixed + cell_len(f"  {name}  {model}  {used} ") > width:
            used = ""
        if fixed + cell_len(f"  {name}  {model} ") > width:
            model = ""
        room = width - fixed - 2 - (cell_len(model) + 2 if model else 0) - cell_len(used) - 1
        name = fit(name, min(cell_len(name), max(room, _LEAST_NAME)))
        parts = [(f" ● {self._profile} ", "bold $text-success on $success-muted")]
        parts += [("  ", ""), (name, "bold")]
        parts += [("  ", ""), (model, "$text-accent")] if model else []
        for text, style in chips:
            parts += [("  ", ""), (text, style)]
        taken = sum(cell_len(text) for text, _ in parts)
        parts.append((f"{used} ".rjust(max(width - taken, 0)), "$text-muted"))
        return Content.assemble(*parts)

    def _chips(self) -> list[tuple[str, str]]:
        chips = []
        if self._changes:
            words = f"{self._changes} unsaved change{'s' if self._changes > 1 else ''}"
            chips.append((f" with {words} ", "bold $text-warning on $warning-muted"))
        if self._read_only:
            chips.append((" READ-ONLY ", "bold $text-error on $error-muted"))
        return chips


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
