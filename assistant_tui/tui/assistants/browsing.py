"""Moves in the list, filters and sorts it, and marks assistants in it."""

from collections.abc import Callable, Sequence

from assistant_tui.core.rows import Marks, ResourceRow
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.widgets.status_line import Tone


def next_page(context: MainContext) -> None:
    """Go to the next page."""
    context.list_model.go_page(1)


def previous_page(context: MainContext) -> None:
    """Go to the page before."""
    context.list_model.go_page(-1)


def switch_pane(context: MainContext) -> None:
    """Go from the list to the detail, or back."""
    context.browser.switch_pane()


def back(context: MainContext) -> None:
    """Go back to the list; there, take back the filter, else the order, if there is one."""
    if context.browser.list_pane.has_focus:
        context.list_model.update(context.list_model.state.unfiltered())
    context.browser.show_list()


async def open_filter(context: MainContext) -> None:
    """Let the person type what to find."""
    await context.filter.open()


async def accept_filter(context: MainContext) -> None:
    """Go to the list with what was found."""
    await context.filter.accept()


async def clear_filter(context: MainContext) -> None:
    """Show all rows again."""
    await context.filter.clear()


def sort(context: MainContext) -> None:
    """Sort by the next column."""
    model = context.list_model
    view = model.state.view
    model.update(model.state.with_query(view.query, view.ordering.next(model.spec.columns)))


def sort_reverse(context: MainContext) -> None:
    """Sort in the other direction."""
    model = context.list_model
    view = model.state.view
    model.update(model.state.with_query(view.query, view.ordering.reversed()))


def mark(context: MainContext) -> None:
    """Mark the highlighted one, or unmark it, and go on to the next."""
    model = context.list_model
    if (row := model.highlighted) is not None:
        model.mark(model.marks.toggled(row))
        model.go(model.display.cursor + 1)


def unmark_all(context: MainContext) -> None:
    """Take all marks away, of those that are not shown, too."""
    context.list_model.mark(Marks())


def mark_all(context: MainContext) -> None:
    """Mark all that match."""
    _mark(context, "Mark all", Marks.with_all)


def invert_marks(context: MainContext) -> None:
    """Mark what is not marked of all that match, and unmark what is."""
    _mark(context, "Invert marks", Marks.inverted)


def _mark(
    context: MainContext, doing: str, change: Callable[[Marks, Sequence[ResourceRow]], Marks]
) -> None:
    def use(rows: Sequence[ResourceRow], whole: bool) -> None:
        context.list_model.mark(change(context.list_model.marks, rows))
        if not whole:
            said = f"Of the {len(rows):,} that were found; there may be more"
            context.say(said, Tone.WARNING)

    context.filter.with_all_rows(doing, use)
