"""Shows the highlighted assistant, without a request and without a repaint while keys repeat."""

from textual.reactive import var
from textual.timer import Timer

from assistant_tui.core.assistants.description import describe
from assistant_tui.core.rows import ResourceRow
from assistant_tui.tui.widgets.text_view import TextView

DEBOUNCE = 0.12
"""Seconds from a move of the cursor until the detail is shown; a held key repeats faster."""


class DetailPane(TextView):
    """The detail of one row; it follows `row` once that has not changed for DEBOUNCE seconds."""

    row: var[ResourceRow | None] = var(None)
    _timer: Timer | None = None

    def watch_row(self, before: ResourceRow | None, now: ResourceRow | None) -> None:
        """Show the first row at once, the others after DEBOUNCE seconds."""
        if self._timer is not None:
            self._timer.stop()
        if before is None or now is None:
            self._show()
        else:
            self._timer = self.set_timer(DEBOUNCE, self._show)

    def on_show(self) -> None:
        """Catch up at once where the pane was hidden."""
        self._show()

    def _show(self) -> None:
        lines = describe(self.row)
        if lines != self.lines:
            self.lines = lines
