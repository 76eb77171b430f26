"""Lays one assistant out in columns: the name always, the others as width allows."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from assistant_tui.core.labels import shown_id
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line, visible_line
from assistant_tui.core.search.ordering import Column, Ordering

GAP = "  "
Fit = Callable[[str, int], str]
"""Cuts or fills a text to so many cells; who draws knows how wide a character is."""
_SHORT = {"code_interpreter": "code", "file_search": "search", "function": "fn"}


@lru_cache(maxsize=8)
def widths(width: int) -> tuple[int, int, int, int]:
    """The cells of name, model, tools and created in a row of `width`; 0 for a hidden column."""
    created = 10 if width >= 44 else 0
    model = 14 if width >= 56 else 0
    tools = 16 if width >= 70 else 0
    if width >= 100:
        model, tools, created = 20, 22, 16
    taken = sum(cells + len(GAP) for cells in (model, tools, created) if cells)
    return width - taken, model, tools, created


def titles(width: int, fit: Fit, ordering: Ordering | None = None) -> str:
    """The line above the rows; an arrow shows by which column they are sorted, and how."""
    arrow = " ↓" if ordering and ordering.descending else " ↑"
    name, model, tools, created = (
        column.value.capitalize() + (arrow if ordering and column is ordering.column else "")
        for column in (Column.NAME, Column.MODEL, Column.TOOLS, Column.CREATED)
    )
    return _lay_out((name, model, tools, created), widths(width), fit)


def shown_name(row: ResourceRow) -> str:
    """The name as the list shows it; empty where something else stands in its place."""
    return "" if row.problem else visible_line(row.name)


def row_text(row: ResourceRow, width: int, fit: Fit) -> str:
    """One row, safe to show, exactly `width` cells wide."""
    if row.problem:
        return fit(f"! unreadable · {shown_id(row.id)} · {one_line(row.problem)}", width)
    columns = widths(width)
    name = shown_name(row) or f"(no name) {shown_id(row.id)}"
    created = created_text(row.created_at)[: columns[3]]
    return _lay_out(
        (name, one_line(row.summary.model), tools_text(row.summary.tools), created), columns, fit
    )


def tools_text(tools: tuple[str, ...]) -> str:
    """The kinds of the tools, each once, with a count: `code search fn×3`."""
    counts: dict[str, int] = {}
    for tool in tools:
        counts[tool] = counts.get(tool, 0) + 1
    return " ".join(
        _SHORT.get(tool, one_line(tool)) + (f"×{count}" if count > 1 else "")
        for tool, count in counts.items()
    )


@lru_cache(maxsize=4096)
def created_text(created_at: int | None) -> str:
    """Seconds since 1970 as `2026-08-01 12:30` in local time; `-` where there are none."""
    if created_at is None:
        return "-"
    try:
        return datetime.fromtimestamp(created_at).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return str(created_at)


def _lay_out(texts: tuple[str, str, str, str], columns: tuple[int, int, int, int], fit: Fit) -> str:
    return GAP.join(fit(text, cells) for text, cells in zip(texts, columns, strict=True) if cells)
