"""The list model: which row is highlighted, whatever filter and order do to the rows."""

import pytest

from assistant_tui.core.assistants.summary import ASSISTANT_LIST, AssistantSummary
from assistant_tui.core.list_spec import AS_SERVED
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import Marks, ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.query import parse
from assistant_tui.tui.list_model import ListModel

ROWS = tuple(
    ResourceRow(name, None, "{}", summary=AssistantSummary(name, "m"))
    for name in ("ax", "bx", "cx", "cy")
)


def view(text: str = "", *gone: str) -> FilteredListing:
    """What a filter lets through of the rows that are not gone."""
    return (
        FilteredListing(Listing(ROWS).without(gone))
        .with_query(parse(text, ASSISTANT_LIST), AS_SERVED)
        .scanned(9)
    )


def model_of(went_to: str = "", opening: Listing | None = None) -> ListModel:
    """A list in which a person has gone to an assistant."""
    model = ListModel(ASSISTANT_LIST, Listing(ROWS) if opening is None else opening, 2)
    if went_to:
        model.highlight(went_to)
    return model


@pytest.mark.parametrize(
    ("went_to", "views", "goes_to"),
    [
        ("", [view()], "ax"),
        ("bx", [view()], "bx"),
        ("bx", [view("c")], "cx"),
        ("bx", [view("c"), view()], "bx"),
        ("cy", [view("c")], "cy"),
        ("bx", [view("c"), view("x"), view("x")], "bx"),
        ("bx", [view("", "bx")], "cx"),
        ("cy", [view("", "cy")], "cx"),
    ],
)
def test_the_cursor_stays_on_its_assistant_else_goes_to_the_top_or_its_neighbour(
    went_to: str, views: list[FilteredListing], goes_to: str
) -> None:
    model = model_of(went_to)
    for each in views:
        model.show(each)
    assert model.highlighted is not None and model.highlighted.id == goes_to


def test_what_is_accepted_under_a_filter_is_gone_back_to_no_more() -> None:
    model = model_of("bx")
    model.show(view("c"))
    model.settle()
    model.show(view())
    assert model.highlighted is not None and model.highlighted.id == "cx"


def test_an_assistant_that_is_not_there_yet_is_highlighted_when_it_comes() -> None:
    model = model_of("cx", Listing(ROWS[:2]))
    assert model.highlighted == ROWS[0]
    model.show(view())
    assert model.highlighted == ROWS[2]


def test_a_page_that_was_gone_to_before_it_was_loaded_is_not_left_when_more_comes() -> None:
    model = model_of("bx", Listing(ROWS[:2]))
    model.go_page(1)
    for listing in (Listing(ROWS[:3]), Listing(ROWS)):
        model.show(FilteredListing(listing))
        assert model.highlighted is not None and model.highlighted.id == "cx"


def test_listeners_hear_of_what_changes_and_of_nothing_else() -> None:
    model, heard = model_of(), []
    model.listen(lambda: heard.append(model.display.cursor))
    model.go(2)
    model.go(2)
    model.go(99)
    model.mark(Marks().toggled(ROWS[0]))
    model.update(model.state)
    assert heard == [2, 3, 3]


def test_what_is_done_is_done_to_the_marked_else_to_the_highlighted() -> None:
    model = model_of("bx")
    assert [*model.targets] == [ROWS[1]]
    model.mark(Marks().with_all([ROWS[3], ROWS[0]]))
    assert [*model.targets] == [ROWS[0], ROWS[3]]


def test_the_row_before_is_where_a_list_can_be_asked_for_the_next() -> None:
    assert model_of().previous_id("cx") == "bx"
    assert model_of().previous_id("ax") is None
    assert model_of().previous_id("elsewhere") is None


def test_a_move_that_moves_nothing_is_told_to_nobody_however_long_the_list() -> None:
    rows = tuple(ResourceRow(f"a{number}", None, "{}") for number in range(400))
    model = ListModel(ASSISTANT_LIST, Listing(rows, complete=True), 50)
    calls: list[int] = []
    model.go(399)
    model.listen(lambda: calls.append(model.display.cursor))
    model.go(400)
    model.go(1_000)
    assert calls == []
    model.go(398)
    assert calls == [398]
