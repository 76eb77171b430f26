"""The columns of the list as the terminal's cells are counted here."""

from assistant_tui.core import columns
from assistant_tui.core.listing import Row
from assistant_tui.tui.widgets.wrapping import fit


def titles(width: int) -> str:
    """The line above the rows."""
    return columns.titles(width, fit)


def row_text(row: Row, width: int) -> str:
    """One row, safe to show, exactly `width` cells wide."""
    return columns.row_text(row, width, fit)
