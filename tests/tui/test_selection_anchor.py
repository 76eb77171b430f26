"""Which assistant a person means, wherever its row goes."""

import pytest

from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.ordering import AS_SERVED
from assistant_tui.core.search.query import parse
from assistant_tui.tui.widgets.viewport import SelectionAnchor

ROWS = tuple(
    ResourceRow(name, None, "{}", summary=AssistantSummary(name, "m"))
    for name in ("ax", "bx", "cx", "cy")
)


def view(text: str = "", *gone: str) -> FilteredListing:
    """What a filter lets through of the rows that are not gone."""
    return (
        FilteredListing(Listing(ROWS).without(gone)).with_query(parse(text), AS_SERVED).scanned(9)
    )


@pytest.mark.parametrize(
    ("meant", "on", "now", "goes_to"),
    [
        (None, None, view(), (None, 0)),
        (None, "bx", view(), ("bx", 1)),
        (None, "bx", view("c"), ("bx", 0)),
        ("bx", "cx", view(), ("bx", 1)),
        ("bx", "cy", view("c"), ("bx", 1)),
        ("bx", "ax", view("c"), ("bx", 0)),
        ("bx", "bx", view("", "bx"), (None, 3)),
    ],
)
def test_the_cursor_goes_to_what_is_meant_else_stays_else_goes_to_the_top(
    meant: str | None, on: str | None, now: FilteredListing, goes_to: tuple[str | None, int]
) -> None:
    old = next((row for row in ROWS if row.id == on), None)
    then, position = SelectionAnchor(meant).go_on(old, 3, now)
    assert (then.assistant_id, position) == goes_to
